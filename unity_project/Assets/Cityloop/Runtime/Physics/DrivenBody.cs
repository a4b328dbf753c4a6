#nullable enable
using System;
using Cityloop.Core;
using Cityloop.V1;
using UnityEngine;
using BodyKind = Cityloop.V1.BodyKind;
using Motion = Cityloop.Core.Motion;
using Quaternion = UnityEngine.Quaternion;
using Vector3 = UnityEngine.Vector3;

namespace Cityloop.Runtime
{
    /// <summary>A vehicle moved by throttle, brake and steering. World frame, SI units.</summary>
    internal sealed class DrivenBody : PhysicalBody
    {
        private const float GreatestTurnRadps = 100f;

        private readonly Rigidbody _rigid;
        private readonly VehicleDynamics _dynamics;
        private readonly WheelLoads _loads;
        private readonly Rider? _rider;
        private readonly Chassis _chassis;
        private readonly RayWheels _wheels;
        private readonly double[] _driveN;
        private readonly double[] _brakeN;
        private readonly double[] _steeringRad;
        private Powertrain _powertrain;
        private double _grip;
        private Pedals _pedals;
        private Actuators _actuators;
        private Standing _standing;
        private Vec3<WorldFrame> _pullN;

        // Its first step is still to come: acceleration, m/s^2, of its origin now.
        private Vec3<WorldFrame>? _fresh;

        /// <summary>Puts a vehicle on the road; its prototype has dynamics that stand.</summary>
        public DrivenBody(BodyInfo info, in Motion motion, double grip, ShapeBuilder shapes, Room room)
            : base(info, BodyKind.Driven, motion, shapes, room.Root)
        {
            _rigid = Rigid!;
            _dynamics = info.Prototype.Dynamics!;
            _loads = WheelLoads.Of(_dynamics)!;
            _rider = RiderOf(_dynamics);
            _wheels = new RayWheels(_dynamics, _loads, room);
            _grip = grip;
            _powertrain = new Powertrain(_dynamics, _loads, _rider, grip);
            _driveN = new double[_dynamics.Wheels.Count];
            _brakeN = new double[_dynamics.Wheels.Count];
            _steeringRad = new double[_dynamics.Wheels.Count];
            _fresh = motion.Acceleration;
            var com = new Vec3<BodyFrame>(
                _dynamics.CenterOfMass.X, _dynamics.CenterOfMass.Y, _dynamics.CenterOfMass.Z);
            Vec3<BodyFrame> inertia = BoxInertia.Of(info.Prototype.Shapes, _dynamics.MassKg);
            _chassis = new Chassis(_dynamics.MassKg, inertia);
            _rigid.mass = (float)_dynamics.MassKg;
            _rigid.centerOfMass = com.Unity();
            _rigid.inertiaTensorRotation = Quaternion.identity;
            _rigid.inertiaTensor = new Vector3((float)inertia.Y, (float)inertia.Z, (float)inertia.X);
            _rigid.maxAngularVelocity = GreatestTurnRadps;
            UnityBridge.SetDamping(_rigid, 0, 0);
            Vec3<WorldFrame> lever = motion.Rotation.Rotate(com);
            SetRates(motion.Velocity + motion.AngularVelocity.Cross(lever), motion.AngularVelocity);
        }

        /// <summary>Steering angle of its steered wheels now, rad, positive to the left.</summary>
        public double SteeringRad => _actuators.SteeringRad;

        /// <summary>Takes a command until the next.</summary>
        public void SetPedals(Pedals pedals)
        {
            // The brake alone decides who stands: it cuts the throttle, and wheels turn on the spot.
            if (pedals.Brake < _pedals.Brake)
            {
                Rouse();
            }
            _pedals = pedals;
        }

        /// <summary>Goes on from another kind of motion: pedals act at once, wheels are turned by an angle, rad.</summary>
        public void TakeOver(double steeringRad)
        {
            _actuators = Actuators.AtOnce(_pedals, steeringRad);
            Rouse();
        }

        /// <summary>Sets the coefficient of friction of its tyres.</summary>
        public void SetGrip(double grip)
        {
            if (grip == _grip)
            {
                return;
            }
            _grip = grip;
            _powertrain = new Powertrain(_dynamics, _loads, _rider, grip);
            Rouse();
        }

        /// <summary>Lets it find out anew what carries it.</summary>
        public void Rouse() => _standing.Rouse();

        /// <summary>Takes the drag of the air from its speed at the start of a tick of substeps, s.</summary>
        public void BeginTick(double stepS)
        {
            if (_fresh is Vec3<WorldFrame> acceleration)
            {
                // Velocities that are true now are Unity's half a step earlier: see Read.
                SetRates(Velocity() - acceleration * (stepS / 2), _rigid.angularVelocity.AngularWorld());
                _fresh = null;
            }
            _pullN = _powertrain.PullN(Velocity());
        }

