#nullable enable
using System;
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>
    /// Whether a vehicle runs into somebody: by the boxes around the vehicle's shapes and upright cylinders around the
    /// person's.
    /// </summary>
    public static class Impacts
    {
        /// <summary>A vehicle that moves towards somebody slower than this only touches; m/s.</summary>
        public const double ImpactMps = 1.5;

        // But nobody stays on their feet whom a vehicle goes through faster than that, in any direction, so deep: half
        // a body. (They may have walked against its side, and no force keeps them apart.)
        private const double DeepM = 0.12;

        // Vehicles may gain this speed within a tick and are looked at nevertheless.
        private const double SlackMps = 1.0;
        private const double SlackM = 0.2;

        /// <summary>Returns whether a vehicle could come to touch a person within a time, s, at most.</summary>
        public static bool CouldRunInto(
            in Party vehicle, in Party person, double dtS)
        {
            double way = (vehicle.Velocity.Length + person.Velocity.Length + 2 * SlackMps) * dtS + SlackM;
            double turn = 2 * vehicle.AngularVelocity.Length * dtS;
            foreach (CollisionShape shape in person.Shapes)
            {
                Outline column = shape.Outline;
                Vec3<BodyFrame> at = vehicle.Inward(person.Outward(column.Center));
                double reach = way + turn * at.Length + Math.Max(column.Half.X, column.Half.Y);
                foreach (CollisionShape part in vehicle.Shapes)
                {
                    Outline box = part.Outline;
                    double x = Math.Max(Math.Abs(at.X - box.Center.X) - box.Half.X, 0.0);
                    double y = Math.Max(Math.Abs(at.Y - box.Center.Y) - box.Half.Y, 0.0);
                    if (Math.Sqrt(x * x + y * y) <= reach)
                    {
                        return true;
                    }
                }
            }
            return false;
        }

        /// <summary>Returns whether a vehicle hits a person within the next substep, s.</summary>
        public static bool RunsInto(in Party vehicle, in Party person, double stepS)
        {
            foreach (CollisionShape shape in person.Shapes)
            {
                Outline column = shape.Outline;
                Vec3<WorldFrame> at = person.Outward(column.Center);
                Vec3<BodyFrame> seen = vehicle.Inward(at + (person.Velocity - vehicle.Velocity) * stepS);
                foreach (CollisionShape part in vehicle.Shapes)
                {
                    if (!Touches(part.Outline, seen, column, out Vec3<BodyFrame> toward, out double depth))
                    {
                        continue;
                    }
                    Vec3<WorldFrame> normal = vehicle.Rotation.Rotate(toward);
                    Vec3<WorldFrame> own = vehicle.VelocityAt(at);
                    double approach = own.Dot(normal);
                    double yielding = person.Velocity.Dot(normal);
                    if (approach - Math.Max(yielding, 0.0) > ImpactMps)
                    {
                        return true;
                    }
                    if (depth > DeepM && Math.Min(Level(own - person.Velocity), Level(own)) > ImpactMps)
                    {
                        return true;
                    }
                }
            }
            return false;
        }

        /// <summary>
        /// Returns whether a box and an upright cylinder around a point touch, the direction in plan from the box to it,
        /// and how deep they are in each other, m.
        /// </summary>
        private static bool Touches(
            Outline box, Vec3<BodyFrame> center, Outline column, out Vec3<BodyFrame> toward, out double depth)
        {
            toward = default;
            depth = 0.0;
            if (Math.Abs(center.Z - box.Center.Z) > box.Half.Z + column.Half.Z)
            {
                return false;
            }
            double x = center.X - box.Center.X, y = center.Y - box.Center.Y;
            double outX = Math.Abs(x) - box.Half.X, outY = Math.Abs(y) - box.Half.Y;
            double radius = Math.Max(column.Half.X, column.Half.Y);
            if (Math.Max(outX, outY) > 0.0)
            {
                double dx = Math.Max(outX, 0.0), dy = Math.Max(outY, 0.0);
                double distance = Math.Sqrt(dx * dx + dy * dy);
                toward = new Vec3<BodyFrame>(Sign(x) * dx / distance, Sign(y) * dy / distance, 0.0);
                depth = radius - distance;
                return distance <= radius;
            }
            // The axis is inside: out through the nearest side.
            depth = radius - Math.Max(outX, outY);
            toward = outX > outY ? new Vec3<BodyFrame>(Sign(x), 0, 0) : new Vec3<BodyFrame>(0, Sign(y), 0);
            return true;
        }

        private static double Level(Vec3<WorldFrame> v) => Math.Sqrt(v.X * v.X + v.Y * v.Y);

        private static double Sign(double value) => value < 0.0 ? -1.0 : 1.0;

        /// <summary>One of the two that could meet, as physics has it now; world frame, SI units.</summary>
        public readonly struct Party
        {
            /// <summary>Takes shapes, pose and rates.</summary>
            public Party(
                IReadOnlyList<CollisionShape> shapes,
                Vec3<WorldFrame> position,
                Quat<WorldFrame> rotation,
                Vec3<WorldFrame> velocity,
                Vec3<WorldFrame> angularVelocity,
                Vec3<WorldFrame> center)
            {
                Shapes = shapes;
                Position = position;
                Rotation = rotation;
                Velocity = velocity;
                AngularVelocity = angularVelocity;
                Center = center;
            }

            /// <summary>Collision shapes of the prototype.</summary>
            public IReadOnlyList<CollisionShape> Shapes { get; }

            /// <summary>The body's origin, m.</summary>
            public Vec3<WorldFrame> Position { get; }

            /// <summary>World-from-body.</summary>
            public Quat<WorldFrame> Rotation { get; }

            /// <summary>Of the centre of mass, m/s.</summary>
            public Vec3<WorldFrame> Velocity { get; }

            /// <summary>Of the body, rad/s.</summary>
            public Vec3<WorldFrame> AngularVelocity { get; }

            /// <summary>Centre of mass, m.</summary>
            public Vec3<WorldFrame> Center { get; }

            /// <summary>Returns a point of the body, m, in the world.</summary>
            public Vec3<WorldFrame> Outward(Vec3<BodyFrame> point) => Position + Rotation.Rotate(point);

            /// <summary>Returns a point of the world, m, as the body sees it.</summary>
            public Vec3<BodyFrame> Inward(Vec3<WorldFrame> point) => Rotation.ToBody(point - Position);

            /// <summary>Returns the velocity of the body's material at a point of the world, m/s.</summary>
            public Vec3<WorldFrame> VelocityAt(Vec3<WorldFrame> point) =>
                Velocity + AngularVelocity.Cross(point - Center);
        }
    }
}
