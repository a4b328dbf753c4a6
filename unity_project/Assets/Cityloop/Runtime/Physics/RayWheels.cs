#nullable enable
using System;
using Cityloop.Core;
using Cityloop.V1;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The wheels of a driven vehicle: rays with a spring and a damper each, after the ray-cast vehicle of Bullet, as in
    /// the embedded engine. World frame, SI units.
    /// </summary>
    /// <remarks>
    /// Unity's WheelCollider was measured against the same figures and left, as docs/unity.md says: its brakes act on
    /// the wheel's own spin, not as a force, a body that enters at speed loses some of it to spin up its wheels, forward
    /// and sideways friction are not limited together, and its spin and suspension can be neither saved nor restored.
    /// </remarks>
    internal sealed class RayWheels
    {
        private const double SpringLengthM = 0.3;
        private const double TravelM = 0.15;

        // Static compression of every spring; the heave frequency is sqrt(g / sag) / (2 pi) = 1.6 Hz.
        private const double CarSagM = 0.1;

        // Two-wheelers, high and short, would nod on such springs: 3.5 Hz.
        private const double BalancedSagM = 0.02;

        // Share of the critical damping of each wheel's quarter of the car.
        private const double CarDampingRatio = 0.35;
        private const double BalancedDampingRatio = 1.0;

        // Wheels of an axle share its sideways slip, which they take off in a substep; vehicles have two axles' worth.
        private const double Axles = 2.0;

        // Share of a forward impulse that counts against the grip while a wheel also slips sideways.
        private const double ForwardShare = 0.5;

        // Share of the height of the centre of mass at which sideways impulses act.
        private const double RollInfluence = 0.1;

        // Springs push at most with this many times the weight.
        private const double MostWeights = 10;

        private static readonly Vec3<BodyFrame> Up = new Vec3<BodyFrame>(0, 0, 1);

        private readonly Room _room;
        private readonly Spring[] _springs;
        private readonly double _massKg;
        private readonly double _restM;
        private readonly double _sideShare;

        /// <summary>Makes the wheels of a kind of vehicle, on the ground of a room.</summary>
        public RayWheels(VehicleDynamics dynamics, WheelLoads loads, Room room)
        {
            _room = room;
            _massKg = dynamics.MassKg;
            double sag = dynamics.Balanced ? BalancedSagM : CarSagM;
            double ratio = dynamics.Balanced ? BalancedDampingRatio : CarDampingRatio;
            _restM = SpringLengthM - sag;
            _sideShare = Math.Min(1.0, Axles / dynamics.Wheels.Count);
            _springs = new Spring[dynamics.Wheels.Count];
            for (int i = 0; i < _springs.Length; i++)
            {
                Wheel wheel = dynamics.Wheels[i];
                double stiffness = loads.AtRest[i] * Gravity.Mps2 / sag;
                _springs[i] = new Spring
                {
                    Top = new Vec3<BodyFrame>(wheel.Center.X, wheel.Center.Y, wheel.Center.Z + SpringLengthM - sag),
                    RadiusM = wheel.RadiusM,
                    Stiffness = stiffness,
                    Damping = 2 * ratio * Math.Sqrt(stiffness * loads.AtRest[i]),
                    LengthM = SpringLengthM,
                };
            }
        }

        /// <summary>Speed at the start of the last substep, m/s, negative backwards.</summary>
        public double SpeedMps { get; private set; }

        /// <summary>All wheels touch the ground.</summary>
        public bool AllGrounded => Array.TrueForAll(_springs, spring => spring.Grounded);

        /// <summary>Lets springs and tyres push the chassis for a substep, s.</summary>
        /// <param name="chassis">The body; its velocities are changed.</param>
        /// <param name="grip">Coefficient of friction of the tyres.</param>
        /// <param name="driveN">Force along each wheel, N.</param>
        /// <param name="brakeN">Force against the rolling of each wheel, N.</param>
        /// <param name="steeringRad">Angle of each wheel, positive to the left.</param>
        /// <param name="stepS">Length of the substep.</param>
        public void Push(
            Chassis chassis, double grip, double[] driveN, double[] brakeN, double[] steeringRad, double stepS)
        {
            Vec3<WorldFrame> forward = chassis.Rotation.Rotate(new Vec3<BodyFrame>(1, 0, 0));
            SpeedMps = Numbers.CopySign(chassis.Velocity.Length, forward.Dot(chassis.Velocity));
            for (int i = 0; i < _springs.Length; i++)
            {
                Feel(ref _springs[i], chassis);
            }
            int grounded = 0;
            foreach (Spring spring in _springs)
            {
                chassis.Push(spring.Normal * (spring.ForceN * stepS), spring.Contact);
                grounded += spring.Grounded ? 1 : 0;
            }
            for (int i = 0; i < _springs.Length; i++)
            {
                Roll(ref _springs[i], chassis, grounded, driveN[i] * stepS, brakeN[i] * stepS, steeringRad[i]);
            }
            for (int i = 0; i < _springs.Length; i++)
            {
                Slip(ref _springs[i], grip * stepS);
            }
            Vec3<WorldFrame> up = chassis.Rotation.Rotate(Up);
            foreach (Spring spring in _springs)
            {
                if (spring.Grounded)
                {
                    chassis.Push(spring.Forward * spring.ForwardNs, spring.Contact);
                    double height = up.Dot(spring.Contact - chassis.Center);
                    chassis.Push(spring.Side * spring.SideNs, spring.Contact - up * (height * (1 - RollInfluence)));
                }
            }
        }

        /// <summary>Writes travel and contact of each wheel.</summary>
        public void Read(WheelSpring[] springs)
        {
            for (int i = 0; i < _springs.Length; i++)
            {
                springs[i] = new WheelSpring
                {
                    TravelM = _restM - _springs[i].LengthM,
                    Grounded = _springs[i].Grounded,
                };
            }
        }

        /// <summary>Returns everything that changes.</summary>
        public object Save() => new Saved(SpeedMps, (Spring[])_springs.Clone());

        /// <summary>Goes back to what was saved.</summary>
        public void Restore(object saved)
        {
            var kept = (Saved)saved;
            SpeedMps = kept.SpeedMps;
            kept.Springs.CopyTo(_springs, 0);
        }

        /// <summary>Finds the ground under a wheel, and with what force its spring pushes.</summary>
        private void Feel(ref Spring spring, Chassis chassis)
        {
            Vec3<WorldFrame> down = -chassis.Rotation.Rotate(Up);
            Vec3<WorldFrame> top = chassis.Position + chassis.Rotation.Rotate(spring.Top);
            double reach = SpringLengthM + spring.RadiusM;
            spring.Grounded = _room.Raycast(
                top.Unity(), down.Unity(), out RaycastHit hit, (float)reach, Layers.GroundMask);
            if (!spring.Grounded)
            {
                spring.LengthM = SpringLengthM;
                spring.ForceN = 0;
                spring.Normal = -down;
                spring.Contact = top + down * reach;
                return;
            }
            double length = hit.distance - spring.RadiusM;
            spring.LengthM = Numbers.Clamp(length, SpringLengthM - TravelM, SpringLengthM + TravelM);
            spring.Normal = hit.normal.World();
            spring.Contact = top + down * hit.distance;
            double slope = spring.Normal.Dot(down);
            double lever = slope >= -0.1 ? 10.0 : -1.0 / slope;
            double closing = slope >= -0.1 ? 0.0 : spring.Normal.Dot(chassis.VelocityAt(spring.Contact)) * lever;
            double perMass = spring.Stiffness * (SpringLengthM - spring.LengthM) * lever - spring.Damping * closing;
            spring.ForceN = Numbers.Clamp(perMass * _massKg, 0.0, MostWeights * _massKg * Gravity.Mps2);
        }

        /// <summary>Finds the impulses that a wheel would pass on if its tyre held everything.</summary>
        private void Roll(
            ref Spring spring, Chassis chassis, int grounded, double driveNs, double brakeNs, double steeringRad)
        {
            spring.ForwardNs = 0;
            spring.SideNs = 0;
            if (!spring.Grounded)
            {
                return;
            }
            double sine = Math.Sin(steeringRad), cosine = Math.Cos(steeringRad);
            Vec3<WorldFrame> right = chassis.Rotation.Rotate(new Vec3<BodyFrame>(sine, -cosine, 0));
            spring.Side = Unit(right - spring.Normal * right.Dot(spring.Normal));
            spring.Forward = Unit(spring.Normal.Cross(spring.Side));
            double slip = spring.Side.Dot(chassis.VelocityAt(spring.Contact));
            spring.SideNs = -_sideShare * slip / chassis.Yielding(spring.Contact, spring.Side);
            if (driveNs != 0.0)
            {
                spring.ForwardNs = driveNs;
                return;
            }
            double rolling = spring.Forward.Dot(chassis.VelocityAt(spring.Contact));
            double stop = -rolling / (chassis.Yielding(spring.Contact, spring.Forward) * grounded);
            spring.ForwardNs = Numbers.Clamp(stop, -brakeNs, brakeNs);
        }

        /// <summary>Keeps both impulses of a wheel within what its tyre holds.</summary>
        private static void Slip(ref Spring spring, double gripS)
        {
            double most = spring.ForceN * gripS;
            double along = spring.ForwardNs * ForwardShare, aside = spring.SideNs;
            double sum = Math.Sqrt(along * along + aside * aside);
            if (spring.Grounded && sum > most && aside != 0.0)
            {
                spring.ForwardNs *= most / sum;
                spring.SideNs *= most / sum;
            }
        }

        private static Vec3<WorldFrame> Unit(Vec3<WorldFrame> v)
        {
            double length = v.Length;
            return length > 1e-5 ? v / length : default;
        }

        /// <summary>One wheel: what is known of its kind, and how it stands.</summary>
        private struct Spring
        {
            /// <summary>Where the ray starts, m, body.</summary>
            public Vec3<BodyFrame> Top;

            /// <summary>Of the wheel, m.</summary>
            public double RadiusM;

            /// <summary>Per mass of the vehicle, 1/s^2.</summary>
            public double Stiffness;

            /// <summary>Per mass of the vehicle, 1/s.</summary>
            public double Damping;

            /// <summary>Length now, m.</summary>
            public double LengthM;

            /// <summary>Touches the ground.</summary>
            public bool Grounded;

            /// <summary>How hard it pushes, N.</summary>
            public double ForceN;

            /// <summary>Of the ground.</summary>
            public Vec3<WorldFrame> Normal;

            /// <summary>Where it touches, m.</summary>
            public Vec3<WorldFrame> Contact;

            /// <summary>Rolling direction on the ground.</summary>
            public Vec3<WorldFrame> Forward;

            /// <summary>Its axle on the ground, to the right.</summary>
            public Vec3<WorldFrame> Side;

            /// <summary>Impulse along it, N s.</summary>
            public double ForwardNs;

            /// <summary>Impulse along its axle, N s.</summary>
            public double SideNs;
        }

        private sealed class Saved
        {
            public Saved(double speedMps, Spring[] springs)
            {
                SpeedMps = speedMps;
                Springs = springs;
            }

            public double SpeedMps { get; }

            public Spring[] Springs { get; }
        }
    }
}
