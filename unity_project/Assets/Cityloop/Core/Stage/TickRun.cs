#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>One tick on its way: checks the request, lets physics do it and gathers what physics did.</summary>
    internal sealed class TickRun
    {
        private const uint MaxSubsteps = 1000;

        private readonly IPhysics _physics;
        private readonly Snapshot _s;
        private readonly Columns _columns;
        private readonly Orders _orders;
        private readonly double _dtS;
        private readonly int _substeps;

        /// <summary>Checks a request at a tick; changes nothing.</summary>
        public TickRun(IPhysics physics, AdvanceRequest request, Snapshot s)
        {
            _physics = physics;
            _s = s;
            _dtS = Decode.Positive(request.DtS, "The length of the tick, dt_s,");
            if (request.Substeps < 1 || request.Substeps > MaxSubsteps)
            {
                throw Refusal.Invalid(
                    $"The number of substeps is {request.Substeps}: it must be 1 to {MaxSubsteps}.");
            }
            _substeps = (int)request.Substeps;
            _columns = Columns.After(s);
            _orders = Orders.Take(request, s, _columns);
        }

        /// <summary>Moves all bodies; returns what touched.</summary>
        public IReadOnlyList<Touch> Run()
        {
            ChangeKinds();
            foreach (DriveCommand command in _orders.Drive)
            {
                _physics.SetPedals(command.Id, command.Throttle, command.Brake, command.Steering);
            }
            TakeOver();
            SetGoals();
            var nearby = new Nearby(_s.Cast, _s.Motions, _columns.Motions, _dtS);
            List<Suspect> suspects = ImpactWatch.Suspects(_s.Cast, _columns.Kinds, nearby);
            IReadOnlyList<Touch> touches = _physics.Step(
                _dtS, _substeps, KinematicMoves(nearby, suspects), suspects, FallOf);
            var readings = new Readings(_physics, _s, _columns, _dtS);
            readings.Read();
            return touches;
        }

        /// <summary>Returns the tick that was reached.</summary>
        public Snapshot After()
        {
            Snapshot now = _s.With();
            now.Tick++;
            now.TimeS += _dtS;
            now.DtS = _dtS;
            now.Motions = _columns.Motions;
            now.Kinds = _columns.Kinds;
            now.Lamps = _orders.Lamps;
            now.Jumped = _columns.Jumped;
            now.StaticLamps = _orders.StaticLamps;
            return now;
        }

        private void ChangeKinds()
        {
            foreach (int row in _orders.Changed)
            {
                BodyInfo info = _s.Cast.Infos[row];
                Motion motion = _s.Motions.At(row);
                _physics.Remove(info.Id);
                if (_columns.Kinds[row] == BodyKind.Ragdoll)
                {
                    Posture posture = _s.Motions.PostureOf(_s.Cast, row);
                    _physics.AddRagdoll(
                        info, Falls.OfRigid(info.Prototype.Limbs!, posture, motion.Velocity, motion.AngularVelocity));
                }
                else
                {
                    _physics.Add(info, _columns.Kinds[row], motion);
                }
            }
        }

        /// <summary>Lets vehicles that were just moved otherwise go on with their steering and no build-up.</summary>
        private void TakeOver()
        {
            foreach (int row in _orders.Changed)
            {
                if (_columns.Kinds[row] != BodyKind.Driven)
                {
                    continue;
                }
                BodyInfo info = _s.Cast.Infos[row];
                double sum = 0.0;
                int steered = 0, first = _s.Cast.Wheels.Start[row];
                for (int i = 0; i < info.Prototype.WheelCount; i++)
                {
                    if (info.Prototype.Dynamics!.Wheels[i].Steered)
                    {
                        sum += _s.Motions.Wheels[(first + i) * 5];
                        steered++;
                    }
                }
                _physics.TakeOver(info.Id, steered > 0 ? sum / steered : 0.0);
            }
        }

        private void SetGoals()
        {
            for (int row = 0; row < _s.Cast.Count; row++)
            {
                if (_columns.Kinds[row] != BodyKind.Walker)
                {
                    continue;
                }
                uint id = _s.Cast.Ids[row];
                bool told = _orders.Walk.TryGetValue(id, out WalkCommand? command);
                _physics.SetGoal(id, Decode.Raw<WorldFrame>(command?.Velocity), told ? command!.HeadingRad : null);
            }
        }

        private List<KinematicMove> KinematicMoves(Nearby nearby, IReadOnlyList<Suspect> suspects)
        {
            var kinematic = new List<int>();
            var moved = new List<int>();
            for (int row = 0; row < _s.Cast.Count; row++)
            {
                switch (_columns.Kinds[row])
                {
                    case BodyKind.Kinematic:
                        kinematic.Add(row);
                        break;
                    case BodyKind.Driven:
                    case BodyKind.Ragdoll:
                        moved.Add(row);
                        break;
                }
            }
            var involved = new bool[_s.Cast.Count];
            nearby.ForPairs(moved, kinematic, (_, row) => involved[row] = true);
            foreach (Suspect suspect in suspects)
            {
                involved[_s.Cast.RowOf(suspect.Vehicle)] = true;
                involved[_s.Cast.RowOf(suspect.Person)] = true;
            }
            var moves = new List<KinematicMove>();
            foreach (int row in kinematic)
            {
                moves.Add(
                    new KinematicMove(
                        _s.Cast.Ids[row],
                        _s.Motions.At(row),
                        _columns.Motions.At(row),
                        _columns.Jumped[row],
                        involved[row]));
            }
            return moves;
        }

        /// <summary>Returns how a kinematic body or a walker falls that is hit in the course of the tick.</summary>
        private Fall FallOf(uint id, double share)
        {
            int row = _s.Cast.RowOf(id);
            Posture start = _s.Motions.PostureOf(_s.Cast, row), end = _columns.Motions.PostureOf(_s.Cast, row);
            if (_columns.Kinds[row] == BodyKind.Walker)
            {
                _physics.ReadWalker(id, out Motion motion);
                end = new Posture(motion.Position, motion.Rotation, end.Bones);
            }
            if (_columns.Jumped[row])
            {
                start = end;
            }
            return Falls.Between(_s.Cast.Infos[row].Prototype.Limbs!, start, end, share, _dtS);
        }
    }
}
