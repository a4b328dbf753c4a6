#nullable enable

namespace Cityloop.Core
{
    /// <summary>How a body begins to fall: its posture, and the rates of its L limbs.</summary>
    public sealed class Fall
    {
        /// <summary>Takes a beginning; see the properties.</summary>
        public Fall(Posture posture, Vec3<WorldFrame>[] velocities, Vec3<WorldFrame>[] angularVelocities)
        {
            Posture = posture;
            Velocities = velocities;
            AngularVelocities = angularVelocities;
        }

        /// <summary>Where the body and its bones are.</summary>
        public Posture Posture { get; }

        /// <summary>L velocities of the limbs' centres of mass, m/s, world.</summary>
        public Vec3<WorldFrame>[] Velocities { get; }

        /// <summary>L angular velocities of the limbs, rad/s, world.</summary>
        public Vec3<WorldFrame>[] AngularVelocities { get; }
    }
}
