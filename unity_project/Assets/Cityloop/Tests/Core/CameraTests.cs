#nullable enable
using System;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class CameraTests
    {
        [Test]
        public void TheProjectionShowsPointsAtTheirPixels()
        {
            foreach (Struct row in Tables.Rows("cameras.json", "cameras"))
            {
                CameraView view = Rows.View(row);
                double[] m = CameraMatrices.Projection(view), points = row.Numbers("points"), pixels = row.Numbers("pixels");
                for (int i = 0; i < points.Length / 3; i++)
                {
                    double x = points[i * 3], y = points[i * 3 + 1], z = points[i * 3 + 2];
                    double[] clip = Times(m, x, -y, -z);
                    double u = (clip[0] / clip[3] + 1) / 2 * view.Width, v = (1 - clip[1] / clip[3]) / 2 * view.Height;
                    Assert.That(u, Is.EqualTo(pixels[i * 2]).Within(1e-9));
                    Assert.That(v, Is.EqualTo(pixels[i * 2 + 1]).Within(1e-9));
                    (double seenU, double seenV) = CameraMatrices.Project(view, x, y, z);
                    Assert.That(seenU, Is.EqualTo(pixels[i * 2]).Within(1e-9));
                    Assert.That(seenV, Is.EqualTo(pixels[i * 2 + 1]).Within(1e-9));
                }
            }
        }

        [Test]
        public void DepthRunsFromNearToFar()
        {
            foreach (Struct row in Tables.Rows("cameras.json", "cameras"))
            {
                CameraView view = Rows.View(row);
                double[] m = CameraMatrices.Projection(view);
                Assert.That(NormalisedDepth(m, view.NearM), Is.EqualTo(-1.0).Within(1e-9));
                Assert.That(NormalisedDepth(m, view.FarM), Is.EqualTo(1.0).Within(1e-9));
            }
        }

        [Test]
        public void AUnityCameraStandsAndLooksAsTheView()
        {
            foreach (Struct row in Tables.Rows("cameras.json", "cameras"))
            {
                CameraView view = Rows.View(row);
                float[] place = CameraMatrices.UnityFromCamera(view.Current);
                double[] points = row.Numbers("points");
                for (int i = 0; i < points.Length; i += 3)
                {
                    var inCamera = new Vec3<BodyFrame>(points[i], points[i + 1], points[i + 2]);
                    Vec3<UnityFrame> there = Frames.ToUnity(Rigid.Move<WorldFrame, BodyFrame>(view.Current, inCamera));
                    // x right, y up, z forward of Unity's camera
                    Vec3<UnityFrame> seen = Moved(place, inCamera.X, -inCamera.Y, inCamera.Z);
                    Near.Equal(seen, there, 1e-5 * Math.Max(1, there.Length / 10));
                }
            }
        }

        [Test]
        public void TheLabelFrameEndsWhereEitherConventionSaysSo()
        {
            foreach (Struct row in Tables.Rows("cameras.json", "cameras"))
            {
                CameraView view = Rows.View(row);
                foreach (bool reversed in new[] { false, true })
                {
                    var frame = new LabelFrame(view, 0.05, new TargetConvention(reversed, reversed));
                    double near = (frame.Range[0] * view.NearM + frame.Range[1]) / view.NearM;
                    double far = (frame.Range[0] * view.FarM + frame.Range[1]) / view.FarM;
                    Assert.That(near, Is.EqualTo(reversed ? 1.0 : -1.0).Within(1e-5));
                    Assert.That(far, Is.EqualTo(reversed ? 0.0 : 1.0).Within(1e-5));
                    Assert.That((double)frame.Far[0], Is.EqualTo(reversed ? 0.0 : 1.0));
                    Assert.That((double)frame.Range[2], Is.EqualTo(reversed ? 1.0 : -1.0));
                    Assert.That((double)frame.Range[3], Is.EqualTo(10.0).Within(1e-5));
                }
            }
        }

        [Test]
        public void ACameraThatStandsStillTurnsByNothingAtAll()
        {
            double[] pose = { 0.6, 0.8, 0, 1, -0.8, 0.6, 0, 2, 0, 0, 1, 3 };
            var view = new CameraView("still", 64, 48, 40, 40, 32, 24, 0.1, 100, pose, pose, pose, 0);
            var frame = new LabelFrame(view, 0.05, new TargetConvention(false, false));
            var identity = new[] { 1f, 0f, 0f, 0f, 0f, 1f, 0f, 0f, 0f, 0f, 1f, 0f };
            Assert.That(frame.PreviousFromCurrent, Is.EqualTo(identity));
            Assert.That(frame.NextFromCurrent, Is.EqualTo(identity));
        }

        private static double NormalisedDepth(double[] m, double z)
        {
            double[] clip = Times(m, 0, 0, -z);
            return clip[2] / clip[3];
        }

        private static double[] Times(double[] m, double x, double y, double z)
        {
            var product = new double[4];
            for (int i = 0; i < 4; i++)
            {
                product[i] = m[i * 4] * x + m[i * 4 + 1] * y + m[i * 4 + 2] * z + m[i * 4 + 3];
            }
            return product;
        }

        private static Vec3<UnityFrame> Moved(float[] m, double x, double y, double z) =>
            new Vec3<UnityFrame>(
                m[0] * x + m[1] * y + m[2] * z + m[3],
                m[4] * x + m[5] * y + m[6] * z + m[7],
                m[8] * x + m[9] * y + m[10] * z + m[11]);
    }
}
