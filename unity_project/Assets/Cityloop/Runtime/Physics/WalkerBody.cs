#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;
using BodyKind = Cityloop.V1.BodyKind;
using Motion = Cityloop.Core.Motion;

namespace Cityloop.Runtime
{
    /// <summary>
    /// A person who walks: slides along what is in the way, climbs kerbs, keeps on the ground. World frame, SI units.
    /// </summary>
    /// <remarks>
    /// The part of the capsule above the height of a step is swept, so that kerbs do not stop it. The feet follow the
    /// ground below by a ray, with a limited acceleration: the walker then has a velocity at every tick, on a kerb as
    /// well. Unity's CharacterController has neither of the two.
    /// </remarks>
    internal sealed class WalkerBody : PhysicalBody
    {
        private const double StepHeightM = 0.25;

        // Greatest change of the horizontal velocity; a sprinter's start is about 4 m/s^2.
        private const double AccelerationMps2 = 3.5;

        // Greatest change of the vertical velocity on kerbs, where it reverses half-way up.
        private const double ClimbAccelerationMps2 = 1.75;
        private const double TurnRateRadps = 6.0;

        // A move that ends this far from where it should is blocked.
        private const double BlockedM = 1e-3;

        // How far below the feet ground is looked for.
        private const double DeepestM = 100.0;

        private readonly Room _room;
        private readonly UpperBody _upper;
        private Vec3<WorldFrame> _wanted;
        private double? _headingRad;
        private State _state;

        /// <summary>Places a walker; the first collision shape of its prototype is a capsule.</summary>
        public WalkerBody(BodyInfo info, in Motion motion, ShapeBuilder shapes, Room room)
            : base(info, BodyKind.Walker, Upright(motion), shapes, room.Root)
        {
            _room = room;
            _upper = new UpperBody(room, info.Prototype.Shapes[0], StepHeightM, Colliders);
            _state = new State
            {
                Position = motion.Position,
                YawRad = motion.Rotation.YawRad,
                Velocity = motion.Velocity,
            };
        }

        /// <summary>Where it is at the end of the tick.</summary>
        public Motion AtEnd => new Motion
        {
            Position = _state.Position,
            Rotation = Quat<WorldFrame>.FromYaw(_state.YawRad),
            Velocity = _state.Velocity,
            AngularVelocity = new Vec3<WorldFrame>(0, 0, _state.YawRateRadps),
        };

        /// <summary>Takes what it wants in the next tick: velocity, m/s, and heading, rad, null to keep it.</summary>
        public void SetGoal(Vec3<WorldFrame> velocity, double? headingRad)
        {
            _wanted = new Vec3<WorldFrame>(velocity.X, velocity.Y, 0);
            _headingRad = headingRad;
        }

        /// <summary>Finds out where it gets to in a tick, s, and sets its capsule on its way.</summary>
        /// <remarks>
        /// Displacements are trapezoids of the velocities at both ends, so that a walker whom nothing blocks has the
        /// velocity that central differences of its positions show.
        /// </remarks>
        public void Walk(double dtS)
        {
            Motion before = AtEnd;
            var start = new Vec3<WorldFrame>(_state.Velocity.X, _state.Velocity.Y, 0);
            Vec3<WorldFrame> change = _wanted - start;
            double share = Math.Min(1.0, AccelerationMps2 * dtS / Math.Max(change.Length, 1e-9));
            Vec3<WorldFrame> end = start + change * share;
            Vec3<WorldFrame> step = (start + end) * (dtS / 2);
            Vec3<WorldFrame> moved = _upper.Slide(before, step);
            if ((moved - step).Length > BlockedM)
            {
                end = moved / dtS;
            }
            Vec3<WorldFrame> at = _state.Position + moved;
            FollowGround(at, dtS, out double height, out double rise);
            double rate = Turn(dtS);
            _state = new State
            {
                Position = new Vec3<WorldFrame>(at.X, at.Y, height),
                YawRad = _state.YawRad + rate * dtS,
                Velocity = new Vec3<WorldFrame>(end.X, end.Y, rise),
                YawRateRadps = rate,
            };
            Send(before, AtEnd, dtS);
        }

        /// <inheritdoc/>
        public override object Save() => new Saved { State = _state, Wanted = _wanted, HeadingRad = _headingRad };

        /// <inheritdoc/>
        public override void Restore(object? saved)
        {
            var kept = (Saved)saved!;
            _state = kept.State;
            _wanted = kept.Wanted;
            _headingRad = kept.HeadingRad;
        }

        private static Motion Upright(Motion motion)
        {
            motion.Rotation = Quat<WorldFrame>.FromYaw(motion.Rotation.YawRad);
            return motion;
        }

        /// <summary>Finds height, m, and vertical velocity, m/s, of the feet after the tick.</summary>
        private void FollowGround(Vec3<WorldFrame> at, double dtS, out double height, out double rise)
        {
            double z = _state.Position.Z, before = _state.Velocity.Z;
            var eye = new Vec3<WorldFrame>(at.X, at.Y, z + StepHeightM);
            bool found = _room.Raycast(
                eye.Unity(), Vector3.down, out RaycastHit hit, (float)DeepestM, Layers.GroundMask);
            double gap = (found ? hit.distance : DeepestM) - StepHeightM;
            if (gap > StepHeightM)
            {
                rise = before - Gravity.Mps2 * dtS;
                height = Math.Max(z + (before + rise) * (dtS / 2), z - gap);
                return;
            }
            if (before < -Math.Sqrt(2 * ClimbAccelerationMps2 * StepHeightM) - Gravity.Mps2 * dtS)
            {
                rise = 0; // landed from a fall
                height = z - gap;
                return;
            }
            // The speed from which the rest of the way is just enough to stop, but never beyond it.
            double size = Math.Abs(gap);
            double wanted = -Numbers.CopySign(
                Math.Min(Math.Sqrt(2 * ClimbAccelerationMps2 * size), size / dtS), gap);
            double most = ClimbAccelerationMps2 * dtS;
            rise = before + Numbers.Clamp(wanted - before, -most, most);
            height = z + (before + rise) * (dtS / 2);
        }

        /// <summary>Returns the yaw rate over the tick, rad/s: towards the wanted heading, the shorter way.</summary>
        private double Turn(double dtS)
        {
            if (!(_headingRad is double heading))
            {
                return 0;
            }
            double left = Math.IEEERemainder(heading - _state.YawRad, 2 * Math.PI);
            return Numbers.Clamp(left / dtS, -TurnRateRadps, TurnRateRadps);
        }

        private struct State
        {
            public Vec3<WorldFrame> Position;
            public double YawRad;
            public Vec3<WorldFrame> Velocity;
            public double YawRateRadps;
        }

        private struct Saved
        {
            public State State;
            public Vec3<WorldFrame> Wanted;
            public double? HeadingRad;
        }
    }
}
