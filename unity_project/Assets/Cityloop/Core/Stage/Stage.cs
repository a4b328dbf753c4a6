#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>The world of one session: bodies, ticks and history; what the calls do, without the protocol.</summary>
    /// <remarks>
    /// All calls come from one thread. A request is checked whole before anything changes, so that a refused request
    /// leaves the stage as it was.
    /// </remarks>
    public sealed class Stage
    {
        private readonly IPhysics _physics;
        private readonly IRendering _rendering;
        private readonly HashSet<uint> _usedIds = new HashSet<uint>();
        private readonly List<Kept> _saved = new List<Kept>();
        private double _wetness;
        private SceneStore _scene;

        // Oldest first: at most the newest tick and the two before it.
        private Snapshot[] _snapshots = { new Snapshot() };

        /// <summary>Takes what moves and what draws the bodies.</summary>
        public Stage(IPhysics physics, IRendering rendering)
        {
            _physics = physics;
            _rendering = rendering;
            _scene = new SceneStore(rendering);
            Reset();
        }

        /// <summary>The newest tick.</summary>
        public Snapshot Newest => _snapshots[_snapshots.Length - 1];

        /// <summary>Forgets the scene and all bodies.</summary>
        public void Reset()
        {
            _rendering.Reset();
            _scene = new SceneStore(_rendering);
            _physics.Clear();
            _physics.SetGrip(Tyres.Grip(_wetness));
            _snapshots = new[] { new Snapshot() };
            _usedIds.Clear();
            _saved.Clear();
        }

        /// <summary>Replaces the scene; returns the number of triangles of its meshes.</summary>
        /// <remarks>A refused item leaves an empty scene: what is on the graphics card is gone by then.</remarks>
        public ulong Load(IEnumerable<LoadSceneRequest> items)
        {
            Reset();
            try
            {
                foreach (LoadSceneRequest item in items)
                {
                    _scene.Add(item);
                }
            }
            catch
            {
                Reset();
                throw;
            }
            return _scene.Triangles;
        }

        /// <summary>Says how wet the ground is, 0 to 1, in this scene and those that follow.</summary>
        public void SetWetness(double wetness)
        {
            _wetness = Decode.Share(wetness, 0.0, 1.0, "The wetness of the ground");
            _physics.SetGrip(Tyres.Grip(wetness));
        }

        /// <summary>Places bodies at the newest tick; returns the rows of those that can move, rising.</summary>
        public List<int> Spawn(IReadOnlyList<Body> bodies)
        {
            var newcomers = new List<Newcomer>();
            var seen = new HashSet<uint>();
            foreach (Body body in bodies)
            {
                if (_usedIds.Contains(body.Id) || !seen.Add(body.Id))
                {
                    throw Refusal.Invalid(
                        $"The body id {body.Id} is already used: ids are never reused within a session.");
                }
                newcomers.Add(Newcomer.Check(body, _scene.Prototypes));
            }
            foreach (Newcomer newcomer in newcomers)
            {
                _physics.Add(newcomer.Info, newcomer.Kind, newcomer.Motion);
            }
            _usedIds.UnionWith(seen);
            SetNewest(Membership.Joined(Newest, newcomers));
            var rows = new List<int>();
            foreach (Newcomer newcomer in newcomers)
            {
                if (newcomer.Kind != BodyKind.Static)
                {
                    rows.Add(Newest.Cast.RowOf(newcomer.Info.Id));
                }
            }
            rows.Sort();
            return rows;
        }

        /// <summary>Removes bodies from the newest tick on.</summary>
        public void Despawn(IReadOnlyList<uint> ids)
        {
            foreach (uint id in ids)
            {
                Newest.KindOf(id);
            }
            var gone = new SortedSet<uint>(ids);
            foreach (uint id in gone)
            {
                _physics.Remove(id);
            }
            SetNewest(Membership.Without(Newest, gone));
        }

        /// <summary>Leads to the next tick.</summary>
        public TickResult Advance(AdvanceRequest request)
        {
            Snapshot s = Newest;
            var tick = new TickRun(_physics, request, s);
            IReadOnlyList<Touch> touches = tick.Run();
            Snapshot now = tick.After();
            var rows = new List<int>();
            Snapshot settled = _snapshots.Length > 1
                ? Settling.Settle(_snapshots[_snapshots.Length - 2], s, now, rows)
                : s;
            _snapshots = _snapshots.Length > 1
                ? new[] { _snapshots[_snapshots.Length - 2], settled, now }
                : new[] { settled, now };
            return new TickResult(touches, settled, rows);
        }

        /// <summary>Returns the tick before the newest with its neighbours.</summary>
        public ThreeInstants Instants()
        {
            if (_snapshots.Length < 2)
            {
                throw Refusal.NotNow(
                    "Nothing can be drawn at tick 0: a frame is drawn once the tick after it is known, " +
                    "so advance first.");
            }
            Snapshot? previous = _snapshots.Length > 2 ? _snapshots[0] : null;
            return ThreeInstants.Around(previous, _snapshots[_snapshots.Length - 2], Newest);
        }

        /// <summary>Returns where rays hit the collision shapes of the newest tick.</summary>
        /// <param name="origins">N starts, m, world.</param>
        /// <param name="directions">N directions, of any length but 0.</param>
        /// <param name="maxM">No hit beyond this, m.</param>
        public List<RayHit> CastRays(
            IReadOnlyList<Vec3<WorldFrame>> origins, IReadOnlyList<Vec3<WorldFrame>> directions, double maxM)
        {
            for (int i = 0; i < origins.Count; i++)
            {
                double length = directions[i].Length;
                if (!origins[i].IsFinite || !Numbers.IsFinite(length) || !(length > 0))
                {
                    throw Refusal.Invalid(
                        "A ray has no direction, or is not finite: give finite, nonzero vectors.");
                }
            }
            var hits = new List<RayHit>();
            for (int i = 0; i < origins.Count; i++)
            {
                _physics.CastRay(
                    origins[i],
                    directions[i] / directions[i].Length,
                    maxM,
                    out uint body,
                    out double distanceM,
                    out Vec3<WorldFrame> normal);
                hits.Add(new RayHit { Body = body, DistanceM = distanceM, Normal = Encode.Vector(normal) });
            }
            return hits;
        }

        /// <summary>Keeps the whole state; returns its handle.</summary>
        public uint Save()
        {
            _saved.Add(new Kept(_snapshots, new HashSet<uint>(_usedIds), _physics.Save()));
            return (uint)_saved.Count;
        }

        /// <summary>Goes back to a kept state.</summary>
        public void Restore(uint saveId)
        {
            if (saveId < 1 || saveId > _saved.Count)
            {
                throw Refusal.NotFound($"There is no kept state {saveId}: {_saved.Count} were saved.");
            }
            Kept kept = _saved[(int)saveId - 1];
            _snapshots = kept.Snapshots;
            _usedIds.Clear();
            _usedIds.UnionWith(kept.UsedIds);
            _physics.Restore(kept.Physics);
        }

        private void SetNewest(Snapshot s)
        {
            var snapshots = (Snapshot[])_snapshots.Clone();
            snapshots[snapshots.Length - 1] = s;
            _snapshots = snapshots;
        }

        private sealed class Kept
        {
            public Kept(Snapshot[] snapshots, HashSet<uint> usedIds, object physics)
            {
                Snapshots = snapshots;
                UsedIds = usedIds;
                Physics = physics;
            }

            public Snapshot[] Snapshots { get; }

            public HashSet<uint> UsedIds { get; }

            public object Physics { get; }
        }
    }
}
