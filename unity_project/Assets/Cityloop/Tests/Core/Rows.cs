#nullable enable
using System.Collections.Generic;
using Cityloop.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cityloop.Core.Tests
{
    /// <summary>What the rows of cameras.json describe.</summary>
    internal static class Rows
    {
        public static CameraView View(Struct row) => new CameraView(
            row.Text("name"), (int)row.Number("width"), (int)row.Number("height"), row.Number("fx"), row.Number("fy"),
            row.Number("cx"), row.Number("cy"), row.Number("near_m"), row.Number("far_m"), row.Numbers("previous"),
            row.Numbers("current"), row.Numbers("next"), 0);

        /// <summary>Returns a body with one wheel, which its only part follows, at three instants.</summary>
        public static ThreeInstants Instants(Struct row)
        {
            double[] place = row.Inner("part").Numbers("position"), turn = row.Inner("part").Numbers("quaternion");
            var message = new Prototype { Name = "body", Dynamics = new VehicleDynamics() };
            message.Dynamics.Wheels.Add(new Wheel { RadiusM = 0.3 });
            var part = new PartPlace(
                new Vec3<BodyFrame>(place[0], place[1], place[2]),
                new Quat<BodyFrame>(turn[0], turn[1], turn[2], turn[3]), 0,
                row.Inner("part").Fields["steers_only"].BoolValue, false);
            var kind = new LoadedPrototype(message, new[] { 0 }, new[] { part }, new CollisionShape[0], null);
            var tints = new float[24];
            var info = new BodyInfo(1, kind, (uint)row.Number("instance_id"), 13, tints);
            var cast = new Cast(new List<BodyInfo> { info });
            double dt = row.Number("dt_s");
            return ThreeInstants.Around(
                At(row.Inner("previous"), cast, dt), At(row.Inner("current"), cast, dt), At(row.Inner("next"), cast, dt));
        }

        private static Snapshot At(Struct instant, Cast cast, double dtS)
        {
            double[] p = instant.Numbers("position"), q = instant.Numbers("quaternion");
            double[] v = instant.Numbers("velocity"), w = instant.Numbers("angular_velocity");
            var motions = new Motions(cast);
            motions.Set(0, new Motion
            {
                Position = new Vec3<WorldFrame>(p[0], p[1], p[2]),
                Rotation = new Quat<WorldFrame>(q[0], q[1], q[2], q[3]),
                Velocity = new Vec3<WorldFrame>(v[0], v[1], v[2]),
                AngularVelocity = new Vec3<WorldFrame>(w[0], w[1], w[2]),
            });
            instant.Numbers("wheel").CopyTo(motions.Wheels, 0);
            return new Snapshot
            {
                DtS = dtS,
                Cast = cast,
                Motions = motions,
                Kinds = new[] { BodyKind.Kinematic },
                Lamps = new uint[] { 5 },
                Jumped = new bool[1],
            };
        }
    }
}