        /// <summary>Applies the forces of one substep, s.</summary>
        /// <remarks>
        /// Weight and wheel forces enter together, before the positions move: a standing car would otherwise have a
        /// velocity that the dampers answer to.
        /// </remarks>
        public void Push(double stepS)
        {
            double speed = _wheels.SpeedMps;
            bool stands = Stands(speed, stepS);
            _actuators = _powertrain.Follow(_actuators, _pedals, speed, stepS);
            if (stands)
            {
                return;
            }
            _powertrain.Forces(_actuators, speed, _driveN, _brakeN, _steeringRad);
            Look();
            _wheels.Push(_chassis, _grip, _driveN, _brakeN, _steeringRad, stepS);
            _chassis.Push(_pullN * stepS);
            Vec3<WorldFrame> velocity = _chassis.Velocity, turn = _chassis.AngularVelocity;
            _rider?.Steady(_chassis.Rotation, speed, stepS, ref velocity, ref turn);
            SetRates(velocity, turn);
        }

        /// <summary>Reads its origin's pose and rates.</summary>
        /// <param name="velocityBefore">Of its origin a tick ago, m/s.</param>
        /// <param name="lag">Half a substep as a share of the tick; 0 for one that was pushed by others.</param>
        /// <remarks>
        /// Forces enter before the positions move, so that a velocity after a step of length h is that of its middle,
        /// h/2 earlier; the acceleration of the tick makes up for it.
        /// </remarks>
        public Motion Read(Vec3<WorldFrame> velocityBefore, double lag)
        {
            Look();
            Vec3<WorldFrame> velocity = _chassis.VelocityAt(_chassis.Position);
            return new Motion
            {
                Position = _chassis.Position,
                Rotation = _chassis.Rotation,
                Velocity = velocity + (velocity - velocityBefore) * lag,
                AngularVelocity = _chassis.AngularVelocity,
            };
        }

        /// <summary>Writes travel and contact of its wheels.</summary>
        public void ReadWheels(WheelSpring[] springs) => _wheels.Read(springs);

        /// <inheritdoc/>
        public override Impacts.Party AsParty()
        {
            Look();
            return new Impacts.Party(
                Info.Prototype.Shapes,
                _chassis.Position,
                _chassis.Rotation,
                _chassis.Velocity,
                _chassis.AngularVelocity,
                _chassis.Center);
        }

        /// <inheritdoc/>
        public override object Save() =>
            new Saved
            {
                Rigid = new RigidState(_rigid),
                Wheels = _wheels.Save(),
                Grip = _grip,
                Pedals = _pedals,
                Actuators = _actuators,
                Standing = _standing,
                Fresh = _fresh,
                RollRateRadps = _rider?.RollRateRadps ?? 0,
                LeanRad = _rider?.LeanRad ?? 0,
            };

        /// <inheritdoc/>
        public override void Restore(object? saved)
        {
            var kept = (Saved)saved!;
            kept.Rigid.Apply(_rigid);
            _wheels.Restore(kept.Wheels);
            _pedals = kept.Pedals;
            _actuators = kept.Actuators;
            _standing = kept.Grip == _grip ? kept.Standing : default;
            _fresh = kept.Fresh;
            if (_rider != null)
            {
                _rider.RollRateRadps = kept.RollRateRadps;
                _rider.LeanRad = kept.LeanRad;
            }
        }

        /// <inheritdoc/>
        public override Motion Now() =>
            new Motion { Position = _rigid.position.World(), Rotation = _rigid.rotation.World() };

        private static Rider? RiderOf(VehicleDynamics dynamics)
        {
            if (!dynamics.Balanced)
            {
                return null;
            }
            double front = double.NegativeInfinity, rear = double.PositiveInfinity;
            foreach (Wheel wheel in dynamics.Wheels)
            {
                front = Math.Max(front, wheel.Center.X);
                rear = Math.Min(rear, wheel.Center.X);
            }
            return new Rider(dynamics.CenterOfMass.Z, front - rear);
        }

        private bool Stands(double speed, double stepS)
        {
            if (!_standing.Look(_rigid, _pedals.Brake > 0, speed, _wheels.AllGrounded, stepS))
            {
                return false;
            }
            if (!_rigid.IsSleeping())
            {
                SetRates(default, default);
                _rigid.Sleep();
            }
            return true;
        }

        private Vec3<WorldFrame> Velocity() => UnityBridge.VelocityOf(_rigid).World();

        private void SetRates(Vec3<WorldFrame> velocity, Vec3<WorldFrame> turn)
        {
            UnityBridge.SetVelocity(_rigid, velocity.Unity());
            _rigid.angularVelocity = turn.AngularUnity();
        }

        /// <summary>Takes its state from Unity.</summary>
        private void Look()
        {
            _chassis.Position = _rigid.position.World();
            _chassis.Rotation = _rigid.rotation.World();
            _chassis.Center = _rigid.worldCenterOfMass.World();
            _chassis.Velocity = Velocity();
            _chassis.AngularVelocity = _rigid.angularVelocity.AngularWorld();
        }

        private struct Saved
        {
            public RigidState Rigid;
            public object Wheels;
            public double Grip;
            public Pedals Pedals;
            public Actuators Actuators;
            public Standing Standing;
            public Vec3<WorldFrame>? Fresh;
            public double RollRateRadps;
            public double LeanRad;
        }
    }
}
