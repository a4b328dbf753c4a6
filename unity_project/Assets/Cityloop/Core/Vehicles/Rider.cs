#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>
    /// Keeps a two-wheeler upright and leans it into turns; lean and roll rate, positive to the right, are all it
    /// remembers.
    /// </summary>
    /// <remarks>
    /// Who rides steers into a fall faster than physics steps of a few milliseconds could show, so balance is not
    /// simulated but kept: the roll follows the angle at which weight and centrifugal force point through the tyres
    /// (R. S. Sharp, "The stability and control of motorcycles", 1971, steady turning), as a critically damped spring
    /// would, whatever else acts about the longitudinal axis.
    /// </remarks>
    public sealed class Rider
    {
        // How fast the lean follows: it is there after about half a second.
        private const double LeanRateRadps = 7.0;
        private const double GreatestLeanRad = Math.PI / 4;

        // A rider turns the bars no faster than the body can lean: this change of lateral acceleration is a roll rate
        // of 1 rad/s.
        private const double LateralJerkMps3 = 10.0;

        private readonly double _heightM;
        private readonly double _wheelbaseM;

        /// <summary>Takes the height of the centre of mass above the ground, m, and the wheelbase, m.</summary>
        public Rider(double heightM, double wheelbaseM)
        {
            _heightM = heightM;
            _wheelbaseM = wheelbaseM;
        }

        /// <summary>Roll rate, rad/s, positive to the right.</summary>
        public double RollRateRadps { get; set; }

        /// <summary>Lean, rad, positive to the right.</summary>
        public double LeanRad { get; set; }

        /// <summary>Returns how fast the rider turns the bars, rad/s, at a speed, m/s.</summary>
        public double SteeringRateRadps(double speedMps) =>
            LateralJerkMps3 * _wheelbaseM / Math.Max(speedMps * speedMps, 1.0);

        /// <summary>Returns the share of the tyres' grip that leaning leaves for braking (friction circle).</summary>
        public double StraightShare(double grip)
        {
            double used = Math.Tan(LeanRad) / grip;
            return Math.Sqrt(Math.Max(0.0, 1.0 - used * used));
        }

        /// <summary>Returns by how much the wheel's track turns, rad: more than the bars of a leaning body.</summary>
        public double TrackRad(double barsRad) => Math.Atan(Math.Tan(barsRad) * Math.Cos(LeanRad));

        /// <summary>Sets the roll rate of a body for the next substep.</summary>
        /// <param name="rotation">World-from-body.</param>
        /// <param name="speedMps">How fast it drives, m/s.</param>
        /// <param name="stepS">Length of the substep, s.</param>
        /// <param name="velocity">Of the centre of mass, m/s, world; changed.</param>
        /// <param name="angularVelocity">Of the body, rad/s, world; changed.</param>
        public void Steady(
            Quat<WorldFrame> rotation,
            double speedMps,
            double stepS,
            ref Vec3<WorldFrame> velocity,
            ref Vec3<WorldFrame> angularVelocity)
        {
            double x = rotation.X, y = rotation.Y, z = rotation.Z, r = rotation.W;
            // Positive to the right, as the rotation about the forward axis.
            double roll = LeanRad = Math.Atan2(2 * (y * z + x * r), 1 - 2 * (x * x + y * y));
            double lean = Math.Atan(speedMps * angularVelocity.Z / Gravity.Mps2);
            double wanted = -Numbers.Clamp(lean, -GreatestLeanRad, GreatestLeanRad);
            double pull = LeanRateRadps * (wanted - roll) - 2 * RollRateRadps;
            double gain = LeanRateRadps * pull * stepS;
            RollRateRadps += gain;
            Vec3<WorldFrame> forward = rotation.Rotate(new Vec3<BodyFrame>(1, 0, 0));
            angularVelocity += forward * (RollRateRadps - forward.Dot(angularVelocity));
            // A body leans about the line on which its wheels roll, not about its centre of mass: the tyres must not
            // be dragged aside.
            Vec3<WorldFrame> right = rotation.Rotate(new Vec3<BodyFrame>(0, -1, 0));
            velocity += right * (gain * _heightM);
        }
    }
}
