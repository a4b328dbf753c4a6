#nullable enable
using System;

namespace Cityloop.Core.Tests
{
    /// <summary>Random vectors and rotations, the same in every run.</summary>
    internal sealed class Draw
    {
        private readonly Random _random;

        public Draw(int seed)
        {
            _random = new Random(seed);
        }

        /// <summary>Returns a number from -1 to 1.</summary>
        public double Number() => 2 * _random.NextDouble() - 1;

        /// <summary>Returns a vector with components up to a size.</summary>
        public Vec3<TFrame> Vector<TFrame>(double size)
            where TFrame : struct => new Vec3<TFrame>(Number(), Number(), Number()) * size;

        /// <summary>Returns a rotation.</summary>
        public Quat<TFrame> Rotation<TFrame>()
            where TFrame : struct
        {
            while (true)
            {
                var q = new Quat<TFrame>(Number(), Number(), Number(), Number());
                if (q.Length > 0.1)
                {
                    return q.Normalized;
                }
            }
        }
    }
}
