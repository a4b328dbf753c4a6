#nullable enable

namespace Cityloop.Core
{
    /// <summary>The bodies of one tick, a tick later or earlier.</summary>
    public static class Neighbour
    {
        /// <summary>
        /// Returns the bodies of <paramref name="here"/> as they are a tick later (dt above 0) or earlier (below 0).
        /// </summary>
        /// <remarks>
        /// A body that is not <paramref name="there"/>, or that jumped between the two, is extrapolated at its constant
        /// velocity, angular velocity and spin rates; its bones and steering stay.
        /// </remarks>
        public static Motions Of(Snapshot here, Snapshot? there, double dtS)
        {
            Cast cast = here.Cast;
            bool later = dtS > 0;
            var known = new int[cast.Count];
            bool all = there != null && there.Cast == cast;
            for (int row = 0; row < known.Length; row++)
            {
                int other = there == null ? -1 : there.Cast.RowOf(cast.Ids[row]);
                bool jumped = other >= 0 && (later ? there!.Jumped[other] : here.Jumped[row]);
                known[row] = jumped ? -1 : other;
                all &= known[row] >= 0;
            }
            if (all)
            {
                return there!.Motions;
            }
            Motions motions = Extrapolated(here, dtS);
            for (int row = 0; row < known.Length; row++)
            {
                if (known[row] >= 0)
                {
                    motions.Take(cast, row, there!.Motions, there.Cast, known[row]);
                }
            }
            return motions;
        }

        private static Motions Extrapolated(Snapshot here, double dtS)
        {
            Motions motions = here.Motions.Copy();
            for (int row = 0; row < here.Cast.Count; row++)
            {
                Motion motion = motions.At(row);
                motion.Position += motion.Velocity * dtS;
                motion.Rotation = motion.Rotation.Advance(motion.AngularVelocity, dtS);
                motions.Set(row, motion);
            }
            for (int i = 0; i < motions.Wheels.Length; i += 5)
            {
                motions.Wheels[i + 1] += motions.Wheels[i + 2] * dtS;
            }
            return motions;
        }
    }
}
