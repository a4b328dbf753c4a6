#nullable enable
using System;
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>Which bodies could meet within a tick.</summary>
    public sealed class Nearby
    {
        // A body may gain this speed within a tick beside what its start and its end show.
        private const double GainMps = 1.0;
        private const double SlackM = 0.2;

        private readonly double[] _position;

        /// <summary>Looks at the bodies of a cast.</summary>
        /// <param name="cast">M bodies.</param>
        /// <param name="start">Their motions at the start of the tick.</param>
        /// <param name="end">The same at its end where it is known, at its start elsewhere.</param>
        /// <param name="dtS">Length of the tick, s.</param>
        public Nearby(Cast cast, Motions start, Motions end, double dtS)
        {
            _position = start.Position;
            Speed = new double[cast.Count];
            Reach = new double[cast.Count];
            for (int row = 0; row < cast.Count; row++)
            {
                double mean = (end.PositionOf(row) - start.PositionOf(row)).Length / dtS;
                Speed[row] = Math.Max(start.VelocityOf(row).Length, mean);
                Reach[row] = cast.Infos[row].Prototype.ReachM + (Speed[row] + GainMps) * dtS + SlackM;
            }
        }

        /// <summary>M, the greater of the speed at the start and the mean speed, m/s.</summary>
        public double[] Speed { get; }

        /// <summary>M radii, m: in a tick no part gets further from its body's origin at the start, seen from above.</summary>
        public double[] Reach { get; }

        /// <summary>Calls for each pair of rows of two sets whose reaches meet; a body is no pair with itself.</summary>
        public void ForPairs(IReadOnlyList<int> ones, IReadOnlyList<int> others, Action<int, int> pair)
        {
            if (ones.Count == 0 || others.Count == 0)
            {
                return;
            }
            var sorted = new int[others.Count];
            var x = new double[others.Count];
            double widest = 0.0;
            for (int i = 0; i < sorted.Length; i++)
            {
                sorted[i] = others[i];
                x[i] = _position[others[i] * 3];
                widest = Math.Max(widest, Reach[others[i]]);
            }
            // The others within the greatest reach along x are a slice, since they are sorted by x.
            Array.Sort(x, sorted);
            foreach (int one in ones)
            {
                double at = _position[one * 3], span = Reach[one] + widest;
                for (int i = FirstFrom(x, at - span); i < sorted.Length && x[i] <= at + span; i++)
                {
                    int other = sorted[i];
                    double dx = x[i] - at, dy = _position[other * 3 + 1] - _position[one * 3 + 1];
                    if (one != other && Math.Sqrt(dx * dx + dy * dy) < Reach[one] + Reach[other])
                    {
                        pair(one, other);
                    }
                }
            }
        }

        private static int FirstFrom(double[] rising, double value)
        {
            int low = 0, high = rising.Length;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (rising[middle] < value)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }
            return low;
        }
    }
}
