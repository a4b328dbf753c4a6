#nullable enable

namespace Cityloop.Core
{
    /// <summary>What acts on a vehicle now: it follows the pedals at limited rates.</summary>
    public readonly struct Actuators
    {
        /// <summary>Takes drive, brake and steering.</summary>
        public Actuators(double throttle, double brake, double steeringRad)
        {
            Throttle = throttle;
            Brake = brake;
            SteeringRad = steeringRad;
        }

        /// <summary>Drive force, share of the maximum, -1 to 1.</summary>
        public double Throttle { get; }

        /// <summary>Brake force, share of the maximum, 0 to 1.</summary>
        public double Brake { get; }

        /// <summary>Angle of the steered wheels, rad, positive to the left.</summary>
        public double SteeringRad { get; }

        /// <summary>Returns actuators that have followed the pedals, wheels turned by an angle, rad.</summary>
        public static Actuators AtOnce(Pedals pedals, double steeringRad) =>
            new Actuators(pedals.UncutThrottle, pedals.Brake, steeringRad);
    }
}
