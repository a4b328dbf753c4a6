#nullable enable
using System;

namespace Cityloop.MLAgents
{
    /// <summary>The reward that stands until another is set: get on, brake for what is in the way, hit nothing.</summary>
    public static class DrivingReward
    {
        private const double WantedSpeedMps = 14;
        private const float Collision = -10;

        /// <summary>Returns the share of the wanted speed times the tick, s, less 10 for a collision.</summary>
        public static float Of(EgoTick tick)
        {
            double share = Math.Max(-1, Math.Min(1, tick.SpeedMps / WantedSpeedMps));
            return (float)(share * tick.LengthS) + (tick.Collided ? Collision : 0);
        }
    }
}
