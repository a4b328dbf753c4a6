#nullable enable

namespace Cityloop.Core
{
    /// <summary>The pull of the earth.</summary>
    public static class Gravity
    {
        /// <summary>Acceleration of what falls, m/s^2, against z of the world.</summary>
        public const double Mps2 = 9.81;
    }
}
