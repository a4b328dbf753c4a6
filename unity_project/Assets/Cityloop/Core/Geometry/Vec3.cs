#nullable enable
using System;
using System.Globalization;

namespace Cityloop.Core
{
    /// <summary>Three numbers whose type says in which frame they are; the unit is that of the use.</summary>
    /// <typeparam name="TFrame">The frame: <see cref="WorldFrame"/>, <see cref="BodyFrame"/>, <see cref="UnityFrame"/>.</typeparam>
    public readonly struct Vec3<TFrame> : IEquatable<Vec3<TFrame>>
        where TFrame : struct
    {
        /// <summary>Along x of the frame.</summary>
        public readonly double X;

        /// <summary>Along y of the frame.</summary>
        public readonly double Y;

        /// <summary>Along z of the frame.</summary>
        public readonly double Z;

        /// <summary>Takes three components.</summary>
        public Vec3(double x, double y, double z)
        {
            X = x;
            Y = y;
            Z = z;
        }

        /// <summary>The length, in the unit of the components.</summary>
        public double Length => Math.Sqrt(X * X + Y * Y + Z * Z);

        /// <summary>True unless a component is infinite or not a number.</summary>
        public bool IsFinite => Numbers.IsFinite(X) && Numbers.IsFinite(Y) && Numbers.IsFinite(Z);

        /// <summary>Returns the sum.</summary>
        public static Vec3<TFrame> operator +(Vec3<TFrame> a, Vec3<TFrame> b) =>
            new Vec3<TFrame>(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        /// <summary>Returns the difference.</summary>
        public static Vec3<TFrame> operator -(Vec3<TFrame> a, Vec3<TFrame> b) =>
            new Vec3<TFrame>(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        /// <summary>Returns the opposite.</summary>
        public static Vec3<TFrame> operator -(Vec3<TFrame> a) => new Vec3<TFrame>(-a.X, -a.Y, -a.Z);

        /// <summary>Returns a multiple.</summary>
        public static Vec3<TFrame> operator *(Vec3<TFrame> a, double factor) =>
            new Vec3<TFrame>(a.X * factor, a.Y * factor, a.Z * factor);

        /// <summary>Returns a multiple.</summary>
        public static Vec3<TFrame> operator *(double factor, Vec3<TFrame> a) => a * factor;

        /// <summary>Returns a part.</summary>
        public static Vec3<TFrame> operator /(Vec3<TFrame> a, double divisor) =>
            new Vec3<TFrame>(a.X / divisor, a.Y / divisor, a.Z / divisor);

        /// <summary>Returns the scalar product.</summary>
        public double Dot(Vec3<TFrame> other) => X * other.X + Y * other.Y + Z * other.Z;

        /// <summary>Returns the vector product, by the formula of right-handed frames.</summary>
        public Vec3<TFrame> Cross(Vec3<TFrame> other) =>
            new Vec3<TFrame>(
                Y * other.Z - Z * other.Y, Z * other.X - X * other.Z, X * other.Y - Y * other.X);

        /// <inheritdoc/>
        public bool Equals(Vec3<TFrame> other) => X == other.X && Y == other.Y && Z == other.Z;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Vec3<TFrame> other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() =>
            (X.GetHashCode() * 397 ^ Y.GetHashCode()) * 397 ^ Z.GetHashCode();

        /// <summary>Returns "(x, y, z)" with a point as the decimal sign.</summary>
        public override string ToString() =>
            string.Format(CultureInfo.InvariantCulture, "({0:R}, {1:R}, {2:R})", X, Y, Z);
    }
}
