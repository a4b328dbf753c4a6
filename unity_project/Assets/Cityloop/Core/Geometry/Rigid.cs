#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>
    /// Transforms as 3 x 4 row-major matrices of 12 numbers, for what is known by several of them (bones, limbs,
    /// parts); right-handed frames, m.
    /// </summary>
    public static class Rigid
    {
        /// <summary>Returns the matrix of a pose.</summary>
        public static double[] Of<TFrame>(Vec3<TFrame> position, Quat<TFrame> q)
            where TFrame : struct => new[]
        {
            1 - 2 * (q.Y * q.Y + q.Z * q.Z), 2 * (q.X * q.Y - q.Z * q.W), 2 * (q.X * q.Z + q.Y * q.W), position.X,
            2 * (q.X * q.Y + q.Z * q.W), 1 - 2 * (q.X * q.X + q.Z * q.Z), 2 * (q.Y * q.Z - q.X * q.W), position.Y,
            2 * (q.X * q.Z - q.Y * q.W), 2 * (q.Y * q.Z + q.X * q.W), 1 - 2 * (q.X * q.X + q.Y * q.Y), position.Z,
        };

        /// <summary>Returns one of many float32 matrices.</summary>
        public static double[] At(float[] matrices, int index)
        {
            var m = new double[12];
            for (int i = 0; i < 12; i++)
            {
                m[i] = matrices[index * 12 + i];
            }
            return m;
        }

        /// <summary>Returns the transform inner, then outer.</summary>
        public static double[] Compose(double[] outer, double[] inner)
        {
            var m = new double[12];
            for (int row = 0; row < 12; row += 4)
            {
                for (int column = 0; column < 4; column++)
                {
                    m[row + column] = outer[row] * inner[column] + outer[row + 1] * inner[4 + column] +
                        outer[row + 2] * inner[8 + column];
                }
                m[row + 3] += outer[row + 3];
            }
            return m;
        }

        /// <summary>Returns the opposite of a rigid transform.</summary>
        public static double[] Inverse(double[] m) => new[]
        {
            m[0], m[4], m[8], -(m[0] * m[3] + m[4] * m[7] + m[8] * m[11]),
            m[1], m[5], m[9], -(m[1] * m[3] + m[5] * m[7] + m[9] * m[11]),
            m[2], m[6], m[10], -(m[2] * m[3] + m[6] * m[7] + m[10] * m[11]),
        };

        /// <summary>Returns a point of the inner frame in the outer one.</summary>
        public static Vec3<TOuter> Move<TOuter, TInner>(double[] m, Vec3<TInner> p)
            where TOuter : struct
            where TInner : struct =>
            new Vec3<TOuter>(
                m[0] * p.X + m[1] * p.Y + m[2] * p.Z + m[3],
                m[4] * p.X + m[5] * p.Y + m[6] * p.Z + m[7],
                m[8] * p.X + m[9] * p.Y + m[10] * p.Z + m[11]);

        /// <summary>Returns where the inner origin is.</summary>
        public static Vec3<TOuter> Position<TOuter>(double[] m)
            where TOuter : struct => new Vec3<TOuter>(m[3], m[7], m[11]);

        /// <summary>
        /// Returns the rotation, w of 0 or more. Takes the largest component first, so that it never divides by a small
        /// number (S. W. Shepperd, "Quaternion from rotation matrix", 1978).
        /// </summary>
        public static Quat<TOuter> Rotation<TOuter>(double[] m)
            where TOuter : struct
        {
            double a = m[0], b = m[5], c = m[10], trace = a + b + c;
            double x, y, z, w;
            if (trace >= a && trace >= b && trace >= c)
            {
                (x, y, z, w) = (m[9] - m[6], m[2] - m[8], m[4] - m[1], 1 + trace);
            }
            else if (a >= b && a >= c)
            {
                (x, y, z, w) = (1 - trace + 2 * a, m[1] + m[4], m[2] + m[8], m[9] - m[6]);
            }
            else if (b >= c)
            {
                (x, y, z, w) = (m[1] + m[4], 1 - trace + 2 * b, m[6] + m[9], m[2] - m[8]);
            }
            else
            {
                (x, y, z, w) = (m[2] + m[8], m[6] + m[9], 1 - trace + 2 * c, m[4] - m[1]);
            }
            double scale = (w < 0 ? -1 : 1) / Math.Sqrt(x * x + y * y + z * z + w * w);
            return new Quat<TOuter>(x * scale, y * scale, z * scale, w * scale);
        }

        /// <summary>
        /// Returns the transform with the nearest rotation in place of the linear part, which must not flatten space
        /// (polar decomposition by N. J. Higham's iteration, 1986); one that does is taken for unturned.
        /// </summary>
        public static double[] Nearest(double[] m)
        {
            var now = (double[])m.Clone();
            for (int round = 0; round < 50; round++)
            {
                double det = now[0] * (now[5] * now[10] - now[6] * now[9]) -
                    now[1] * (now[4] * now[10] - now[6] * now[8]) + now[2] * (now[4] * now[9] - now[5] * now[8]);
                if (!(Math.Abs(det) > 1e-12))
                {
                    return new[] { 1, 0, 0, m[3], 0, 1, 0, m[7], 0, 0, 1, m[11] };
                }
                // The inverse, transposed, is the matrix of cofactors over the determinant.
                var next = new[]
                {
                    now[5] * now[10] - now[6] * now[9], now[6] * now[8] - now[4] * now[10],
                    now[4] * now[9] - now[5] * now[8], 0.0,
                    now[2] * now[9] - now[1] * now[10], now[0] * now[10] - now[2] * now[8],
                    now[1] * now[8] - now[0] * now[9], 0.0,
                    now[1] * now[6] - now[2] * now[5], now[2] * now[4] - now[0] * now[6],
                    now[0] * now[5] - now[1] * now[4], 0.0,
                };
                double change = 0.0;
                for (int i = 0; i < 12; i++)
                {
                    if (i % 4 == 3)
                    {
                        next[i] = m[i];
                        continue;
                    }
                    next[i] = (now[i] + next[i] / det) / 2;
                    change = Math.Max(change, Math.Abs(next[i] - now[i]));
                }
                now = next;
                if (change < 1e-14)
                {
                    break;
                }
            }
            return now;
        }
    }
}
