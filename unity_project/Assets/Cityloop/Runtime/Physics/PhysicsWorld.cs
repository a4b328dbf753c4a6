#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using BodyKind = Cityloop.V1.BodyKind;
using Motion = Cityloop.Core.Motion;
using Touch = Cityloop.Core.Touch;

namespace Cityloop.Runtime
{
    /// <summary>The stage's bodies in Unity's physics (PhysX): fixed substeps, contacts, rays.</summary>
    /// <remarks>
    /// PhysX computes in float32. A kinematic body is therefore only mirrored here (its exact pose stays in the stage),
    /// moving at the constant velocity that brings it to its target at the end of the tick.
    /// </remarks>
    public sealed class PhysicsWorld : IPhysics, IDisposable
    {
        private readonly Room _room = new Room();
        private readonly ShapeBuilder _shapes = new ShapeBuilder();
        private readonly Dictionary<Collider, uint> _owners = new Dictionary<Collider, uint>();

        // In the order in which they came, which decides the order of everything that is done to them.
        private readonly Roster<PhysicalBody> _bodies = new Roster<PhysicalBody>();
        private readonly Roster<RagdollBody> _ragdolls = new Roster<RagdollBody>();
        private readonly Makings _makings;
        private readonly HashSet<uint> _touched = new HashSet<uint>();
        private readonly ContactLog _log;
        private readonly Overlaps _overlaps;
        private readonly Land _land;
        private double _grip = Tyres.GripDry;

        // Half a substep as a share of the last tick.
        private double _lag;

        /// <summary>Takes Unity's physics in hand; there is one such world in a process.</summary>
        public PhysicsWorld()
        {
            PhysicsSettings.Apply();
            _log = new ContactLog(_owners);
            _overlaps = new Overlaps(_bodies, _log);
            _land = new Land(_room, _bodies.All);
            _makings = new Makings(_room);
        }

        /// <inheritdoc/>
        public IReadOnlyCollection<uint> Ragdolls => _ragdolls.Ids;

        /// <inheritdoc/>
        public void Dispose()
        {
            Clear();
            _room.Leave();
        }

        /// <inheritdoc/>
        public void Clear()
        {
            Forget();
            _makings.Renew();
            _shapes.Clear();
            _touched.Clear();
        }

        /// <inheritdoc/>
        public void Add(BodyInfo info, BodyKind kind, in Motion motion)
        {
            if (info.Prototype.Shapes.Count == 0 && kind != BodyKind.Driven)
            {
                return;
            }
            Enrol(Make(info, kind, motion), isNew: true);
            if (kind == BodyKind.Static)
            {
                RouseAll();
            }
        }

        /// <inheritdoc/>
        public void AddRagdoll(BodyInfo info, Fall fall)
        {
            var ragdoll = new RagdollBody(info, fall, _room.Root, _log);
            foreach (Collider collider in ragdoll.Colliders)
            {
                _owners[collider] = info.Id;
            }
            _makings.Add(ragdoll);
            _ragdolls.Add(info.Id, ragdoll);
        }

        /// <inheritdoc/>
        public void Remove(uint id)
        {
            if (_ragdolls.Take(id) is RagdollBody ragdoll)
            {
                foreach (Collider collider in ragdoll.Colliders)
                {
                    _owners.Remove(collider);
                }
                _makings.Hide(ragdoll);
            }
            if (_bodies.Take(id) is PhysicalBody body)
            {
                foreach (Collider collider in body.Colliders)
                {
                    _owners.Remove(collider);
                }
                _makings.Hide(body);
                if (body.Kind == BodyKind.Static)
                {
                    RouseAll();
                }
            }
        }

        /// <inheritdoc/>
        public void SetGrip(double friction)
        {
            _grip = friction;
            foreach (DrivenBody vehicle in Vehicles())
            {
                vehicle.SetGrip(friction);
            }
        }

        /// <inheritdoc/>
        public void SetPedals(uint id, double throttle, double brake, double steering) =>
            Driven(id).SetPedals(new Pedals(throttle, brake, steering));

        /// <inheritdoc/>
        public void TakeOver(uint id, double steeringRad) => Driven(id).TakeOver(steeringRad);

        /// <inheritdoc/>
        public void SetGoal(uint id, Vec3<WorldFrame> velocity, double? headingRad) =>
            Walker(id).SetGoal(velocity, headingRad);

