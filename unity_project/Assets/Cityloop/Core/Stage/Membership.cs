#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Bodies that enter or leave a snapshot.</summary>
    public static class Membership
    {
        /// <summary>Returns a snapshot with the newcomers in it.</summary>
        public static Snapshot Joined(Snapshot s, IReadOnlyList<Newcomer> newcomers)
        {
            var movers = new Dictionary<uint, Newcomer>();
            var fixedOnes = new Dictionary<uint, Newcomer>();
            foreach (Newcomer newcomer in newcomers)
            {
                (newcomer.Kind == BodyKind.Static ? fixedOnes : movers)[newcomer.Info.Id] = newcomer;
            }
            Snapshot next = s.With();
            if (movers.Count > 0)
            {
                SetMovers(next, s, With(s.Cast, movers.Values), movers);
            }
            if (fixedOnes.Count > 0)
            {
                SetStatics(next, s, With(s.Statics, fixedOnes.Values), fixedOnes);
            }
            return next;
        }

        /// <summary>Returns a snapshot without some bodies.</summary>
        public static Snapshot Without(Snapshot s, ICollection<uint> gone)
        {
            var none = new Dictionary<uint, Newcomer>();
            Cast cast = Without(s.Cast, gone), statics = Without(s.Statics, gone);
            Snapshot next = s.With();
            if (cast.Count < s.Cast.Count)
            {
                SetMovers(next, s, cast, none);
            }
            if (statics.Count < s.Statics.Count)
            {
                SetStatics(next, s, statics, none);
            }
            return next;
        }

        private static Cast With(Cast cast, IEnumerable<Newcomer> newcomers)
        {
            var infos = new List<BodyInfo>(cast.Infos);
            foreach (Newcomer newcomer in newcomers)
            {
                infos.Add(newcomer.Info);
            }
            return new Cast(infos);
        }

        private static Cast Without(Cast cast, ICollection<uint> gone)
        {
            var infos = new List<BodyInfo>();
            foreach (BodyInfo info in cast.Infos)
            {
                if (!gone.Contains(info.Id))
                {
                    infos.Add(info);
                }
            }
            return new Cast(infos);
        }

        private static void SetMovers(
            Snapshot next, Snapshot s, Cast cast, IReadOnlyDictionary<uint, Newcomer> newcomers)
        {
            next.Cast = cast;
            next.Motions = new Motions(cast);
            next.Kinds = new BodyKind[cast.Count];
            next.Lamps = new uint[cast.Count];
            next.Jumped = new bool[cast.Count];
            for (int row = 0; row < cast.Count; row++)
            {
                if (newcomers.TryGetValue(cast.Ids[row], out Newcomer? newcomer))
                {
                    next.Motions.Set(row, newcomer.Motion);
                    newcomer.Wheels.CopyTo(next.Motions.Wheels, cast.Wheels.Start[row] * 5);
                    newcomer.Bones.CopyTo(next.Motions.Bones, cast.Bones.Start[row] * 12);
                    next.Kinds[row] = newcomer.Kind;
                    next.Lamps[row] = newcomer.Lamps;
                    continue;
                }
                int old = s.Cast.RowOf(cast.Ids[row]);
                next.Motions.Take(cast, row, s.Motions, s.Cast, old);
                next.Kinds[row] = s.Kinds[old];
                next.Lamps[row] = s.Lamps[old];
                next.Jumped[row] = s.Jumped[old];
            }
        }

        private static void SetStatics(
            Snapshot next, Snapshot s, Cast statics, IReadOnlyDictionary<uint, Newcomer> newcomers)
        {
            next.Statics = statics;
            next.StaticPosition = new double[statics.Count * 3];
            next.StaticQuaternion = new double[statics.Count * 4];
            next.StaticLamps = new uint[statics.Count];
            for (int row = 0; row < statics.Count; row++)
            {
                if (newcomers.TryGetValue(statics.Ids[row], out Newcomer? newcomer))
                {
                    Vec3<WorldFrame> p = newcomer.Motion.Position;
                    Quat<WorldFrame> q = newcomer.Motion.Rotation;
                    new[] { p.X, p.Y, p.Z }.CopyTo(next.StaticPosition, row * 3);
                    new[] { q.X, q.Y, q.Z, q.W }.CopyTo(next.StaticQuaternion, row * 4);
                    next.StaticLamps[row] = newcomer.Lamps;
                    continue;
                }
                int old = s.Statics.RowOf(statics.Ids[row]);
                Array.Copy(s.StaticPosition, old * 3, next.StaticPosition, row * 3, 3);
                Array.Copy(s.StaticQuaternion, old * 4, next.StaticQuaternion, row * 4, 4);
                next.StaticLamps[row] = s.StaticLamps[old];
            }
        }
    }
}
