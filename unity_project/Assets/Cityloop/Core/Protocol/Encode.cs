#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core
{
    /// <summary>Numbers into protocol messages.</summary>
    public static class Encode
    {
        /// <summary>Returns the columns of some bodies of a snapshot, wheels and the bones of limp ones included.</summary>
        /// <param name="s">The snapshot.</param>
        /// <param name="rows">Rows of its cast, rising.</param>
        public static MotionTable States(Snapshot s, IReadOnlyList<int> rows)
        {
            MotionTable table = Motions(s, rows);
            Cast cast = s.Cast;
            int wheelCount = 0, boneCount = 0;
            bool limp = false;
            var wheelCounts = new byte[rows.Count];
            var boneCounts = new byte[rows.Count];
            for (int i = 0; i < rows.Count; i++)
            {
                wheelCounts[i] = (byte)cast.Wheels.Counts[rows[i]];
                wheelCount += wheelCounts[i];
                if (s.Kinds[rows[i]] == BodyKind.Ragdoll)
                {
                    limp = true;
                    boneCounts[i] = (byte)cast.Bones.Counts[rows[i]];
                    boneCount += boneCounts[i];
                }
            }
            if (wheelCount > 0)
            {
                table.WheelCounts = ByteString.CopyFrom(wheelCounts);
                table.Wheels = Gather(s.Motions.Wheels, 40, cast.Wheels.Start, rows, wheelCounts, wheelCount);
            }
            if (limp)
            {
                table.BoneCounts = ByteString.CopyFrom(boneCounts);
                table.Bones = Gather(s.Motions.Bones, 48, cast.Bones.Start, rows, boneCounts, boneCount);
            }
            return table;
        }

        /// <summary>Returns the columns of all bodies that can move.</summary>
        public static MotionTable States(Snapshot s)
        {
            var rows = new int[s.Cast.Count];
            for (int row = 0; row < rows.Length; row++)
            {
                rows[row] = row;
            }
            return States(s, rows);
        }

        /// <summary>Returns poses and rates of some bodies, without wheels and bones.</summary>
        public static MotionTable Motions(Snapshot s, IReadOnlyList<int> rows)
        {
            var ids = new uint[rows.Count];
            var motion = new double[rows.Count * 16];
            var kinds = new byte[rows.Count];
            for (int i = 0; i < rows.Count; i++)
            {
                int row = rows[i];
                ids[i] = s.Cast.Ids[row];
                kinds[i] = (byte)s.Kinds[row];
                Array.Copy(s.Motions.Position, row * 3, motion, i * 16, 3);
                Array.Copy(s.Motions.Quaternion, row * 4, motion, i * 16 + 3, 4);
                Array.Copy(s.Motions.Velocity, row * 3, motion, i * 16 + 7, 3);
                Array.Copy(s.Motions.AngularVelocity, row * 3, motion, i * 16 + 10, 3);
                Array.Copy(s.Motions.Acceleration, row * 3, motion, i * 16 + 13, 3);
            }
            return new MotionTable
            {
                Ids = Bytes(ids, ids.Length * 4),
                Motion = Bytes(motion, motion.Length * 8),
                Kinds = ByteString.CopyFrom(kinds),
            };
        }

        /// <summary>Returns a contact message.</summary>
        public static Contact Contact(Touch touch) => new Contact
        {
            BodyA = touch.A,
            BodyB = touch.B,
            Point = Vector(touch.Point),
            Normal = Vector(touch.Normal),
            ImpulseNs = touch.ImpulseNs,
        };

        /// <summary>Returns a vector message.</summary>
        public static Vector3 Vector(Vec3<WorldFrame> v) => new Vector3 { X = v.X, Y = v.Y, Z = v.Z };

        private static ByteString Gather(
            Array items, int itemBytes, int[] start, IReadOnlyList<int> rows, byte[] counts, int total)
        {
            var bytes = new byte[total * itemBytes];
            int at = 0;
            for (int i = 0; i < rows.Count; i++)
            {
                Buffer.BlockCopy(items, start[rows[i]] * itemBytes, bytes, at, counts[i] * itemBytes);
                at += counts[i] * itemBytes;
            }
            return ByteString.CopyFrom(bytes);
        }

        private static ByteString Bytes(Array numbers, int count)
        {
            var bytes = new byte[count];
            Buffer.BlockCopy(numbers, 0, bytes, 0, count);
            return ByteString.CopyFrom(bytes);
        }
    }
}
