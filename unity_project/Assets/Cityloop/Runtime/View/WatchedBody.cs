#nullable enable
using Cityloop.Core;
using Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>A body that can move, as the last answer of the engine had it; world frame, m, rad, s.</summary>
    public sealed class WatchedBody
    {
        /// <summary>Takes what was asked for when it was placed.</summary>
        public WatchedBody(Body body, BodyBox box)
        {
            Id = body.Id;
            Name = body.Prototype;
            Kind = body.Kind;
            Box = box;
        }

        /// <summary>Its handle.</summary>
        public uint Id { get; }

        /// <summary>Name of its prototype.</summary>
        public string Name { get; }

        /// <summary>Its size.</summary>
        public BodyBox Box { get; }

        /// <summary>Who moves it.</summary>
        public BodyKind Kind { get; internal set; }

        /// <summary>Where its origin is.</summary>
        public Vec3<WorldFrame> Position { get; private set; }

        /// <summary>World-from-body.</summary>
        public Quat<WorldFrame> Rotation { get; private set; } = Quat<WorldFrame>.Identity;

        /// <summary>Of its origin, m/s.</summary>
        public Vec3<WorldFrame> Velocity { get; private set; }

        /// <summary>Rad/s.</summary>
        public Vec3<WorldFrame> AngularVelocity { get; private set; }

        /// <summary>Takes the first 13 numbers of a row of <see cref="MotionTable.Motion"/>.</summary>
        internal void Move(double[] motion, int from)
        {
            Position = Vector(motion, from);
            Rotation = new Quat<WorldFrame>(motion[from + 3], motion[from + 4], motion[from + 5], motion[from + 6]);
            Velocity = Vector(motion, from + 7);
            AngularVelocity = Vector(motion, from + 10);
        }

        private static Vec3<WorldFrame> Vector(double[] numbers, int from)
        {
            return new Vec3<WorldFrame>(numbers[from], numbers[from + 1], numbers[from + 2]);
        }
    }
}
