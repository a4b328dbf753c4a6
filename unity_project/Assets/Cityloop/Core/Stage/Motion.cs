#nullable enable

namespace Cityloop.Core
{
    /// <summary>Where a body's origin is and how it moves, at one instant; world frame, SI units.</summary>
    public struct Motion
    {
        /// <summary>The body's origin, m.</summary>
        public Vec3<WorldFrame> Position;

        /// <summary>World-from-body.</summary>
        public Quat<WorldFrame> Rotation;

        /// <summary>Of the origin, m/s.</summary>
        public Vec3<WorldFrame> Velocity;

        /// <summary>Of the body, rad/s.</summary>
        public Vec3<WorldFrame> AngularVelocity;

        /// <summary>Of the origin, m/s^2.</summary>
        public Vec3<WorldFrame> Acceleration;
    }
}
