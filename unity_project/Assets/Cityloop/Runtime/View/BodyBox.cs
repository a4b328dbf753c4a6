#nullable enable
using System;
using Cityloop.Core;
using Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>Smallest box in the body frame around the boxes and capsules of a prototype, m.</summary>
    public readonly struct BodyBox
    {
        /// <summary>Its centre.</summary>
        public readonly Vec3<BodyFrame> Center;

        /// <summary>Half its lengths along the axes.</summary>
        public readonly Vec3<BodyFrame> Half;

        private BodyBox(Vec3<BodyFrame> low, Vec3<BodyFrame> high)
        {
            Center = (low + high) / 2;
            Half = (high - low) / 2;
        }

        /// <summary>Returns the box; for a prototype without boxes and capsules one of no size, at the origin.</summary>
        public static BodyBox Of(Prototype prototype)
        {
            bool any = false;
            Vec3<BodyFrame> low = default, high = default;
            foreach (Collider collider in prototype.Colliders)
            {
                Vec3<BodyFrame> center, half;
                switch (collider.ShapeCase)
                {
                    case Collider.ShapeOneofCase.Box:
                        center = Decode.Raw<BodyFrame>(collider.Box.Center);
                        half = Decode.Raw<BodyFrame>(collider.Box.HalfExtents);
                        break;
                    case Collider.ShapeOneofCase.Capsule:
                        double radius = collider.Capsule.RadiusM;
                        center = Decode.Raw<BodyFrame>(collider.Capsule.Center);
                        half = new Vec3<BodyFrame>(radius, radius, radius + collider.Capsule.HalfHeightM);
                        break;
                    default:
                        continue;
                }

                low = any ? Each(low, center - half, Math.Min) : center - half;
                high = any ? Each(high, center + half, Math.Max) : center + half;
                any = true;
            }

            return new BodyBox(low, high);
        }

        private static Vec3<BodyFrame> Each(Vec3<BodyFrame> a, Vec3<BodyFrame> b, Func<double, double, double> pick)
        {
            return new Vec3<BodyFrame>(pick(a.X, b.X), pick(a.Y, b.Y), pick(a.Z, b.Z));
        }
    }
}
