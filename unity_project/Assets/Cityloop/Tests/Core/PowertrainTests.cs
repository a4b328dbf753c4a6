#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    /// <summary>Vehicles of the table: the embedded engine says the same of them.</summary>
    [TestFixture]
    public sealed class PowertrainTests
    {
        private const double StepS = 0.0125;
        private static readonly Pedals Wanted = new Pedals(0.8, 0.25, -0.5);

        [Test]
        public void WheelsCarryWhatTheyCarryInTheEmbeddedEngine()
        {
            foreach (Struct row in Tables.Rows("vehicles.json", "vehicles"))
            {
                VehicleDynamics dynamics = DynamicsOf(row);
                WheelLoads loads = WheelLoads.Of(dynamics)!;
                Near.Equal(loads.AtRest, row.Numbers("at_rest"), 1e-9, row.Text("name"));
                Near.Equal(loads.PerG, row.Numbers("per_g"), 1e-9, row.Text("name"));
                IEnumerable<int> driven = Enumerable.Range(0, dynamics.Wheels.Count).Where(i => dynamics.Wheels[i].Driven);
                loads.TractionG(driven, 0.9, out double forward, out double back);
                Near.Equal(new[] { forward, back }, row.Numbers("traction_g"), 1e-9, row.Text("name"));
                loads.TippingG(out double stop, out double start);
                Near.Equal(new[] { stop, start }, row.Numbers("tipping_g"), 1e-9, row.Text("name"));
            }
        }

        [Test]
        public void WhatCannotStandHasNoLoads()
        {
            foreach (Struct row in Tables.Rows("vehicles.json", "cannot_stand"))
            {
                Assert.That(WheelLoads.Of(DynamicsOf(row)), Is.Null, row.Text("name"));
            }
        }

        [Test]
        public void PedalsDoWhatTheyDoInTheEmbeddedEngine()
        {
            foreach (Struct row in Tables.Rows("vehicles.json", "vehicles"))
            {
                VehicleDynamics dynamics = DynamicsOf(row);
                foreach (Value value in row.Fields["steps"].ListValue.Values)
                {
                    CheckStep(dynamics, value.StructValue, row.Text("name"));
                }
            }
        }

        [Test]
        public void ARiderLeansIntoATurnAndTheWheelsRollOn()
        {
            var rider = new Rider(0.6, 1.4);
            Quat<WorldFrame> rotation = Quat<WorldFrame>.Identity;
            const double speed = 10.0, yawRate = 0.5;
            for (int i = 0; i < 400; i++)
            {
                Vec3<WorldFrame> velocity = rotation.Rotate(new Vec3<BodyFrame>(speed, 0, 0));
                var turning = new Vec3<WorldFrame>(0, 0, yawRate);
                rider.Steady(rotation, speed, StepS, ref velocity, ref turning);
                rotation = rotation.Advance(turning, StepS);
            }
            // To the left, so that the lean is negative.
            Assert.That(rider.LeanRad, Is.EqualTo(-Math.Atan(speed * yawRate / Gravity.Mps2)).Within(0.02));
        }

        private static void CheckStep(VehicleDynamics dynamics, Struct step, string name)
        {
            Rider? rider = RiderOf(dynamics);
            if (rider != null)
            {
                rider.LeanRad = step.Number("lean_rad");
            }
            var train = new Powertrain(dynamics, WheelLoads.Of(dynamics)!, rider, step.Number("grip"));
            double[] given = step.Numbers("actuators");
            var actuators = new Actuators(given[0], given[1], given[2]);
            double speed = step.Number("speed_mps");
            int wheels = dynamics.Wheels.Count;
            double[] drive = new double[wheels], brake = new double[wheels], steering = new double[wheels];
            train.Forces(actuators, speed, drive, brake, steering);
            string what = $"{name} at {speed} m/s";
            Near.Equal(drive, step.Numbers("drive_n"), 1e-6, what);
            Near.Equal(brake, step.Numbers("brake_n"), 1e-6, what);
            Near.Equal(steering, step.Numbers("steering_rad"), 1e-9, what);
            Actuators then = train.Follow(actuators, Wanted, speed, StepS);
            Near.Equal(
                new[] { then.Throttle, then.Brake, then.SteeringRad }, step.Numbers("followed"), 1e-9, what);
        }

        private static Rider? RiderOf(VehicleDynamics dynamics)
        {
            if (!dynamics.Balanced)
            {
                return null;
            }
            double front = dynamics.Wheels.Max(w => w.Center.X), rear = dynamics.Wheels.Min(w => w.Center.X);
            return new Rider(dynamics.CenterOfMass.Z, front - rear);
        }

        private static VehicleDynamics DynamicsOf(Struct row) =>
            JsonParser.Default.Parse<VehicleDynamics>(JsonFormatter.Default.Format(row.Inner("dynamics")));
    }
}
