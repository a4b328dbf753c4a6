#nullable enable
namespace Cityloop.MLAgents
{
    /// <summary>What happened to the agent's vehicle in one tick; what a reward is made of.</summary>
    public readonly struct EgoTick
    {
        /// <summary>Length of the tick, s.</summary>
        public readonly double LengthS;

        /// <summary>Speed along the vehicle's x axis at its end, m/s.</summary>
        public readonly double SpeedMps;

        /// <summary>Sum of the impulses of all contacts of the vehicle, N s.</summary>
        public readonly double ImpulseNs;

        /// <summary>Drive command that was held: share of the greatest force, -1 to 1.</summary>
        public readonly float Pedal;

        /// <summary>Steering that was held: share of the greatest angle, -1 to 1, positive to the left.</summary>
        public readonly float Steering;

        /// <summary>Takes the tick.</summary>
        public EgoTick(double lengthS, double speedMps, double impulseNs, float pedal, float steering)
        {
            LengthS = lengthS;
            SpeedMps = speedMps;
            ImpulseNs = impulseNs;
            Pedal = pedal;
            Steering = steering;
        }

        /// <summary>Whether something was hit.</summary>
        public bool Collided => ImpulseNs > 0;
    }
}
