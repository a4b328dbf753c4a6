#nullable enable
using System;
using System.Globalization;

namespace Cityloop.Core
{
    /// <summary>
    /// A rotation as a unit quaternion (x, y, z, w), Hamilton convention: it turns the axes of an inner frame
    /// (a body's, a part's) into those of <typeparamref name="TFrame"/>.
    /// </summary>
    /// <remarks>Formulas: J. Diebel, "Representing Attitude", 2006.</remarks>
    public readonly struct Quat<TFrame> : IEquatable<Quat<TFrame>>
        where TFrame : struct
    {
        /// <summary>No rotation.</summary>
        public static readonly Quat<TFrame> Identity = new Quat<TFrame>(0, 0, 0, 1);

        /// <summary>Vector part x.</summary>
        public readonly double X;

        /// <summary>Vector part y.</summary>
        public readonly double Y;

        /// <summary>Vector part z.</summary>
        public readonly double Z;

        /// <summary>Scalar part.</summary>
        public readonly double W;

        /// <summary>Takes four components, which are to be of length 1 together.</summary>
        public Quat(double x, double y, double z, double w)
        {
            X = x;
            Y = y;
            Z = z;
            W = w;
        }

        /// <summary>The length of the four components, 1 for a rotation.</summary>
        public double Length => Math.Sqrt(X * X + Y * Y + Z * Z + W * W);

        /// <summary>The opposite rotation.</summary>
        public Quat<TFrame> Inverse => new Quat<TFrame>(-X, -Y, -Z, W);

        /// <summary>The same rotation, of length 1.</summary>
        public Quat<TFrame> Normalized
        {
            get
            {
                double length = Length;
                return new Quat<TFrame>(X / length, Y / length, Z / length, W / length);
            }
        }

        /// <summary>Where the inner x axis points seen along z, rad, 0 = x, towards y.</summary>
        public double YawRad => Math.Atan2(2 * (W * Z + X * Y), 1 - 2 * (Y * Y + Z * Z));

        /// <summary>
        /// Axis times angle, rad, the shorter way round: the angle is from 0 to pi.
        /// </summary>
        public Vec3<TFrame> RotationVector
        {
            get
            {
                double sign = W < 0 ? -1 : 1;
                double sine = Math.Sqrt(X * X + Y * Y + Z * Z);
                double scale = sign * (sine > 1e-9 ? 2 * Math.Atan2(sine, sign * W) / sine : 2.0);
                return new Vec3<TFrame>(X * scale, Y * scale, Z * scale);
            }
        }

        /// <summary>The rotation <paramref name="b"/> followed by <paramref name="a"/>.</summary>
        public static Quat<TFrame> operator *(Quat<TFrame> a, Quat<TFrame> b) =>
            new Quat<TFrame>(
                a.W * b.X + a.X * b.W + a.Y * b.Z - a.Z * b.Y,
                a.W * b.Y - a.X * b.Z + a.Y * b.W + a.Z * b.X,
                a.W * b.Z + a.X * b.Y - a.Y * b.X + a.Z * b.W,
                a.W * b.W - a.X * b.X - a.Y * b.Y - a.Z * b.Z);

        /// <summary>Returns the turn about z by an angle, rad, from x towards y.</summary>
        public static Quat<TFrame> FromYaw(double yawRad) =>
            new Quat<TFrame>(0, 0, Math.Sin(yawRad / 2), Math.Cos(yawRad / 2));

        /// <summary>Returns the turn about a vector by its length, rad.</summary>
        public static Quat<TFrame> FromRotationVector(Vec3<TFrame> vector)
        {
            Vec3<TFrame> half = vector / 2;
            double angle = half.Length;
            double scale = angle > 1e-12 ? Math.Sin(angle) / angle : 1.0;
            return new Quat<TFrame>(half.X * scale, half.Y * scale, half.Z * scale, Math.Cos(angle));
        }

        /// <summary>Returns a vector of the inner frame as <typeparamref name="TFrame"/> sees it.</summary>
        public Vec3<TFrame> Rotate<TInner>(Vec3<TInner> v)
            where TInner : struct
        {
            double tx = 2 * (Y * v.Z - Z * v.Y), ty = 2 * (Z * v.X - X * v.Z), tz = 2 * (X * v.Y - Y * v.X);
            return new Vec3<TFrame>(
                v.X + W * tx + (Y * tz - Z * ty),
                v.Y + W * ty + (Z * tx - X * tz),
                v.Z + W * tz + (X * ty - Y * tx));
        }

        /// <summary>Returns a vector of <typeparamref name="TFrame"/> as the body that is so turned sees it.</summary>
        public Vec3<BodyFrame> ToBody(Vec3<TFrame> v)
        {
            Vec3<TFrame> turned = Inverse.Rotate(v);
            return new Vec3<BodyFrame>(turned.X, turned.Y, turned.Z);
        }

        /// <summary>
        /// Returns the rotation after turning at a constant rate, rad/s in <typeparamref name="TFrame"/>, for a
        /// time, s, which may be negative (exponential map, exact).
        /// </summary>
        public Quat<TFrame> Advance(Vec3<TFrame> angularVelocity, double dtS) =>
            (FromRotationVector(angularVelocity * dtS) * this).Normalized;

        /// <inheritdoc/>
        public bool Equals(Quat<TFrame> other) =>
            X == other.X && Y == other.Y && Z == other.Z && W == other.W;

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Quat<TFrame> other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() =>
            ((X.GetHashCode() * 397 ^ Y.GetHashCode()) * 397 ^ Z.GetHashCode()) * 397 ^ W.GetHashCode();

        /// <summary>Returns "(x, y, z, w)" with a point as the decimal sign.</summary>
        public override string ToString() =>
            string.Format(CultureInfo.InvariantCulture, "({0:R}, {1:R}, {2:R}, {3:R})", X, Y, Z, W);
    }
}
