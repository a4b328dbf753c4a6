#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>From the pedals of one vehicle to the forces on its W wheels.</summary>
    /// <remarks>
    /// Pedals and steering act through actuators of limited rate, as in a real car: this also keeps the acceleration
    /// continuous, so that the velocity at a tick is the one that the positions before and after it show.
    /// </remarks>
    public sealed class Powertrain
    {
        private const double AirDensityKgpm3 = 1.2; // as scene.proto says of drag_area_m2

        // Share of the weight that rolling resists with (passenger car tyres on asphalt: 0.010 to 0.015).
        private const double RollingResistance = 0.012;

        // Time from nothing to full force (a hydraulic brake builds up in 0.15 to 0.3 s).
        private const double BrakeBuildUpS = 0.2;
        private const double DriveBuildUpS = 0.4;

        // Rate of the road wheels about z: a quick driver turns the hand wheel at 700 deg/s, ratio 15.
        private const double SteeringRateRadps = 0.8;

        // Brakes ease off below this speed, as a driver does it, so that a stop ends without a jerk.
        private const double SoftStopMps = 1.0;
        private const double SoftStopDecelerationMps2 = 2.5;

        // Drive force fades over this last share of the top speed.
        private const double TopSpeedFade = 0.05;

        private readonly VehicleDynamics _dynamics;
        private readonly WheelLoads _loads;
        private readonly Rider? _rider;
        private readonly double _grip;
        private readonly double _weightN;
        private readonly double _mostBrakeN;
        private readonly double _mostForwardN;
        private readonly double _mostBackN;
        private readonly double _usefulBrake;
        private readonly int _drivenCount;
        private readonly double[] _shares;

        /// <summary>Takes a vehicle, its rider where it has one, and the coefficient of friction of its tyres.</summary>
        public Powertrain(VehicleDynamics dynamics, WheelLoads loads, Rider? rider, double grip)
        {
            _dynamics = dynamics;
            _loads = loads;
            _rider = rider;
            _grip = grip;
            _weightN = dynamics.MassKg * Gravity.Mps2;
            _shares = new double[dynamics.Wheels.Count];
            var driven = new List<int>();
            for (int i = 0; i < dynamics.Wheels.Count; i++)
            {
                if (dynamics.Wheels[i].Driven)
                {
                    driven.Add(i);
                }
            }
            _drivenCount = Math.Max(driven.Count, 1);
            // What the ground takes of braking and of driving forward and back.
            loads.TractionG(driven, grip, out double forwardG, out double backG);
            double brakeG = grip;
            if (dynamics.Balanced)
            {
                loads.TippingG(out double stopG, out double startG);
                brakeG = Math.Min(brakeG, stopG);
                forwardG = Math.Min(forwardG, startG);
                backG = Math.Min(backG, stopG);
            }
            _mostBrakeN = Math.Min(dynamics.MaxBrakeForceN, brakeG * _weightN);
            _mostForwardN = Math.Min(dynamics.MaxDriveForceN, forwardG * _weightN);
            _mostBackN = Math.Min(dynamics.MaxDriveForceN, backG * _weightN);
            // What the ground cannot take is not built up either.
            _usefulBrake = dynamics.MaxBrakeForceN > 0.0 ? _mostBrakeN / dynamics.MaxBrakeForceN : 0.0;
        }

        /// <summary>Returns weight and drag of the air, N, world, at a velocity of the centre of mass, m/s.</summary>
        public Vec3<WorldFrame> PullN(Vec3<WorldFrame> velocity)
        {
            double drag = -0.5 * AirDensityKgpm3 * _dynamics.DragAreaM2 * velocity.Length;
            return velocity * drag - new Vec3<WorldFrame>(0, 0, _weightN);
        }

        /// <summary>Returns the actuators after a substep at a speed, m/s, along the body.</summary>
        public Actuators Follow(Actuators now, Pedals pedals, double speedMps, double stepS)
        {
            double rate = SteeringRateRadps;
            if (_rider != null)
            {
                rate = Math.Min(rate, _rider.SteeringRateRadps(speedMps));
            }
            return new Actuators(
                Toward(now.Throttle, pedals.UncutThrottle, stepS / DriveBuildUpS),
                Toward(now.Brake, Math.Min(pedals.Brake, _usefulBrake), _usefulBrake * stepS / BrakeBuildUpS),
                Toward(now.SteeringRad, pedals.Steering * _dynamics.MaxSteeringAngleRad, stepS * rate));
        }

        /// <summary>Writes what acts on each of W wheels in a substep at a speed, m/s, along the body.</summary>
        /// <param name="now">What acts.</param>
        /// <param name="speedMps">Speed along the body, m/s, negative backwards.</param>
        /// <param name="driveN">Forces along the wheels, N.</param>
        /// <param name="brakeN">Forces against their rolling, N, where they do not drive.</param>
        /// <param name="steeringRad">Steering angles, rad.</param>
        public void Forces(Actuators now, double speedMps, double[] driveN, double[] brakeN, double[] steeringRad)
        {
            double room = _rider == null ? 1.0 : _rider.StraightShare(_grip);
            double steering = _rider == null ? now.SteeringRad : _rider.TrackRad(now.SteeringRad);
            double drive = DriveN(now, speedMps, room);
            double brake = BrakeN(now.Brake, speedMps, room);
            // Each wheel brakes by the weight that it carries then (brake force distribution).
            _loads.BrakingShares(Numbers.CopySign(brake, speedMps) / _weightN, _shares);
            for (int i = 0; i < _shares.Length; i++)
            {
                Wheel wheel = _dynamics.Wheels[i];
                double own = wheel.Driven ? drive / _drivenCount : 0.0;
                // A wheel either drives or brakes, so it is given the difference.
                double surplus = Math.Abs(own) - brake * _shares[i];
                driveN[i] = Numbers.CopySign(Math.Max(surplus, 0.0), own);
                brakeN[i] = Math.Max(-surplus, 0.0);
                steeringRad[i] = wheel.Steered ? steering : 0.0;
            }
        }

        /// <summary>Returns the sum of the drive forces, N; room is the share of the grip that is left.</summary>
        private double DriveN(Actuators now, double speedMps, double room)
        {
            double drive = Math.Min(_mostForwardN * room, now.Throttle * _dynamics.MaxDriveForceN);
            drive = Math.Max(-_mostBackN * room, drive);
            double along = speedMps * now.Throttle;
            if (now.Brake > 0.0 && along < 0.0)
            {
                return 0.0;
            }
            double top = _dynamics.MaxSpeedMps;
            double left = (top - Math.Abs(speedMps)) / (TopSpeedFade * top);
            return along > 0.0 ? drive * Numbers.Clamp(left, 0.0, 1.0) : drive;
        }

        /// <summary>Returns the sum of the brake forces, N, rolling resistance included.</summary>
        private double BrakeN(double pressed, double speedMps, double room)
        {
            double brake = Math.Min(pressed * _dynamics.MaxBrakeForceN, _mostBrakeN * room);
            double slow = Math.Abs(speedMps);
            if (slow < SoftStopMps)
            {
                double full = _mostBrakeN / _dynamics.MassKg;
                double low = Math.Min(SoftStopDecelerationMps2, full);
                brake = Math.Min(brake, _dynamics.MassKg * (low + (full - low) * slow / SoftStopMps));
            }
            return Math.Min(brake + RollingResistance * _weightN, _grip * _weightN);
        }

        private static double Toward(double now, double wanted, double most) =>
            Math.Min(Math.Max(wanted, now - most), now + most);
    }
}
