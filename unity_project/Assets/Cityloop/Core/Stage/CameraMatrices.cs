#nullable enable
namespace Cityloop.Core
{
    /// <summary>
    /// A pinhole camera as Unity wants it: an off-centre projection in OpenGL's convention (what
    /// Camera.projectionMatrix holds on every graphics API), and the camera's place in Unity's frame.
    /// </summary>
    /// <remarks>
    /// Image coordinates are continuous: pixel (i, j) covers [i, i+1) x [j, j+1), v runs down. With
    /// u = fx x/z + cx and v = fy y/z + cy the clip coordinates of a point are
    ///   x_clip / w = 2 u / width - 1,   y_clip / w = 1 - 2 v / height,   w = z,
    /// in Unity's view space, where x_view = x, y_view = -y, z_view = -z. A rasteriser samples pixel
    /// (i, j) at its centre, which is u = i + 0.5, v = j + 0.5: nothing must be added for that.
    /// Unity keeps the lowest row of a rendered texture first; who reads it back turns the rows round.
    /// </remarks>
    public static class CameraMatrices
    {
        /// <summary>Returns clip-from-view, 4 x 4 row-major, depth from -1 at near to 1 at far.</summary>
        public static double[] Projection(CameraView view)
        {
            double near = view.NearM, far = view.FarM;
            return new[]
            {
                2.0 * view.Fx / view.Width, 0.0, 1.0 - 2.0 * view.Cx / view.Width, 0.0,
                0.0, 2.0 * view.Fy / view.Height, 2.0 * view.Cy / view.Height - 1.0, 0.0,
                0.0, 0.0, -(far + near) / (far - near), -2.0 * far * near / (far - near),
                0.0, 0.0, -1.0, 0.0,
            };
        }

        /// <summary>
        /// Returns the place of a Unity camera's Transform (x right, y up, z forward), 3 x 4 row-major, m,
        /// of world-from-camera in the protocol's frames.
        /// </summary>
        public static float[] UnityFromCamera(double[] worldFromCamera)
        {
            var m = worldFromCamera;
            var forwardLeftUp = new double[12];
            for (int row = 0; row < 12; row += 4)
            {
                forwardLeftUp[row] = m[row + 2];
                forwardLeftUp[row + 1] = -m[row];
                forwardLeftUp[row + 2] = -m[row + 1];
                forwardLeftUp[row + 3] = m[row + 3];
            }
            return UnityFromPart(forwardLeftUp, 0);
        }

        /// <summary>
        /// Returns the place of a part's Transform, 3 x 4 row-major, m, of the world-from-part that begins
        /// at <paramref name="first"/>.
        /// </summary>
        public static float[] UnityFromPart(double[] worldFromPart, int first)
        {
            var floats = new float[12];
            for (int i = 0; i < 12; i++)
            {
                floats[i] = (float)worldFromPart[first + i];
            }
            var unity = new float[12];
            Frames.MatrixToUnity(floats, 0, unity, 0);
            return unity;
        }

        /// <summary>Returns u and v, pixels, of a point in the camera frame, m, in front of the camera.</summary>
        public static (double U, double V) Project(CameraView view, double x, double y, double z) =>
            (view.Fx * x / z + view.Cx, view.Fy * y / z + view.Cy);
    }
}
