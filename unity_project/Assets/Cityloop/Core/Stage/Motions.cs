#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>M bodies at an instant, as columns; world frame, SI units. Who has one does not change it.</summary>
    public sealed class Motions
    {
        /// <summary>M bodies with W wheels and B bones, all numbers 0.</summary>
        public Motions(int bodies, int wheels, int bones)
        {
            Position = new double[bodies * 3];
            Quaternion = new double[bodies * 4];
            Velocity = new double[bodies * 3];
            AngularVelocity = new double[bodies * 3];
            Acceleration = new double[bodies * 3];
            Wheels = new double[wheels * 5];
            Bones = new float[bones * 12];
        }

        /// <summary>All bodies of a cast, all numbers 0.</summary>
        public Motions(Cast cast)
            : this(cast.Count, cast.Wheels.Total, cast.Bones.Total)
        {
        }

        /// <summary>M x 3 origins, m.</summary>
        public double[] Position { get; private set; }

        /// <summary>M x 4 quaternions x y z w, world-from-body.</summary>
        public double[] Quaternion { get; private set; }

        /// <summary>M x 3 velocities of the origins, m/s.</summary>
        public double[] Velocity { get; private set; }

        /// <summary>M x 3 angular velocities, rad/s.</summary>
        public double[] AngularVelocity { get; private set; }

        /// <summary>M x 3 accelerations of the origins, m/s^2.</summary>
        public double[] Acceleration { get; private set; }

        /// <summary>W x 5 wheels, the fields of WheelState: rad, rad, rad/s, m, 0 or 1.</summary>
        public double[] Wheels { get; private set; }

        /// <summary>B x 3 x 4 row-major body-from-bone skinning matrices, m, body frame.</summary>
        public float[] Bones { get; private set; }

        /// <summary>Returns the same numbers in columns of their own.</summary>
        public Motions Copy()
        {
            Motions copy = WithOwnRates();
            copy.Position = (double[])Position.Clone();
            copy.Quaternion = (double[])Quaternion.Clone();
            copy.Wheels = (double[])Wheels.Clone();
            copy.Bones = (float[])Bones.Clone();
            return copy;
        }

        /// <summary>Returns the same numbers, with columns of rates (not of wheels) of their own.</summary>
        public Motions WithOwnRates()
        {
            var copy = (Motions)MemberwiseClone();
            copy.Velocity = (double[])Velocity.Clone();
            copy.AngularVelocity = (double[])AngularVelocity.Clone();
            copy.Acceleration = (double[])Acceleration.Clone();
            return copy;
        }

        /// <summary>Returns where a body's origin is, m.</summary>
        public Vec3<WorldFrame> PositionOf(int row) => Three(Position, row);

        /// <summary>Returns the velocity of a body's origin, m/s.</summary>
        public Vec3<WorldFrame> VelocityOf(int row) => Three(Velocity, row);

        /// <summary>Returns a body's row.</summary>
        public Motion At(int row) => new Motion
        {
            Position = Three(Position, row),
            Rotation = new Quat<WorldFrame>(
                Quaternion[row * 4], Quaternion[row * 4 + 1], Quaternion[row * 4 + 2], Quaternion[row * 4 + 3]),
            Velocity = Three(Velocity, row),
            AngularVelocity = Three(AngularVelocity, row),
            Acceleration = Three(Acceleration, row),
        };

        /// <summary>Writes a body's row, while the columns are being filled.</summary>
        public void Set(int row, in Motion motion)
        {
            Quaternion[row * 4] = motion.Rotation.X;
            Quaternion[row * 4 + 1] = motion.Rotation.Y;
            Quaternion[row * 4 + 2] = motion.Rotation.Z;
            Quaternion[row * 4 + 3] = motion.Rotation.W;
            Put(Position, row, motion.Position);
            Put(Velocity, row, motion.Velocity);
            Put(AngularVelocity, row, motion.AngularVelocity);
            Put(Acceleration, row, motion.Acceleration);
        }

        /// <summary>Returns the posture of a body of a cast.</summary>
        public Posture PostureOf(Cast cast, int row)
        {
            Motion motion = At(row);
            var bones = new float[cast.Bones.Counts[row] * 12];
            Array.Copy(Bones, cast.Bones.Start[row] * 12, bones, 0, bones.Length);
            return new Posture(motion.Position, motion.Rotation, bones);
        }

        /// <summary>Takes a whole row, wheels and bones included, from other columns.</summary>
        public void Take(Cast cast, int row, Motions from, Cast fromCast, int fromRow)
        {
            Set(row, from.At(fromRow));
            Array.Copy(
                from.Wheels, fromCast.Wheels.Start[fromRow] * 5, Wheels, cast.Wheels.Start[row] * 5,
                cast.Wheels.Counts[row] * 5);
            Array.Copy(
                from.Bones, fromCast.Bones.Start[fromRow] * 12, Bones, cast.Bones.Start[row] * 12,
                cast.Bones.Counts[row] * 12);
        }

        private static Vec3<WorldFrame> Three(double[] column, int row) =>
            new Vec3<WorldFrame>(column[row * 3], column[row * 3 + 1], column[row * 3 + 2]);

        private static void Put(double[] column, int row, Vec3<WorldFrame> v)
        {
            column[row * 3] = v.X;
            column[row * 3 + 1] = v.Y;
            column[row * 3 + 2] = v.Z;
        }
    }
}
