#nullable enable
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>A rigid body that impulses act on between two steps of Unity's physics. World frame, SI units.</summary>
    internal sealed class Chassis
    {
        private readonly double _massKg;
        private readonly Vec3<BodyFrame> _inertia;

        /// <summary>Takes mass, kg, and the moments of inertia about the axes through its centre of mass, kg m^2.</summary>
        public Chassis(double massKg, Vec3<BodyFrame> inertia)
        {
            _massKg = massKg;
            _inertia = inertia;
        }

        /// <summary>Its origin, m.</summary>
        public Vec3<WorldFrame> Position { get; set; }

        /// <summary>World-from-body.</summary>
        public Quat<WorldFrame> Rotation { get; set; }

        /// <summary>Its centre of mass, m.</summary>
        public Vec3<WorldFrame> Center { get; set; }

        /// <summary>Of its centre of mass, m/s.</summary>
        public Vec3<WorldFrame> Velocity { get; set; }

        /// <summary>Of the body, rad/s.</summary>
        public Vec3<WorldFrame> AngularVelocity { get; set; }

        /// <summary>Returns the velocity of a point of it, m/s.</summary>
        public Vec3<WorldFrame> VelocityAt(Vec3<WorldFrame> point) =>
            Velocity + AngularVelocity.Cross(point - Center);

        /// <summary>Applies an impulse, N s, at a point.</summary>
        public void Push(Vec3<WorldFrame> impulse, Vec3<WorldFrame> point)
        {
            Velocity += impulse / _massKg;
            AngularVelocity += Turned((point - Center).Cross(impulse));
        }

        /// <summary>Applies an impulse, N s, at its centre of mass.</summary>
        public void Push(Vec3<WorldFrame> impulse) => Velocity += impulse / _massKg;

        /// <summary>Returns the speed that an impulse of 1 N s gives a point along a unit direction, m/s.</summary>
        public double Yielding(Vec3<WorldFrame> point, Vec3<WorldFrame> direction)
        {
            Vec3<WorldFrame> arm = point - Center;
            return 1 / _massKg + direction.Dot(Turned(arm.Cross(direction)).Cross(arm));
        }

        private Vec3<WorldFrame> Turned(Vec3<WorldFrame> angularImpulse)
        {
            Vec3<BodyFrame> own = Rotation.ToBody(angularImpulse);
            return Rotation.Rotate(
                new Vec3<BodyFrame>(own.X / _inertia.X, own.Y / _inertia.Y, own.Z / _inertia.Z));
        }
    }
}