        /// <inheritdoc/>
        public IReadOnlyList<Touch> Step(
            double dtS,
            int substeps,
            IReadOnlyList<KinematicMove> moves,
            IReadOnlyList<Suspect> suspects,
            Func<uint, double, Fall> fall)
        {
            if (_makings.HasGaps)
            {
                Rebuild(Snapshot(), inNewRoom: false);
            }
            double stepS = dtS / substeps;
            _lag = stepS / 2 / dtS;
            _log.Begin();
            StartTick(dtS, stepS, moves);
            _overlaps.BeginTick();
            List<Suspect> close = Close(suspects, dtS);
            for (int i = 0; i < substeps; i++)
            {
                KnockDown(close, fall, (double)i / substeps, stepS);
                Push(stepS);
                _room.Simulate((float)stepS);
                _overlaps.Look(last: i == substeps - 1);
                _log.NextSubstep();
                foreach (RagdollBody ragdoll in _ragdolls.All)
                {
                    ragdoll.KeepAbove(_land);
                }
            }
            List<Touch> touches = _log.Touches();
            _touched.Clear();
            foreach (Touch touch in touches)
            {
                _touched.Add(touch.A);
                _touched.Add(touch.B);
            }
            return touches;
        }

        /// <inheritdoc/>
        public void ReadDriven(
            uint id, Vec3<WorldFrame> velocityBefore, out Motion motion, out double steeringRad, WheelSpring[] springs)
        {
            DrivenBody vehicle = Driven(id);
            motion = vehicle.Read(velocityBefore, _touched.Contains(id) ? 0 : _lag);
            steeringRad = vehicle.SteeringRad;
            vehicle.ReadWheels(springs);
        }

        /// <inheritdoc/>
        public void ReadWalker(uint id, out Motion motion) => motion = Walker(id).AtEnd;

        /// <inheritdoc/>
        public void ReadRagdoll(uint id, Vec3<WorldFrame> velocityBefore, out Motion motion, float[] bones)
        {
            motion = _ragdolls[id].Read(bones);
            if (!_touched.Contains(id))
            {
                motion.Velocity += (motion.Velocity - velocityBefore) * _lag;
            }
        }

        /// <inheritdoc/>
        public bool CastRay(
            Vec3<WorldFrame> origin,
            Vec3<WorldFrame> direction,
            double maxM,
            out uint body,
            out double distanceM,
            out Vec3<WorldFrame> normal)
        {
            UnityEngine.Physics.SyncTransforms();
            bool found = _room.Raycast(
                origin.Unity(), direction.Unity(), out RaycastHit hit, (float)maxM, Layers.AllMask);
            body = found ? _owners[hit.collider] : 0;
            distanceM = found ? hit.distance : 0;
            normal = found ? hit.normal.World() : default;
            if (normal.Dot(direction) > 0)
            {
                // Unity's is that of the front, whichever side was hit.
                normal = -normal;
            }
            return found;
        }

        /// <inheritdoc/>
        /// <remarks>
        /// PhysX keeps the contacts of the last step where nobody can read them. So that what follows is the same
        /// after a restore, to the last bit, the world is built anew in the same way now and then.
        /// </remarks>
        public object Save()
        {
            SavedPhysics saved = Snapshot();
            Rebuild(saved, inNewRoom: true);
            return saved;
        }

        /// <inheritdoc/>
        public void Restore(object saved) => Rebuild((SavedPhysics)saved, inNewRoom: true);

        private SavedPhysics Snapshot()
        {
            var saved = new SavedPhysics(_touched, _lag);
            foreach (PhysicalBody body in _bodies.All)
            {
                saved.Bodies.Add(new SavedPhysics.Kept(body, body.Now(), body.Save()));
            }
            foreach (RagdollBody ragdoll in _ragdolls.All)
            {
                saved.Ragdolls.Add(ragdoll.Save());
            }
            return saved;
        }

        /// <summary>
        /// Makes the world anew: static bodies first, which stay where they are the same and the room is, then the
        /// others.
        /// </summary>
        private void Rebuild(SavedPhysics saved, bool inNewRoom)
        {
            List<SavedPhysics.Kept> still = saved.Bodies.FindAll(kept => kept.Body.Kind == BodyKind.Static);
            List<SavedPhysics.Kept> others = saved.Bodies.FindAll(kept => kept.Body.Kind != BodyKind.Static);
            int same = _makings.CountSame(still.ConvertAll(kept => (IMade)kept.Body));
            Forget();
            if (inNewRoom && Room.StartsEmpty)
            {
                same = 0;
                _makings.Renew();
            }
            else
            {
                _makings.UnmakeFrom(same);
            }
            for (int i = 0; i < still.Count; i++)
            {
                PhysicalBody body = still[i].Body;
                Enrol(i < same ? body : Make(body.Info, body.Kind, still[i].Place), isNew: i >= same);
            }
            foreach (SavedPhysics.Kept kept in others)
            {
                PhysicalBody body = Make(kept.Body.Info, kept.Body.Kind, kept.Place);
                Enrol(body, isNew: true);
                body.Restore(kept.State);
            }
            foreach (RagdollBody.Saved ragdoll in saved.Ragdolls)
            {
                AddRagdoll(ragdoll.Info, ragdoll.Fall);
                _ragdolls[ragdoll.Info.Id].Restore(ragdoll);
            }
            _touched.Clear();
            _touched.UnionWith(saved.Touched);
            _lag = saved.Lag;
            UnityEngine.Physics.SyncTransforms();
        }

