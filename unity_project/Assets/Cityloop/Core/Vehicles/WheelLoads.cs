#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Shares of the weight that W wheels carry on flat ground.</summary>
    public sealed class WheelLoads
    {
        // A wheel that carries less than this share of the weight lets the body tip over.
        private const double LeastLoad = 0.01;

        // A rider brakes and accelerates up to this share of what would lift a wheel.
        private const double TippingMargin = 0.6;

        // Arms that are this much shorter than the longest, after what others explain, are none.
        private const double RankTolerance = 1e-12;

        private WheelLoads(double[] atRest, double[] perG)
        {
            AtRest = atRest;
            PerG = perG;
        }

        /// <summary>W shares at rest; they sum to 1.</summary>
        public double[] AtRest { get; }

        /// <summary>W shares that they gain for each g of deceleration; they sum to 0.</summary>
        public double[] PerG { get; }

        /// <summary>
        /// Returns how the weight is spread over the wheels, or null if they cannot carry the centre of mass (fewer
        /// than three, all in one line, or the centre of mass outside of them).
        /// </summary>
        /// <remarks>
        /// Balance of forces and of moments about x and y; the smallest solution where several are. A body that a
        /// rider balances has no moment about x to carry.
        /// </remarks>
        public static WheelLoads? Of(VehicleDynamics dynamics)
        {
            int wheels = dynamics.Wheels.Count, rows = dynamics.Balanced ? 2 : 3;
            Vec3<BodyFrame> com = Decode.Raw<BodyFrame>(dynamics.CenterOfMass);
            var balance = new double[rows][];
            for (int row = 0; row < rows; row++)
            {
                balance[row] = new double[wheels];
            }
            for (int i = 0; i < wheels; i++)
            {
                Vec3<BodyFrame> center = Decode.Raw<BodyFrame>(dynamics.Wheels[i].Center);
                balance[0][i] = 1.0;
                balance[1][i] = center.X - com.X;
                if (rows == 3)
                {
                    balance[2][i] = center.Y - com.Y;
                }
            }
            var atRest = new double[rows];
            var perG = new double[rows];
            atRest[0] = 1.0;
            perG[1] = com.Z;
            double[]? rest = Smallest(balance, atRest), shift = Smallest(balance, perG);
            if (rest == null || shift == null)
            {
                return null;
            }
            foreach (double share in rest)
            {
                if (share < LeastLoad)
                {
                    return null;
                }
            }
            return new WheelLoads(rest, shift);
        }

        /// <summary>
        /// Returns the accelerations forward and back, in g, at which some wheels slip: their load changes with the
        /// acceleration, a = grip (at_rest - per_g a) for all of them.
        /// </summary>
        public void TractionG(IEnumerable<int> driven, double grip, out double forward, out double back)
        {
            double rest = 0.0, shift = 0.0;
            foreach (int wheel in driven)
            {
                rest += AtRest[wheel];
                shift += PerG[wheel];
            }
            forward = grip * rest / (1 + grip * shift);
            back = grip * rest / (1 - grip * shift);
        }

        /// <summary>Returns deceleration and acceleration, in g, up to which a rider keeps all wheels down.</summary>
        public void TippingG(out double deceleration, out double acceleration)
        {
            deceleration = double.PositiveInfinity;
            acceleration = double.PositiveInfinity;
            for (int i = 0; i < AtRest.Length; i++)
            {
                if (-PerG[i] > 1e-9)
                {
                    deceleration = Math.Min(deceleration, AtRest[i] / -PerG[i]);
                }
                if (PerG[i] > 1e-9)
                {
                    acceleration = Math.Min(acceleration, AtRest[i] / PerG[i]);
                }
            }
            deceleration *= TippingMargin;
            acceleration *= TippingMargin;
        }

        /// <summary>Writes the W shares of the weight that wheels carry at a deceleration, in g.</summary>
        public void BrakingShares(double decelerationG, double[] shares)
        {
            double sum = 0.0;
            for (int i = 0; i < shares.Length; i++)
            {
                shares[i] = Math.Max(AtRest[i] + PerG[i] * decelerationG, 0.0);
                sum += shares[i];
            }
            for (int i = 0; i < shares.Length; i++)
            {
                shares[i] /= sum;
            }
        }

        /// <summary>
        /// Returns the smallest x with rows x = wanted, by orthogonal rows (Gram and Schmidt); null where a row
        /// depends on those before it.
        /// </summary>
        private static double[]? Smallest(double[][] rows, double[] wanted)
        {
            int width = rows[0].Length;
            double longest = 0.0;
            foreach (double[] row in rows)
            {
                longest = Math.Max(longest, Math.Sqrt(Dot(row, row)));
            }
            var units = new List<double[]>();
            var along = new List<double>();
            for (int k = 0; k < rows.Length; k++)
            {
                var rest = (double[])rows[k].Clone();
                double value = wanted[k];
                for (int j = 0; j < k; j++)
                {
                    double share = Dot(rest, units[j]);
                    value -= share * along[j];
                    for (int i = 0; i < width; i++)
                    {
                        rest[i] -= share * units[j][i];
                    }
                }
                double length = Math.Sqrt(Dot(rest, rest));
                if (!(length > RankTolerance * longest))
                {
                    return null;
                }
                for (int i = 0; i < width; i++)
                {
                    rest[i] /= length;
                }
                units.Add(rest);
                along.Add(value / length);
            }
            var x = new double[width];
            for (int k = 0; k < rows.Length; k++)
            {
                for (int i = 0; i < width; i++)
                {
                    x[i] += along[k] * units[k][i];
                }
            }
            return x;
        }

        private static double Dot(double[] a, double[] b)
        {
            double sum = 0.0;
            for (int i = 0; i < a.Length; i++)
            {
                sum += a[i] * b[i];
            }
            return sum;
        }
    }
}
