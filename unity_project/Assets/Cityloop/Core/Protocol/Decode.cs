#nullable enable
using System;
using System.Collections.Generic;
using Google.Protobuf;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Protocol messages into numbers, refusing what no world can hold.</summary>
    public static class Decode
    {
        // A quaternion this far from length 1 is a mistake rather than rounding.
        private const double UnitTolerance = 1e-3;

        /// <summary>Returns the components of a vector as they are, 0 for one that is absent.</summary>
        public static Vec3<TFrame> Raw<TFrame>(Vector3? message)
            where TFrame : struct =>
            message == null ? default : new Vec3<TFrame>(message.X, message.Y, message.Z);

        /// <summary>Returns a finite vector; <paramref name="what"/> names it in the refusal.</summary>
        public static Vec3<TFrame> Vector<TFrame>(Vector3? message, string what)
            where TFrame : struct
        {
            Vec3<TFrame> v = Raw<TFrame>(message);
            if (!v.IsFinite)
            {
                throw Refusal.Invalid($"{what} is {Words.Full(v)}: give finite numbers.");
            }
            return v;
        }

        /// <summary>Returns whether a quaternion of this length counts as a rotation.</summary>
        public static bool IsUnit(double length) => Math.Abs(length - 1.0) < UnitTolerance;

        /// <summary>Returns a unit quaternion; one that is far from unit is refused.</summary>
        public static Quat<TFrame> Rotation<TFrame>(Quaternion? message, string what)
            where TFrame : struct
        {
            Quat<TFrame> q = message == null
                ? default
                : new Quat<TFrame>(message.X, message.Y, message.Z, message.W);
            if (!IsUnit(q.Length))
            {
                throw Refusal.Invalid(
                    $"{what} has a rotation of length {Words.Short(q.Length)}: give a unit quaternion.");
            }
            return q.Normalized;
        }

        /// <summary>Returns B x 3 x 4 skinning matrices, m, body frame.</summary>
        public static float[] Bones(ByteString data, int boneCount, string what)
        {
            if (data.Length != boneCount * 48)
            {
                throw Refusal.Invalid(
                    $"{what} has {data.Length} bytes of bones: its prototype has {boneCount} bones, which " +
                    $"makes {boneCount * 48} bytes.");
            }
            float[] matrices = Numbers32(data);
            if (!AreFinite(matrices))
            {
                throw Refusal.Invalid($"{what} has bones that are not finite: send finite matrices.");
            }
            return matrices;
        }

        /// <summary>Returns W rows of 5 numbers, the fields of WheelState.</summary>
        public static double[] Wheels(IReadOnlyList<WheelState> messages, int wheelCount, string what)
        {
            if (messages.Count != wheelCount)
            {
                throw Refusal.Invalid(
                    $"{what} has {messages.Count} wheel states: its prototype has {wheelCount} wheels.");
            }
            var rows = new double[wheelCount * 5];
            for (int i = 0; i < wheelCount; i++)
            {
                WheelState wheel = messages[i];
                rows[i * 5] = wheel.SteeringRad;
                rows[i * 5 + 1] = wheel.SpinRad;
                rows[i * 5 + 2] = wheel.SpinRateRadps;
                rows[i * 5 + 3] = wheel.TravelM;
                rows[i * 5 + 4] = wheel.Grounded ? 1.0 : 0.0;
            }
            if (!AreFinite(rows))
            {
                throw Refusal.Invalid($"{what} has wheel states that are not finite: send finite numbers.");
            }
            return rows;
        }

        /// <summary>Refuses a direction that is far from length 1.</summary>
        public static void Unit<TFrame>(Vec3<TFrame> v, string what)
            where TFrame : struct
        {
            if (!IsUnit(v.Length))
            {
                throw Refusal.Invalid($"{what} has length {Words.Short(v.Length)}: give a unit vector.");
            }
        }

        /// <summary>Refuses a colour of light that is not finite or below zero.</summary>
        public static void Radiance(Color? message, string what)
        {
            float r = message?.R ?? 0f, g = message?.G ?? 0f, b = message?.B ?? 0f;
            if (!(IsRadiance(r) && IsRadiance(g) && IsRadiance(b)))
            {
                throw Refusal.Invalid(
                    $"{what} is ({Words.Short(r)}, {Words.Short(g)}, {Words.Short(b)}): give three finite numbers " +
                    "of 0 or more.");
            }
        }

        /// <summary>Returns a value that is finite and not below zero.</summary>
        public static double NotNegative(double value, string what)
        {
            if (!IsRadiance(value))
            {
                throw Refusal.Invalid($"{what} is {Words.Short(value)}: it must be a finite number of 0 or more.");
            }
            return value;
        }

        /// <summary>Returns a value that is within the bounds.</summary>
        public static double Share(double value, double low, double high, string what)
        {
            if (!(low <= value && value <= high))
            {
                throw Refusal.Invalid(
                    $"{what} is {Words.Short(value)}: it must be between {Words.Short(low)} and {Words.Short(high)}.");
            }
            return value;
        }

        /// <summary>Returns a value that is finite and above zero.</summary>
        public static double Positive(double value, string what)
        {
            if (!(Numbers.IsFinite(value) && value > 0.0))
            {
                throw Refusal.Invalid($"{what} is {Words.Short(value)}: it must be a finite number above 0.");
            }
            return value;
        }

        /// <summary>Returns little-endian float32 numbers.</summary>
        public static float[] Numbers32(ByteString data)
        {
            var numbers = new float[data.Length / 4];
            Copy(data, numbers, numbers.Length * 4);
            return numbers;
        }

        /// <summary>Returns little-endian float64 numbers.</summary>
        public static double[] Numbers64(ByteString data)
        {
            var numbers = new double[data.Length / 8];
            Copy(data, numbers, numbers.Length * 8);
            return numbers;
        }

        /// <summary>Returns little-endian uint32 numbers.</summary>
        public static uint[] Ids(ByteString data)
        {
            var numbers = new uint[data.Length / 4];
            Copy(data, numbers, numbers.Length * 4);
            return numbers;
        }

        /// <summary>Returns whether all numbers are finite.</summary>
        public static bool AreFinite(float[] numbers)
        {
            foreach (float number in numbers)
            {
                if (!Numbers.IsFinite(number))
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>Returns whether all numbers are finite.</summary>
        public static bool AreFinite(double[] numbers)
        {
            foreach (double number in numbers)
            {
                if (!Numbers.IsFinite(number))
                {
                    return false;
                }
            }
            return true;
        }

        private static bool IsRadiance(double value) => Numbers.IsFinite(value) && value >= 0.0;

        // The runtimes that engines are built for are little-endian, as the protocol is.
        private static void Copy(ByteString data, Array numbers, int bytes) =>
            Buffer.BlockCopy(data.ToByteArray(), 0, numbers, 0, bytes);
    }
}
