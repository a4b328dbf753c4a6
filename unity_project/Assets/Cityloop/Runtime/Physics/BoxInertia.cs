#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>How a vehicle's mass is spread: as that of a solid cuboid as large as its shapes.</summary>
    internal static class BoxInertia
    {
        /// <summary>
        /// Returns the moments of inertia about the body's axes, kg m^2; those of a cuboid of a car's size without any
        /// shapes.
        /// </summary>
        public static Vec3<BodyFrame> Of(IReadOnlyList<CollisionShape> shapes, double massKg)
        {
            double length = 4.5, width = 1.8, height = 1.5;
            if (shapes.Count > 0)
            {
                length = Span(shapes, v => v.X);
                width = Span(shapes, v => v.Y);
                height = Span(shapes, v => v.Z);
            }
            double l = length * length, w = width * width, h = height * height;
            return new Vec3<BodyFrame>(w + h, l + h, l + w) * (massKg / 12);
        }

        private static double Span(IReadOnlyList<CollisionShape> shapes, Func<Vec3<BodyFrame>, double> along)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            foreach (CollisionShape shape in shapes)
            {
                Outline box = shape.Outline;
                low = Math.Min(low, along(box.Center - box.Half));
                high = Math.Max(high, along(box.Center + box.Half));
            }
            return high - low;
        }
    }
}
