#nullable enable
using System.Collections.Generic;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class FramesTests
    {
        private const int Draws = 300;

        [Test]
        public void TheTableIsConvertedBothWays()
        {
            foreach (Struct row in Tables.Rows("frames.json", "motions"))
            {
                Struct world = row.Inner("world"), unity = row.Inner("unity");
                Near.Equal(Frames.ToUnity(Vector<WorldFrame>(world, "position")), Vector<UnityFrame>(unity, "position"));
                Near.Equal(Frames.ToWorld(Vector<UnityFrame>(unity, "position")), Vector<WorldFrame>(world, "position"));
                Near.Equal(Frames.ToUnity(Vector<WorldFrame>(world, "velocity")), Vector<UnityFrame>(unity, "velocity"));
                Near.Equal(Frames.ToWorld(Vector<UnityFrame>(unity, "velocity")), Vector<WorldFrame>(world, "velocity"));
                Near.Equal(
                    Frames.AngularToUnity(Vector<WorldFrame>(world, "angular_velocity")),
                    Vector<UnityFrame>(unity, "angular_velocity"));
                Near.Equal(
                    Frames.AngularToWorld(Vector<UnityFrame>(unity, "angular_velocity")),
                    Vector<WorldFrame>(world, "angular_velocity"));
                Near.Same(Frames.ToUnity(Rotation<WorldFrame>(world)), Rotation<UnityFrame>(unity));
                Near.Same(Frames.ToWorld(Rotation<UnityFrame>(unity)), Rotation<WorldFrame>(world));
            }
        }

        [Test]
        public void ThereAndBackIsWhereItWas()
        {
            var draw = new Draw(1);
            for (int i = 0; i < Draws; i++)
            {
                Vec3<WorldFrame> v = draw.Vector<WorldFrame>(400);
                Quat<WorldFrame> q = draw.Rotation<WorldFrame>();
                Assert.That(Frames.ToWorld(Frames.ToUnity(v)), Is.EqualTo(v));
                Assert.That(Frames.AngularToWorld(Frames.AngularToUnity(v)), Is.EqualTo(v));
                Assert.That(Frames.ToWorld(Frames.ToUnity(q)), Is.EqualTo(q));
            }
        }

        [Test]
        public void TurningThenConvertingIsConvertingThenTurning()
        {
            var draw = new Draw(2);
            for (int i = 0; i < Draws; i++)
            {
                Quat<WorldFrame> q = draw.Rotation<WorldFrame>();
                Vec3<BodyFrame> v = draw.Vector<BodyFrame>(30);
                Vec3<UnityFrame> there = Frames.ToUnity(q).Rotate(Frames.ToUnity(v));
                Near.Equal(Frames.ToUnity(q.Rotate(v)), there);
                Near.Equal(q.Rotate(v), Frames.ToWorld(there));
            }
        }

        [Test]
        public void TwoTurnsAreTheSameTurnsInBothFrames()
        {
            var draw = new Draw(3);
            for (int i = 0; i < Draws; i++)
            {
                Quat<WorldFrame> a = draw.Rotation<WorldFrame>(), b = draw.Rotation<WorldFrame>();
                Near.Same(Frames.ToUnity(a * b), Frames.ToUnity(a) * Frames.ToUnity(b));
            }
        }

        [Test]
        public void ATurningBodyIsTheSameBodyInBothFrames()
        {
            var draw = new Draw(4);
            for (int i = 0; i < Draws; i++)
            {
                Quat<WorldFrame> q = draw.Rotation<WorldFrame>();
                Vec3<WorldFrame> rate = draw.Vector<WorldFrame>(3), arm = draw.Vector<WorldFrame>(5);
                Vec3<UnityFrame> there = Frames.AngularToUnity(rate);
                Near.Equal(Frames.ToUnity(rate.Cross(arm)), there.Cross(Frames.ToUnity(arm)));
                Near.Same(Frames.ToUnity(q.Advance(rate, 0.05)), Frames.ToUnity(q).Advance(there, 0.05));
            }
        }

        [Test]
        public void AMatrixMovesTheSamePointsInBothFrames()
        {
            var draw = new Draw(5);
            for (int i = 0; i < Draws; i++)
            {
                double[] matrix = Rigid.Of(draw.Vector<BodyFrame>(2), draw.Rotation<BodyFrame>());
                matrix[0] += 0.1; // no mere rotation
                var narrow = new float[36];
                for (int k = 0; k < 12; k++)
                {
                    narrow[12 + k] = (float)matrix[k];
                }
                var mirrored = new float[24];
                Frames.MatrixToUnity(narrow, 12, mirrored, 12);
                Vec3<BodyFrame> point = draw.Vector<BodyFrame>(2);
                Vec3<UnityFrame> expected = Frames.ToUnity(Rigid.Move<BodyFrame, BodyFrame>(matrix, point));
                Near.Equal(
                    Rigid.Move<UnityFrame, UnityFrame>(Rigid.At(mirrored, 1), Frames.ToUnity(point)), expected, 1e-5);
            }
        }

        [Test]
        public void ACameraLooksTheSameWayInBothFrames()
        {
            var draw = new Draw(6);
            for (int i = 0; i < Draws; i++)
            {
                Quat<WorldFrame> q = draw.Rotation<WorldFrame>();
                Quat<UnityFrame> camera = Frames.CameraToUnity(q);
                // OpenCV: x right, y down, z forward. Unity: x right, y up, z forward.
                Near.Equal(
                    camera.Rotate(new Vec3<UnityFrame>(0, 0, 1)), Frames.ToUnity(q.Rotate(new Vec3<BodyFrame>(0, 0, 1))));
                Near.Equal(
                    camera.Rotate(new Vec3<UnityFrame>(0, 1, 0)), Frames.ToUnity(q.Rotate(new Vec3<BodyFrame>(0, -1, 0))));
                Near.Equal(
                    camera.Rotate(new Vec3<UnityFrame>(1, 0, 0)), Frames.ToUnity(q.Rotate(new Vec3<BodyFrame>(1, 0, 0))));
            }
        }

        private static Vec3<TFrame> Vector<TFrame>(Struct row, string name)
            where TFrame : struct
        {
            IReadOnlyList<double> v = row.Numbers(name);
            return new Vec3<TFrame>(v[0], v[1], v[2]);
        }

        private static Quat<TFrame> Rotation<TFrame>(Struct row)
            where TFrame : struct
        {
            IReadOnlyList<double> q = row.Numbers("quaternion");
            return new Quat<TFrame>(q[0], q[1], q[2], q[3]);
        }
    }
}
