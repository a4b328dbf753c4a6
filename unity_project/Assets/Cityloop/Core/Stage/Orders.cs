#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core
{
    /// <summary>What a client asks of a tick: checked whole, before anything changes.</summary>
    public sealed class Orders
    {
        private readonly Snapshot _s;
        private readonly Columns _columns;

        private Orders(Snapshot s, Columns columns)
        {
            _s = s;
            _columns = columns;
            Lamps = s.Lamps;
            StaticLamps = s.StaticLamps;
        }

        /// <summary>Rising rows of the bodies that change their kind.</summary>
        public List<int> Changed { get; } = new List<int>();

        /// <summary>Pedals by body.</summary>
        public List<DriveCommand> Drive { get; } = new List<DriveCommand>();

        /// <summary>Goals of walkers by body.</summary>
        public Dictionary<uint, WalkCommand> Walk { get; } = new Dictionary<uint, WalkCommand>();

        /// <summary>M bit sets after the tick.</summary>
        public uint[] Lamps { get; private set; }

        /// <summary>S bit sets after the tick.</summary>
        public uint[] StaticLamps { get; private set; }

        /// <summary>
        /// Returns the commands of a request at a tick; writes kinds, targets and bones into <paramref name="columns"/>.
        /// </summary>
        public static Orders Take(AdvanceRequest request, Snapshot s, Columns columns)
        {
            var orders = new Orders(s, columns);
            orders.ChangeKinds(request.Kinds);
            orders.PlaceKinematic(MotionTargets.Read(request.Kinematic));
            orders.TakeDrive(request.Drive);
            orders.TakeWalk(request.Walk);
            orders.TakeLamps(request.Lamps);
            return orders;
        }

        private static string NameOf(BodyKind kind) => kind switch
        {
            BodyKind.Static => "static",
            BodyKind.Kinematic => "kinematic",
            BodyKind.Driven => "driven",
            BodyKind.Walker => "a walker",
            _ => "a ragdoll",
        };

        /// <summary>Returns the row of a body that must be of a kind during the tick.</summary>
        private int RowOf(uint id, BodyKind kind)
        {
            int row = _s.Cast.RowOf(id);
            BodyKind actual = row < 0 ? _s.KindOf(id) : _columns.Kinds[row];
            if (actual != kind)
            {
                throw Refusal.Invalid(
                    $"Body {id} is {NameOf(actual)}, not {NameOf(kind)}: it takes other commands.");
            }
            return row;
        }

        private void ChangeKinds(IEnumerable<BodyKindCommand> commands)
        {
            var named = new HashSet<uint>();
            foreach (BodyKindCommand command in commands)
            {
                BodyKind old = _s.KindOf(command.Id);
                string what = $"Body {command.Id}";
                if (!named.Add(command.Id))
                {
                    throw Refusal.Invalid($"{what} is to change its kind twice in a tick: say it once.");
                }
                if (old == BodyKind.Static || command.Kind == BodyKind.Static)
                {
                    throw Refusal.Invalid(
                        $"{what} cannot become or cease to be static: despawn it and spawn another.");
                }
                int row = _s.Cast.RowOf(command.Id);
                Requirements.Check(command.Kind, _s.Cast.Infos[row].Prototype, what);
                if (old == BodyKind.Ragdoll && command.Kind != BodyKind.Ragdoll && command.Kind != BodyKind.Kinematic)
                {
                    throw Refusal.Invalid(
                        $"{what} is a ragdoll, which can only become kinematic: a limp body has no " +
                        "upright pose to go on from.");
                }
                if (old != command.Kind)
                {
                    _columns.Kinds[row] = command.Kind;
                    Changed.Add(row);
                }
            }
            Changed.Sort();
        }

        private void PlaceKinematic(MotionTargets targets)
        {
            Motions m = _columns.Motions;
            Cast cast = _s.Cast;
            for (int row = 0; row < cast.Count; row++)
            {
                if (_columns.Kinds[row] == BodyKind.Kinematic)
                {
                    Array.Clear(m.Velocity, row * 3, 3);
                    Array.Clear(m.AngularVelocity, row * 3, 3);
                    Array.Clear(m.Acceleration, row * 3, 3);
                    for (int wheel = cast.Wheels.Start[row]; wheel < cast.Wheels.Start[row + 1]; wheel++)
                    {
                        m.Wheels[wheel * 5 + 2] = 0.0;
                    }
                }
            }
            var rows = new int[targets.Ids.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = RowOf(targets.Ids[i], BodyKind.Kinematic);
            }
            for (int i = 0; i < rows.Length; i++)
            {
                Array.Copy(targets.Motion, i * 16, m.Position, rows[i] * 3, 3);
                Array.Copy(targets.Motion, i * 16 + 3, m.Quaternion, rows[i] * 4, 4);
                Array.Copy(targets.Motion, i * 16 + 7, m.Velocity, rows[i] * 3, 3);
                Array.Copy(targets.Motion, i * 16 + 10, m.AngularVelocity, rows[i] * 3, 3);
                Array.Copy(targets.Motion, i * 16 + 13, m.Acceleration, rows[i] * 3, 3);
                _columns.Jumped[rows[i]] = targets.Jumps[i];
            }
            PlaceItems(targets, rows, cast.Wheels, targets.WheelCounts, targets.Wheels, m.Wheels, 40, "wheel states");
            PlaceItems(targets, rows, cast.Bones, targets.BoneCounts, targets.Bones, m.Bones, 48, "bones");
        }

        private static void PlaceItems(
            MotionTargets targets,
            int[] rows,
            Spans spans,
            int[] counts,
            Array given,
            Array column,
            int itemBytes,
            string what)
        {
            for (int i = 0, at = 0; i < rows.Length; i++)
            {
                int expected = spans.Counts[rows[i]];
                if (counts[i] > 0 && counts[i] != expected)
                {
                    throw Refusal.Invalid(
                        $"The target of body {targets.Ids[i]} has {counts[i]} {what}: its prototype " +
                        $"has {expected}.");
                }
                int bytes = counts[i] * itemBytes;
                Buffer.BlockCopy(given, at, column, spans.Start[rows[i]] * itemBytes, bytes);
                at += bytes;
            }
        }

        private void TakeDrive(IEnumerable<DriveCommand> commands)
        {
            foreach (DriveCommand command in commands)
            {
                int row = RowOf(command.Id, BodyKind.Driven);
                Decode.Share(command.Throttle, -1.0, 1.0, $"The throttle of body {command.Id}");
                Decode.Share(command.Brake, 0.0, 1.0, $"The brake of body {command.Id}");
                Decode.Share(command.Steering, -1.0, 1.0, $"The steering of body {command.Id}");
                TakeBones(command.Bones, row, $"The drive of body {command.Id}");
                Drive.Add(command);
            }
        }

        private void TakeWalk(IEnumerable<WalkCommand> commands)
        {
            foreach (WalkCommand command in commands)
            {
                int row = RowOf(command.Id, BodyKind.Walker);
                string what = $"The walk of body {command.Id}";
                Decode.Vector<WorldFrame>(command.Velocity, what);
                if (!Numbers.IsFinite(command.HeadingRad))
                {
                    throw Refusal.Invalid(
                        $"{what} has the heading {Words.Full(command.HeadingRad)}: give a finite angle.");
                }
                TakeBones(command.Bones, row, what);
                Walk[command.Id] = command;
            }
        }

        private void TakeBones(ByteString given, int row, string what)
        {
            if (!given.IsEmpty)
            {
                Spans spans = _s.Cast.Bones;
                float[] bones = Decode.Bones(given, spans.Counts[row], what);
                bones.CopyTo(_columns.Motions.Bones, spans.Start[row] * 12);
            }
        }

        private void TakeLamps(ICollection<LampCommand> commands)
        {
            if (commands.Count == 0)
            {
                return;
            }
            Lamps = (uint[])Lamps.Clone();
            StaticLamps = (uint[])StaticLamps.Clone();
            foreach (LampCommand command in commands)
            {
                if (_s.KindOf(command.Id) == BodyKind.Static)
                {
                    StaticLamps[_s.Statics.RowOf(command.Id)] = command.Lamps;
                }
                else
                {
                    Lamps[_s.Cast.RowOf(command.Id)] = command.Lamps;
                }
            }
        }
    }
}
