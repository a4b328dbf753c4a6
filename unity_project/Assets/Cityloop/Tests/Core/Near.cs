#nullable enable
using System;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    /// <summary>Claims that numbers agree.</summary>
    internal static class Near
    {
        public static void Equal<TFrame>(Vec3<TFrame> actual, Vec3<TFrame> expected, double within = 1e-9)
            where TFrame : struct =>
            Assert.That((actual - expected).Length, Is.LessThan(within), $"{actual} for {expected}");

        /// <summary>Claims that two quaternions are the same rotation, whatever their signs.</summary>
        public static void Same<TFrame>(Quat<TFrame> actual, Quat<TFrame> expected, double within = 1e-9)
            where TFrame : struct
        {
            double product = actual.X * expected.X + actual.Y * expected.Y + actual.Z * expected.Z + actual.W * expected.W;
            Assert.That(Math.Abs(Math.Abs(product) - 1), Is.LessThan(within), $"{actual} for {expected}");
        }

        public static void Equal(double[] actual, double[] expected, double within, string what)
        {
            Assert.That(actual.Length, Is.EqualTo(expected.Length), what);
            for (int i = 0; i < actual.Length; i++)
            {
                Assert.That(actual[i], Is.EqualTo(expected[i]).Within(within), $"{what}, {i}");
            }
        }
    }
}
