#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Rates that only the next tick can tell: of bodies that physics moves.</summary>
    /// <remarks>
    /// A push changes a velocity at once, somewhere between two ticks: in a collision, when a limp body hits the ground
    /// with every limb, when a wheel meets a kerb. The derivative of such a motion at a tick is not what the solver says
    /// there but what its positions around the tick show. So the rates of every body that physics moves are put right as
    /// soon as the next tick is known, before the tick is drawn: the mean over the ticks to either side,
    /// (p(t+dt) - p(t-dt)) / 2dt.
    /// </remarks>
    public static class Settling
    {
        /// <summary>Returns tick <paramref name="here"/> with the rates of what physics moves put right.</summary>
        /// <param name="before">The tick before.</param>
        /// <param name="here">The tick.</param>
        /// <param name="after">The tick after.</param>
        /// <param name="rows">Takes the rows of the bodies that were put right, rising.</param>
        public static Snapshot Settle(Snapshot before, Snapshot here, Snapshot after, List<int> rows)
        {
            Motions motions = here.Motions.WithOwnRates();
            double span = here.DtS + after.DtS;
            for (int row = 0; row < here.Cast.Count; row++)
            {
                uint id = here.Cast.Ids[row];
                int earlier = before.Cast.RowOf(id), later = after.Cast.RowOf(id);
                if (earlier < 0 || later < 0 || here.Jumped[row] || after.Jumped[later] ||
                    (IsLed(after.Kinds[later]) && IsLed(here.Kinds[row])))
                {
                    continue;
                }
                rows.Add(row);
                Motion m0 = before.Motions.At(earlier), m1 = here.Motions.At(row), m2 = after.Motions.At(later);
                m1.Acceleration =
                    ((m2.Position - m1.Position) / after.DtS - (m1.Position - m0.Position) / here.DtS) * 2 / span;
                m1.Velocity = (m2.Position - m0.Position) / span;
                m1.AngularVelocity = (m2.Rotation * m0.Rotation.Inverse).RotationVector / span;
                motions.Set(row, m1);
            }
            if (rows.Count == 0)
            {
                return here;
            }
            Snapshot settled = here.With();
            settled.Motions = motions;
            return settled;
        }

        private static bool IsLed(BodyKind kind) => kind == BodyKind.Static || kind == BodyKind.Kinematic;
    }
}
