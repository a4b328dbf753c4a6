#nullable enable
using System;
using Cityloop.Core;
using Cityloop.V1;

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
        // Static compression of every spring; the heave frequency is sqrt(g / sag) / (2 pi) = 1.6 Hz.
        private const double CarSagM = 0.1;

        // Two-wheelers, high and short, would nod on such springs: 3.5 Hz.
        private const double BalancedSagM = 0.02;

        // Share of the critical damping of each wheel's quarter of the car.
        private const double CarDampingRatio = 0.35;
        private const double BalancedDampingRatio = 1.0;

        // Wheels of an axle share its sideways slip, which they take off in a substep; vehicles have two axles' worth.
        private const double Axles = 2.0;

        // Share of the height of the centre of mass at which sideways impulses act.
        private const double RollInfluence = 0.1;

        private readonly Room _room;
        private readonly RayWheel[] _wheels;
        private readonly double _restM;
        private readonly double _sideShare;

        /// <summary>Makes the wheels of a kind of vehicle, on the ground of a room.</summary>
        public RayWheels(VehicleDynamics dynamics, WheelLoads loads, Room room)
        {
            _room = room;
            double sag = dynamics.Balanced ? BalancedSagM : CarSagM;
            double ratio = dynamics.Balanced ? BalancedDampingRatio : CarDampingRatio;
            _restM = RayWheel.FreeLengthM - sag;
            _sideShare = Math.Min(1.0, Axles / dynamics.Wheels.Count);
            _wheels = new RayWheel[dynamics.Wheels.Count];
            for (int i = 0; i < _wheels.Length; i++)
            {
                Wheel wheel = dynamics.Wheels[i];
                double stiffness = loads.AtRest[i] * Gravity.Mps2 / sag;
                _wheels[i] = new RayWheel
                {
                    Top = new Vec3<BodyFrame>(wheel.Center.X, wheel.Center.Y, wheel.Center.Z + RayWheel.FreeLengthM - sag),
                    RadiusM = wheel.RadiusM,
                    Stiffness = stiffness,
                    Damping = 2 * ratio * Math.Sqrt(stiffness * loads.AtRest[i]),
                    MassKg = dynamics.MassKg,
                    LengthM = RayWheel.FreeLengthM,
                };
            }
        }

        /// <summary>Speed at the start of the last substep, m/s, negative backwards.</summary>
        public double SpeedMps { get; private set; }

        /// <summary>All wheels touch the ground.</summary>
        public bool AllGrounded => Array.TrueForAll(_wheels, wheel => wheel.Grounded);

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
            for (int i = 0; i < _wheels.Length; i++)
            {
                _wheels[i].Feel(chassis, _room);
            }
            int grounded = 0;
            foreach (RayWheel wheel in _wheels)
            {
                chassis.Push(wheel.Normal * (wheel.ForceN * stepS), wheel.Contact);
                grounded += wheel.Grounded ? 1 : 0;
            }
            for (int i = 0; i < _wheels.Length; i++)
            {
                _wheels[i].Roll(
                    chassis, grounded, _sideShare, driveN[i] * stepS, brakeN[i] * stepS, steeringRad[i]);
            }
            for (int i = 0; i < _wheels.Length; i++)
            {
                _wheels[i].Slip(grip * stepS);
            }
            Vec3<WorldFrame> up = chassis.Rotation.Rotate(new Vec3<BodyFrame>(0, 0, 1));
            foreach (RayWheel wheel in _wheels)
            {
                if (wheel.Grounded)
                {
                    chassis.Push(wheel.Forward * wheel.ForwardNs, wheel.Contact);
                    double height = up.Dot(wheel.Contact - chassis.Center);
                    chassis.Push(wheel.Side * wheel.SideNs, wheel.Contact - up * (height * (1 - RollInfluence)));
                }
            }
        }

        /// <summary>Writes travel and contact of each wheel.</summary>
        public void Read(WheelSpring[] springs)
        {
            for (int i = 0; i < _wheels.Length; i++)
            {
                springs[i] = new WheelSpring
                {
                    TravelM = _restM - _wheels[i].LengthM,
                    Grounded = _wheels[i].Grounded,
                };
            }
        }

        /// <summary>Returns everything that changes.</summary>
        public object Save() => new Saved(SpeedMps, (RayWheel[])_wheels.Clone());

        /// <summary>Goes back to what was saved.</summary>
        public void Restore(object saved)
        {
            var kept = (Saved)saved;
            SpeedMps = kept.SpeedMps;
            kept.Wheels.CopyTo(_wheels, 0);
        }

        private sealed class Saved
        {
            public Saved(double speedMps, RayWheel[] wheels)
            {
                SpeedMps = speedMps;
                Wheels = wheels;
            }

            public double SpeedMps { get; }

            public RayWheel[] Wheels { get; }
        }
    }
}
