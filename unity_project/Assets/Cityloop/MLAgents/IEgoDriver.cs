#nullable enable
using Cityloop.Runtime;

namespace Cityloop.MLAgents
{
    /// <summary>Who drives the vehicle that an <see cref="EgoSeat"/> gives him, tick by tick.</summary>
    public interface IEgoDriver
    {
        /// <summary>Drive command: above 0 throttle, below 0 brake, -1 to 1.</summary>
        float Pedal { get; }

        /// <summary>Share of the greatest steering angle, -1 to 1, positive to the left.</summary>
        float Steering { get; }

        /// <summary>Sits down in a vehicle.</summary>
        void Take(WatchedBody vehicle);

        /// <summary>Looks at the world as it is, and chooses pedal and steering for the next tick.</summary>
        void Decide();

        /// <summary>Takes what a tick did to the vehicle.</summary>
        /// <param name="vehicle">As it is now.</param>
        /// <param name="lengthS">Length of the tick, s.</param>
        /// <param name="impulseNs">Sum of the impulses of its contacts, N s.</param>
        void Live(WatchedBody vehicle, double lengthS, double impulseNs);

        /// <summary>Gets up; the world that the drive was in still stands.</summary>
        void Leave();
    }
}
