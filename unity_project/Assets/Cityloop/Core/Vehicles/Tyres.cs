#nullable enable

namespace Cityloop.Core
{
    /// <summary>How much tyres hold.</summary>
    /// <remarks>
    /// Peak coefficients of road adhesion on asphalt: dry 0.8 to 0.9, wet 0.5 to 0.7 (J. Y. Wong, "Theory of Ground
    /// Vehicles", table 1.2).
    /// </remarks>
    public static class Tyres
    {
        /// <summary>Coefficient of friction on dry ground.</summary>
        public const double GripDry = 0.9;

        /// <summary>Coefficient of friction on wet ground.</summary>
        public const double GripWet = 0.6;

        /// <summary>Returns the coefficient of friction on ground of a wetness of 0 to 1.</summary>
        public static double Grip(double wetness) => GripDry + (GripWet - GripDry) * wetness;
    }
}
