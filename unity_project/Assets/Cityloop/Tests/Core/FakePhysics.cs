#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core.Tests
{
    /// <summary>
    /// Physics without any: driven bodies and walkers go on at their velocities, rays hit nobody. It writes down what it
    /// was told.
    /// </summary>
    internal sealed class FakePhysics : IPhysics
    {
        private Dictionary<uint, Motion> _motions = new Dictionary<uint, Motion>();

        public List<string> Told { get; } = new List<string>();

        public HashSet<uint> Limp { get; } = new HashSet<uint>();

        /// <summary>Pushes, by body: added to the velocity in the next tick, m/s.</summary>
        public Dictionary<uint, Vec3<WorldFrame>> Pushes { get; } = new Dictionary<uint, Vec3<WorldFrame>>();

        public IReadOnlyList<KinematicMove> Moves { get; private set; } = new KinematicMove[0];

        public IReadOnlyList<Suspect> Suspects { get; private set; } = new Suspect[0];

        public double Grip { get; private set; }

        public IReadOnlyCollection<uint> Ragdolls => Limp;

        public void Clear()
        {
            _motions.Clear();
            Limp.Clear();
        }

        public void Add(BodyInfo info, BodyKind kind, in Motion motion)
        {
            Told.Add($"add {info.Id} {kind}");
            _motions[info.Id] = motion;
        }

        public void AddRagdoll(BodyInfo info, Fall fall)
        {
            Told.Add($"limp {info.Id}");
            Limp.Add(info.Id);
            _motions[info.Id] = new Motion
            {
                Position = fall.Posture.Position,
                Rotation = fall.Posture.Rotation,
                Velocity = fall.Velocities[0],
            };
        }

        public void Remove(uint id)
        {
            Told.Add($"remove {id}");
            _motions.Remove(id);
            Limp.Remove(id);
        }

        public void SetGrip(double friction) => Grip = friction;

        public void SetPedals(uint id, double throttle, double brake, double steering) =>
            Told.Add($"pedals {id} {throttle} {brake} {steering}");

        public void TakeOver(uint id, double steeringRad) => Told.Add($"take over {id} {steeringRad}");

        public void SetGoal(uint id, Vec3<WorldFrame> velocity, double? headingRad) =>
            Told.Add($"goal {id} {velocity.X} {velocity.Y} {(headingRad.HasValue ? headingRad.ToString() : "none")}");

        public IReadOnlyList<Touch> Step(
            double dtS,
            int substeps,
            IReadOnlyList<KinematicMove> moves,
            IReadOnlyList<Suspect> suspects,
            Func<uint, double, Fall> fall)
        {
            Moves = moves;
            Suspects = suspects;
            foreach (uint id in new List<uint>(_motions.Keys))
            {
                Motion motion = _motions[id];
                if (Pushes.TryGetValue(id, out Vec3<WorldFrame> push))
                {
                    motion.Velocity += push;
                }
                motion.Position += motion.Velocity * dtS;
                _motions[id] = motion;
            }
            Pushes.Clear();
            return new Touch[0];
        }

        public void ReadDriven(
            uint id, Vec3<WorldFrame> velocityBefore, out Motion motion, out double steeringRad, WheelSpring[] springs)
        {
            motion = _motions[id];
            steeringRad = 0.1;
            for (int i = 0; i < springs.Length; i++)
            {
                springs[i] = new WheelSpring { TravelM = 0.01, Grounded = true };
            }
        }

        public void ReadWalker(uint id, out Motion motion) => motion = _motions[id];

        public void ReadRagdoll(uint id, Vec3<WorldFrame> velocityBefore, out Motion motion, float[] bones)
        {
            motion = _motions[id];
            for (int i = 0; i < bones.Length; i++)
            {
                bones[i] = i % 12 % 5 == 0 ? 1 : 0;
            }
        }

        public bool CastRay(
            Vec3<WorldFrame> origin,
            Vec3<WorldFrame> direction,
            double maxM,
            out uint body,
            out double distanceM,
            out Vec3<WorldFrame> normal)
        {
            body = 0;
            distanceM = 0;
            normal = default;
            return false;
        }

        public object Save() => new Dictionary<uint, Motion>(_motions);

        public void Restore(object saved) => _motions = new Dictionary<uint, Motion>((Dictionary<uint, Motion>)saved);
    }
}
