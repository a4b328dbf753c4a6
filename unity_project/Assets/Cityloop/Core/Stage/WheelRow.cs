#nullable enable

namespace Cityloop.Core
{
    /// <summary>A wheel as it stands; the fields of WheelState in state.proto.</summary>
    public struct WheelRow
    {
        /// <summary>Steering angle, rad, positive to the left.</summary>
        public double SteeringRad;

        /// <summary>Angle rolled since spawn, rad, positive forward.</summary>
        public double SpinRad;

        /// <summary>Rate of <see cref="SpinRad"/>, rad/s.</summary>
        public double SpinRateRadps;

        /// <summary>Height above the place at rest, m, body z.</summary>
        public double TravelM;

        /// <summary>1 on the ground, 0 in the air.</summary>
        public double Grounded;
    }
}