        private void Enrol(PhysicalBody body, bool isNew)
        {
            if (isNew)
            {
                _makings.Add(body);
            }
            _bodies.Add(body.Info.Id, body);
            foreach (Collider collider in body.Colliders)
            {
                _owners[collider] = body.Info.Id;
            }
        }

        /// <summary>Forgets all bodies, but not what was made of them.</summary>
        private void Forget()
        {
            _ragdolls.Clear();
            _bodies.Clear();
            _owners.Clear();
        }

        private PhysicalBody Make(BodyInfo info, BodyKind kind, in Motion motion)
        {
            switch (kind)
            {
                case BodyKind.Driven:
                    var vehicle = new DrivenBody(info, motion, _grip, _shapes, _room);
                    vehicle.Object.AddComponent<ContactReporter>().Log = _log;
                    return vehicle;
                case BodyKind.Walker:
                    return new WalkerBody(info, motion, _shapes, _room);
                default:
                    return new PhysicalBody(info, kind, motion, _shapes, _room.Root);
            }
        }

        private void StartTick(double dtS, double stepS, IReadOnlyList<KinematicMove> moves)
        {
            foreach (KinematicMove move in moves)
            {
                if (!_bodies.TryGet(move.Id, out PhysicalBody? body))
                {
                    continue;
                }
                if (move.Jumps || !move.Involved)
                {
                    body.Put(move.End);
                }
                else
                {
                    body.Send(move.Start, move.End, dtS);
                }
            }
            UnityEngine.Physics.SyncTransforms();
            foreach (PhysicalBody body in _bodies.All)
            {
                (body as WalkerBody)?.Walk(dtS);
                (body as DrivenBody)?.BeginTick(stepS);
            }
            foreach (RagdollBody ragdoll in _ragdolls.All)
            {
                ragdoll.Settle(dtS);
            }
            UnityEngine.Physics.SyncTransforms();
        }

        private List<Suspect> Close(IReadOnlyList<Suspect> suspects, double dtS)
        {
            var close = new List<Suspect>();
            foreach (Suspect pair in suspects)
            {
                if (_bodies.TryGet(pair.Vehicle, out PhysicalBody? vehicle) &&
                    _bodies.TryGet(pair.Person, out PhysicalBody? person) &&
                    Impacts.CouldRunInto(vehicle.AsParty(), person.AsParty(), dtS))
                {
                    close.Add(pair);
                }
            }
            return close;
        }

        private void KnockDown(List<Suspect> close, Func<uint, double, Fall> fall, double share, double stepS)
        {
            foreach (Suspect pair in close)
            {
                if (_bodies.TryGet(pair.Person, out PhysicalBody? person) &&
                    Impacts.RunsInto(_bodies[pair.Vehicle].AsParty(), person.AsParty(), stepS))
                {
                    Fall start = fall(pair.Person, share);
                    Remove(pair.Person);
                    AddRagdoll(person.Info, start);
                }
            }
        }

        private void Push(double stepS)
        {
            foreach (PhysicalBody body in _bodies.All)
            {
                if (body is DrivenBody vehicle)
                {
                    vehicle.Push(stepS);
                }
                else
                {
                    body.Glide(stepS);
                }
            }
        }

        private void RouseAll()
        {
            foreach (DrivenBody vehicle in Vehicles())
            {
                vehicle.Rouse();
            }
        }

        private IEnumerable<DrivenBody> Vehicles()
        {
            foreach (PhysicalBody body in _bodies.All)
            {
                if (body is DrivenBody vehicle)
                {
                    yield return vehicle;
                }
            }
        }

        private DrivenBody Driven(uint id) => (DrivenBody)_bodies[id];

        private WalkerBody Walker(uint id) => (WalkerBody)_bodies[id];
    }
}
