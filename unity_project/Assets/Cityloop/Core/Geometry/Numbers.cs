#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>What older runtimes lack for numbers.</summary>
    public static class Numbers
    {
        /// <summary>Returns whether a number is neither infinite nor not a number.</summary>
        public static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);

        /// <summary>Returns the nearest number within the bounds.</summary>
        public static double Clamp(double value, double low, double high) =>
            Math.Min(Math.Max(value, low), high);

        /// <summary>Returns the size of one number with the sign of another, that of -0 included.</summary>
        public static double CopySign(double size, double sign) =>
            BitConverter.DoubleToInt64Bits(sign) < 0 ? -Math.Abs(size) : Math.Abs(size);
    }
}
