#nullable enable

namespace Cityloop.Core
{
    /// <summary>What physics knows of a wheel after a tick; the stage adds its steering and its spin.</summary>
    public struct WheelSpring
    {
        /// <summary>Height of the wheel above its place at rest, m, body z.</summary>
        public double TravelM;

        /// <summary>Touches the ground.</summary>
        public bool Grounded;
    }
}
