#nullable enable

namespace Cityloop.Core
{
    /// <summary>
    /// The one place where numbers go from the world's or a body's axes to Unity's and back.
    /// </summary>
    /// <remarks>
    /// World and bodies are right-handed with z up (x forward, y left), Unity is left-handed with y up (z forward,
    /// x right): u = (-y, z, x), and back (u.z, -u.x, u.y). This mirrors, so that pseudovectors (angular velocity,
    /// the axis of a rotation) change their sign besides. A rotation keeps its scalar part here:
    /// (-z, x, -y, w) is the same rotation as (z, -x, y, -w), and the identity stays the identity.
    /// A mirrored triangle changes its winding: swap two of its indices.
    /// </remarks>
    public static class Frames
    {
        // From the axes of a camera (OpenCV: x right, y down, z forward) to forward, left, up.
        private static readonly Quat<WorldFrame> CameraFromBody =
            new Quat<WorldFrame>(0.5, -0.5, 0.5, 0.5);

        /// <summary>Returns a position, direction, velocity or acceleration in Unity's axes.</summary>
        public static Vec3<UnityFrame> ToUnity(Vec3<WorldFrame> v) => new Vec3<UnityFrame>(-v.Y, v.Z, v.X);

        /// <summary>Returns a point or vector of a body in the axes of its transform.</summary>
        public static Vec3<UnityFrame> ToUnity(Vec3<BodyFrame> v) => new Vec3<UnityFrame>(-v.Y, v.Z, v.X);

        /// <summary>Returns a position, direction, velocity or acceleration in the world's axes.</summary>
        public static Vec3<WorldFrame> ToWorld(Vec3<UnityFrame> v) => new Vec3<WorldFrame>(v.Z, -v.X, v.Y);

        /// <summary>Returns a point or vector in the axes of a transform in those of its body.</summary>
        public static Vec3<BodyFrame> ToBody(Vec3<UnityFrame> v) => new Vec3<BodyFrame>(v.Z, -v.X, v.Y);

        /// <summary>Returns an angular velocity or torque in Unity's axes.</summary>
        public static Vec3<UnityFrame> AngularToUnity(Vec3<WorldFrame> v) =>
            new Vec3<UnityFrame>(v.Y, -v.Z, -v.X);

        /// <summary>Returns an angular velocity or torque in the world's axes.</summary>
        public static Vec3<WorldFrame> AngularToWorld(Vec3<UnityFrame> v) =>
            new Vec3<WorldFrame>(-v.Z, v.X, -v.Y);

        /// <summary>Returns world-from-body as the rotation of the body's transform.</summary>
        public static Quat<UnityFrame> ToUnity(Quat<WorldFrame> q) =>
            new Quat<UnityFrame>(q.Y, -q.Z, -q.X, q.W);

        /// <summary>Returns body-from-part as the local rotation of the part's transform.</summary>
        public static Quat<UnityFrame> ToUnity(Quat<BodyFrame> q) =>
            new Quat<UnityFrame>(q.Y, -q.Z, -q.X, q.W);

        /// <summary>Returns the rotation of a transform as world-from-body.</summary>
        public static Quat<WorldFrame> ToWorld(Quat<UnityFrame> q) =>
            new Quat<WorldFrame>(-q.Z, q.X, -q.Y, q.W);

        /// <summary>
        /// Returns world-from-camera (OpenCV axes) as the rotation of a Unity camera, which looks along z, y up.
        /// </summary>
        public static Quat<UnityFrame> CameraToUnity(Quat<WorldFrame> worldFromCamera) =>
            ToUnity(worldFromCamera * CameraFromBody);

        /// <summary>
        /// Writes a 3 x 4 row-major matrix that moves points of a body, m, as one that moves points in the axes of
        /// its transform: mirrored on both sides.
        /// </summary>
        public static void MatrixToUnity(float[] matrices, int from, float[] unity, int to)
        {
            unity[to] = matrices[from + 5];
            unity[to + 1] = -matrices[from + 6];
            unity[to + 2] = -matrices[from + 4];
            unity[to + 3] = -matrices[from + 7];
            unity[to + 4] = -matrices[from + 9];
            unity[to + 5] = matrices[from + 10];
            unity[to + 6] = matrices[from + 8];
            unity[to + 7] = matrices[from + 11];
            unity[to + 8] = -matrices[from + 1];
            unity[to + 9] = matrices[from + 2];
            unity[to + 10] = matrices[from];
            unity[to + 11] = matrices[from + 3];
        }
    }
}
