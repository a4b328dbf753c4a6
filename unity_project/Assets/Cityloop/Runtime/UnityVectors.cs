#nullable enable
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Unity's own vectors from and to those whose type names the frame; see <see cref="Frames"/>.</summary>
    public static class UnityVectors
    {
        /// <summary>Returns a vector in Unity's axes.</summary>
        public static Vector3 Unity(this Vec3<WorldFrame> v) => Plain(Frames.ToUnity(v));

        /// <summary>Returns a vector of a body in the axes of its transform.</summary>
        public static Vector3 Unity(this Vec3<BodyFrame> v) => Plain(Frames.ToUnity(v));

        /// <summary>Returns an angular velocity, rad/s, in Unity's axes.</summary>
        public static Vector3 AngularUnity(this Vec3<WorldFrame> v) => Plain(Frames.AngularToUnity(v));

        /// <summary>Returns world-from-body as the rotation of the body's transform.</summary>
        public static Quaternion Unity(this Quat<WorldFrame> q) => Plain(Frames.ToUnity(q));

        /// <summary>Returns body-from-part as the local rotation of the part's transform.</summary>
        public static Quaternion Unity(this Quat<BodyFrame> q) => Plain(Frames.ToUnity(q));

        /// <summary>Returns a vector in the world's axes.</summary>
        public static Vec3<WorldFrame> World(this Vector3 v) =>
            Frames.ToWorld(new Vec3<UnityFrame>(v.x, v.y, v.z));

        /// <summary>Returns an angular velocity, rad/s, in the world's axes.</summary>
        public static Vec3<WorldFrame> AngularWorld(this Vector3 v) =>
            Frames.AngularToWorld(new Vec3<UnityFrame>(v.x, v.y, v.z));

        /// <summary>Returns the rotation of a transform as world-from-body.</summary>
        public static Quat<WorldFrame> World(this Quaternion q) =>
            Frames.ToWorld(new Quat<UnityFrame>(q.x, q.y, q.z, q.w)).Normalized;

        private static Vector3 Plain(Vec3<UnityFrame> v) => new Vector3((float)v.X, (float)v.Y, (float)v.Z);

        private static Quaternion Plain(Quat<UnityFrame> q) =>
            new Quaternion((float)q.X, (float)q.Y, (float)q.Z, (float)q.W);
    }
}
