#nullable enable
using System.Globalization;

namespace Cityloop.Core
{
    /// <summary>Numbers and names as the sentences of refusals write them.</summary>
    public static class Words
    {
        /// <summary>Returns a number with six significant digits.</summary>
        public static string Short(double value) => Special(value) ?? Invariant(value, "G6");

        /// <summary>Returns a number with all of its digits.</summary>
        public static string Full(double value)
        {
            string? special = Special(value);
            if (special != null)
            {
                return special;
            }
            string digits = Invariant(value, "R");
            return digits.IndexOfAny(new[] { '.', 'e' }) < 0 ? digits + ".0" : digits;
        }

        /// <summary>Returns "(x, y, z)" with all digits.</summary>
        public static string Full<TFrame>(Vec3<TFrame> v)
            where TFrame : struct => $"({Full(v.X)}, {Full(v.Y)}, {Full(v.Z)})";

        /// <summary>Returns a name in quotation marks, in double ones where it has single ones itself.</summary>
        public static string Quoted(string name)
        {
            string escaped = name.Replace("\\", "\\\\");
            return escaped.IndexOf('\'') >= 0 && escaped.IndexOf('"') < 0
                ? "\"" + escaped + "\""
                : "'" + escaped.Replace("'", "\\'") + "'";
        }

        private static string Invariant(double value, string format) =>
            value.ToString(format, CultureInfo.InvariantCulture).Replace('E', 'e');

        private static string? Special(double value)
        {
            if (double.IsNaN(value))
            {
                return "nan";
            }
            return double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf") : null;
        }
    }
}
