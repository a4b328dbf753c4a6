#nullable enable
using System;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core
{
    /// <summary>Where N kinematic bodies are told to be, by rising id, checked; world frame, SI units.</summary>
    public sealed class MotionTargets
    {
        // Of a row of MotionTable.motion: position 3, quaternion 4, velocity, spin and acceleration 3 each.
        private const int MotionColumns = 16;

        private MotionTargets(uint[] ids, double[] motion)
        {
            Ids = ids;
            Motion = motion;
        }

        /// <summary>N ids.</summary>
        public uint[] Ids { get; }

        /// <summary>N x 16 as MotionTable.motion, the quaternions normalised.</summary>
        public double[] Motion { get; }

        /// <summary>N numbers of wheel rows.</summary>
        public int[] WheelCounts { get; private set; } = new int[0];

        /// <summary>Rows of 5, body by body.</summary>
        public double[] Wheels { get; private set; } = new double[0];

        /// <summary>N numbers of matrices.</summary>
        public int[] BoneCounts { get; private set; } = new int[0];

        /// <summary>Matrices of 12, body by body.</summary>
        public float[] Bones { get; private set; } = new float[0];

        /// <summary>N, whether the body jumps.</summary>
        public bool[] Jumps { get; private set; } = new bool[0];

        /// <summary>Returns the columns of a table; a refusal names the first body at fault.</summary>
        public static MotionTargets Read(MotionTable? table)
        {
            table ??= new MotionTable();
            uint[] ids = ReadIds(table.Ids);
            int n = ids.Length;
            double[] motion = Decode.Numbers64(Sized(table.Motion, MotionColumns * 8, n, "motion"));
            RefuseRow(ids, FirstNotFinite(motion, Ones(n), MotionColumns), "a motion that is");
            Normalize(ids, motion);
            var targets = new MotionTargets(ids, motion)
            {
                WheelCounts = Counts(table.WheelCounts, n, "wheel_counts"),
                BoneCounts = Counts(table.BoneCounts, n, "bone_counts"),
            };
            targets.Wheels = Decode.Numbers64(Sized(table.Wheels, 40, Sum(targets.WheelCounts), "wheels"));
            targets.Bones = Decode.Numbers32(Sized(table.Bones, 48, Sum(targets.BoneCounts), "bones"));
            RefuseRow(ids, FirstNotFinite(targets.Wheels, targets.WheelCounts, 5), "wheel states that are");
            RefuseRow(ids, FirstNotFinite(targets.Bones, targets.BoneCounts, 12), "bones that are");
            targets.Jumps = ReadJumps(table.Jumps, n);
            return targets;
        }

        private static uint[] ReadIds(ByteString data)
        {
            if (data.Length % 4 != 0)
            {
                throw Refusal.Invalid($"The targets have {data.Length} bytes of ids: an id has 4.");
            }
            uint[] ids = Decode.Ids(data);
            for (int i = 1; i < ids.Length; i++)
            {
                if (ids[i] <= ids[i - 1])
                {
                    throw Refusal.Invalid(
                        $"The target of body {ids[i]} comes after that of body {ids[i - 1]}: " +
                        "give one target for each body, by rising id.");
                }
            }
            return ids;
        }

        private static void Normalize(uint[] ids, double[] motion)
        {
            for (int i = 0; i < ids.Length; i++)
            {
                int at = i * MotionColumns + 3;
                double length = new Quat<WorldFrame>(motion[at], motion[at + 1], motion[at + 2], motion[at + 3]).Length;
                if (!Decode.IsUnit(length))
                {
                    throw Refusal.Invalid(
                        $"The target of body {ids[i]} has a rotation of length {Words.Short(length)}: " +
                        "give a unit quaternion.");
                }
                for (int k = 0; k < 4; k++)
                {
                    motion[at + k] /= length;
                }
            }
        }

        private static bool[] ReadJumps(ByteString data, int n)
        {
            if (data.Length != 0 && data.Length != n)
            {
                throw Refusal.Invalid($"There are {data.Length} jumps for {n} targets: give one for each, or none.");
            }
            var jumps = new bool[n];
            for (int i = 0; i < data.Length; i++)
            {
                jumps[i] = data[i] != 0;
            }
            return jumps;
        }

        private static ByteString Sized(ByteString data, int itemBytes, int count, string name)
        {
            if (data.Length != itemBytes * count)
            {
                throw Refusal.Invalid(
                    $"The targets have {data.Length} bytes of {name}: {itemBytes * count} were announced.");
            }
            return data;
        }

        private static int[] Counts(ByteString data, int n, string name)
        {
            if (data.Length != 0 && data.Length != n)
            {
                throw Refusal.Invalid(
                    $"There are {data.Length} {name} for {n} targets: give one for each, or none.");
            }
            var counts = new int[n];
            for (int i = 0; i < data.Length; i++)
            {
                counts[i] = data[i];
            }
            return counts;
        }

        // The number of the body of the first item that is not finite, -1 for none.
        private static int FirstNotFinite(Array numbers, int[] counts, int width)
        {
            int at = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                for (int k = 0; k < counts[i] * width; k++, at++)
                {
                    double value = numbers is double[] wide ? wide[at] : ((float[])numbers)[at];
                    if (!Numbers.IsFinite(value))
                    {
                        return i;
                    }
                }
            }
            return -1;
        }

        private static void RefuseRow(uint[] ids, int row, string what)
        {
            if (row >= 0)
            {
                throw Refusal.Invalid($"The target of body {ids[row]} has {what} not finite: give finite numbers.");
            }
        }

        private static int[] Ones(int n)
        {
            var ones = new int[n];
            for (int i = 0; i < n; i++)
            {
                ones[i] = 1;
            }
            return ones;
        }

        private static int Sum(int[] counts)
        {
            int sum = 0;
            foreach (int count in counts)
            {
                sum += count;
            }
            return sum;
        }
    }
}
