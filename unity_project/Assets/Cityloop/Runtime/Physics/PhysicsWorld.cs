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
        private readonly Population _population;
        private readonly Overlaps _overlaps;
        private readonly Land _land;
        private readonly HashSet<uint> _touched = new HashSet<uint>();

        // Half a substep as a share of the last tick.
        private double _lag;

        /// <summary>Takes Unity's physics in hand; there is one such world in a process.</summary>
        public PhysicsWorld()
        {
            PhysicsSettings.Apply();
            _population = new Population(_room);
            _overlaps = new Overlaps(_population.Bodies, _population.Contacts);
            _land = new Land(_room, _population.Bodies.All);
        }

        /// <inheritdoc/>
        public IReadOnlyCollection<uint> Ragdolls => _population.Ragdolls.Ids;

        /// <inheritdoc/>
        public void Dispose()
        {
            Clear();
            _room.Leave();
        }

        /// <inheritdoc/>
        public void Clear()
        {
            _population.Clear();
            _touched.Clear();
        }

        /// <inheritdoc/>
        public void Add(BodyInfo info, BodyKind kind, in Motion motion) => _population.Add(info, kind, motion);

        /// <inheritdoc/>
        public void AddRagdoll(BodyInfo info, Fall fall) => _population.AddRagdoll(info, fall);

        /// <inheritdoc/>
        public void Remove(uint id) => _population.Remove(id);

        /// <inheritdoc/>
        public void SetGrip(double friction) => _population.SetGrip(friction);

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
            _population.CloseGaps();
            ContactLog contacts = _population.Contacts;
            double stepS = dtS / substeps;
            _lag = stepS / 2 / dtS;
            contacts.Begin();
            StartTick(dtS, stepS, moves);
            _overlaps.BeginTick();
            List<Suspect> close = Close(suspects, dtS);
            for (int i = 0; i < substeps; i++)
            {
                KnockDown(close, fall, (double)i / substeps, stepS);
                Push(stepS);
                _room.Simulate((float)stepS);
                _overlaps.Look(last: i == substeps - 1);
                contacts.NextSubstep();
                foreach (RagdollBody ragdoll in _population.Ragdolls.All)
                {
                    ragdoll.KeepAbove(_land);
                }
            }
            List<Touch> touches = contacts.Touches();
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
            motion = _population.Ragdolls[id].Read(bones);
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
            body = found ? _population.Owners[hit.collider] : 0;
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
            var saved = new Saved(_population.Save(), new List<uint>(_touched), _lag);
            _population.MakeAnew(saved.Population);
            return saved;
        }

        /// <inheritdoc/>
        public void Restore(object saved)
        {
            var kept = (Saved)saved;
            _population.MakeAnew(kept.Population);
            _touched.Clear();
            _touched.UnionWith(kept.Touched);
            _lag = kept.Lag;
        }

        private void StartTick(double dtS, double stepS, IReadOnlyList<KinematicMove> moves)
        {
            foreach (KinematicMove move in moves)
            {
                if (!_population.Bodies.TryGet(move.Id, out PhysicalBody? body))
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
            foreach (PhysicalBody body in _population.Bodies.All)
            {
                (body as WalkerBody)?.Walk(dtS);
                (body as DrivenBody)?.BeginTick(stepS);
            }
            foreach (RagdollBody ragdoll in _population.Ragdolls.All)
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
                if (_population.Bodies.TryGet(pair.Vehicle, out PhysicalBody? vehicle) &&
                    _population.Bodies.TryGet(pair.Person, out PhysicalBody? person) &&
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
                if (_population.Bodies.TryGet(pair.Person, out PhysicalBody? person) &&
                    Impacts.RunsInto(_population.Bodies[pair.Vehicle].AsParty(), person.AsParty(), stepS))
                {
                    Fall start = fall(pair.Person, share);
                    Remove(pair.Person);
                    AddRagdoll(person.Info, start);
                }
            }
        }

        private void Push(double stepS)
        {
            foreach (PhysicalBody body in _population.Bodies.All)
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

        private DrivenBody Driven(uint id) => (DrivenBody)_population.Bodies[id];

        private WalkerBody Walker(uint id) => (WalkerBody)_population.Bodies[id];

        private sealed class Saved
        {
            public Saved(SavedPopulation population, List<uint> touched, double lag)
            {
                Population = population;
                Touched = touched;
                Lag = lag;
            }

            public SavedPopulation Population { get; }

            public List<uint> Touched { get; }

            public double Lag { get; }
        }
    }
}
