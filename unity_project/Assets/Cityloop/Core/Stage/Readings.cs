#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>What physics did in a tick, written into the columns of the tick that follows.</summary>
    internal sealed class Readings
    {
        private readonly IPhysics _physics;
        private readonly Snapshot _s;
        private readonly Columns _columns;
        private readonly double _dtS;

        /// <summary>Takes the tick that was left, and the columns of the next, dt s later.</summary>
        public Readings(IPhysics physics, Snapshot s, Columns columns, double dtS)
        {
            _physics = physics;
            _s = s;
            _columns = columns;
            _dtS = dtS;
        }

        /// <summary>Writes the bodies that physics moved.</summary>
        public void Read()
        {
            var limp = new HashSet<uint>(_physics.Ragdolls);
            for (int row = 0; row < _s.Cast.Count; row++)
            {
                if (_columns.Kinds[row] == BodyKind.Kinematic && limp.Count == 0)
                {
                    continue;
                }
                uint id = _s.Cast.Ids[row];
                Vec3<WorldFrame> before = _s.Motions.VelocityOf(row);
                if (limp.Contains(id))
                {
                    var bones = new float[_s.Cast.Bones.Counts[row] * 12];
                    _physics.ReadRagdoll(id, before, out Motion motion, bones);
                    _columns.Kinds[row] = BodyKind.Ragdoll;
                    bones.CopyTo(_columns.Motions.Bones, _s.Cast.Bones.Start[row] * 12);
                    Write(row, motion, before);
                }
                else if (_columns.Kinds[row] == BodyKind.Walker)
                {
                    _physics.ReadWalker(id, out Motion motion);
                    Write(row, motion, before);
                }
                else if (_columns.Kinds[row] == BodyKind.Driven)
                {
                    ReadDriven(row, id, before);
                }
            }
        }

        private void ReadDriven(int row, uint id, Vec3<WorldFrame> before)
        {
            VehicleDynamics dynamics = _s.Cast.Infos[row].Prototype.Dynamics!;
            var springs = new WheelSpring[dynamics.Wheels.Count];
            _physics.ReadDriven(id, before, out Motion motion, out double steeringRad, springs);
            Write(row, motion, before);
            double[] wheels = _columns.Motions.Wheels;
            for (int i = 0; i < springs.Length; i++)
            {
                int at = (_s.Cast.Wheels.Start[row] + i) * 5;
                double angle = dynamics.Wheels[i].Steered ? steeringRad : 0.0;
                double rate = Rolling.Rate(dynamics.Wheels[i], motion, angle);
                wheels[at] = angle;
                // The angle is the integral of the rate, by trapezoids.
                wheels[at + 1] += (wheels[at + 2] + rate) * (_dtS / 2);
                wheels[at + 2] = rate;
                wheels[at + 3] = springs[i].TravelM;
                wheels[at + 4] = springs[i].Grounded ? 1.0 : 0.0;
            }
        }

        private void Write(int row, Motion motion, Vec3<WorldFrame> velocityBefore)
        {
            motion.Acceleration = (motion.Velocity - velocityBefore) / _dtS;
            _columns.Motions.Set(row, motion);
        }
    }
}
