#nullable enable
using System;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>How fast wheels turn.</summary>
    public static class Rolling
    {
        /// <summary>Returns the rate, rad/s, at which a wheel rolls without slip in its own direction.</summary>
        /// <param name="wheel">The wheel.</param>
        /// <param name="motion">Of its body's origin.</param>
        /// <param name="steeringRad">Its steering angle, rad.</param>
        public static double Rate(Wheel wheel, in Motion motion, double steeringRad)
        {
            Vec3<BodyFrame> v = motion.Rotation.ToBody(motion.Velocity);
            Vec3<BodyFrame> hub = v + motion.Rotation.ToBody(motion.AngularVelocity)
                .Cross(Decode.Raw<BodyFrame>(wheel.Center));
            return (hub.X * Math.Cos(steeringRad) + hub.Y * Math.Sin(steeringRad)) / wheel.RadiusM;
        }
    }
}
