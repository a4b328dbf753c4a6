#nullable enable
using System;
using System.Globalization;
using Cityloop.Core;
using Cityloop.Runtime;
using UnityEngine;
using Camera = UnityEngine.Camera;

namespace Cityloop.Player
{
    /// <summary>Asks Unity's own camera where it shows points, and says by how much it differs from the pinhole formula.</summary>
    public static class CameraCheck
    {
        /// <summary>What it is asked for by.</summary>
        public const string Name = "cameras";

        private const int Points = 200;

        /// <summary>Looks, logs the worst distance in pixels and ends the player.</summary>
        public static void Start()
        {
            try
            {
                double worst = 0;
                foreach (CameraView view in Views())
                {
                    worst = Math.Max(worst, Worst(view));
                }
                Debug.Log($"cityloop: {Name}: " + worst.ToString("G6", CultureInfo.InvariantCulture));
            }
            catch (Exception error)
            {
                Debug.LogError(error.ToString());
            }
            Application.Quit();
        }

        /// <summary>Returns the greatest distance, pixels, between where Unity and the formula show a point.</summary>
        public static double Worst(CameraView view)
        {
            Camera camera = new GameObject(view.Name).AddComponent<Camera>();
            camera.enabled = false;
            Matrices.Place(camera, view);
            var random = new System.Random(5);
            double worst = 0;
            for (int i = 0; i < Points; i++)
            {
                double z = 1 + 60 * random.NextDouble();
                double x = (random.NextDouble() - 0.5) * 2 * z, y = (random.NextDouble() - 0.5) * z;
                Vec3<WorldFrame> world = Rigid.Move<WorldFrame, BodyFrame>(view.Current, new Vec3<BodyFrame>(x, y, z));
                Vector3 seen = camera.WorldToViewportPoint(world.Unity());
                (double u, double v) = CameraMatrices.Project(view, x, y, z);
                double right = seen.x * view.Width - u, down = (1 - seen.y) * view.Height - v;
                worst = Math.Max(worst, Math.Sqrt(right * right + down * down));
                worst = Math.Max(worst, Math.Abs(seen.z - z));
            }
            UnityEngine.Object.DestroyImmediate(camera.gameObject);
            return worst;
        }

        private static CameraView[] Views()
        {
            double[] level = { 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 1.4 };
            var turned = new Quat<WorldFrame>(0.2, -0.3, 0.4, 0.6).Normalized;
            double[] oblique = Rigid.Compose(Rigid.Of(new Vec3<WorldFrame>(40, -25, 3), turned), level);
            return new[]
            {
                Of("centred", 1280, 720, 640, 640, 640, 360, level),
                Of("off centre", 641, 359, 512.5, 498.25, 300.125, 190.75, level),
                Of("turned", 641, 359, 512.5, 498.25, 300.125, 190.75, oblique),
            };
        }

        private static CameraView Of(
            string name, int width, int height, double fx, double fy, double cx, double cy, double[] pose) =>
            new CameraView(name, width, height, fx, fy, cx, cy, 0.1, 1000, pose, pose, pose, 0);
    }
}
