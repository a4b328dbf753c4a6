#nullable enable

namespace Cityloop.Core
{
    /// <summary>What a driver wants: shares of the maximum.</summary>
    public readonly struct Pedals
    {
        /// <summary>Takes throttle, brake and steering.</summary>
        public Pedals(double throttle, double brake, double steering)
        {
            Throttle = throttle;
            Brake = brake;
            Steering = steering;
        }

        /// <summary>Drive force, -1 (reverse) to 1.</summary>
        public double Throttle { get; }

        /// <summary>Brake force, 0 to 1.</summary>
        public double Brake { get; }

        /// <summary>Steering, -1 to 1, positive to the left.</summary>
        public double Steering { get; }

        /// <summary>The throttle that acts: the brake pedal cuts it, as in a car with brake override.</summary>
        public double UncutThrottle => Brake > 0.0 ? 0.0 : Throttle;
    }
}
