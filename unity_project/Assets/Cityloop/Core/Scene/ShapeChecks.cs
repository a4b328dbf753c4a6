#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Checks the collision shapes and the dynamics of a prototype.</summary>
    internal static class ShapeChecks
    {
        /// <summary>Returns a collision shape; <paramref name="what"/> names its prototype in a refusal.</summary>
        public static CollisionShape Read(
            Collider collider, IReadOnlyDictionary<string, MeshGeometry> meshes, string what)
        {
            double friction = collider.Friction;
            if (!(friction >= 0.0 && friction < 100.0))
            {
                throw Refusal.Invalid(
                    $"{what} has a collider with friction {Words.Short(friction)}: it must be 0 or more.");
            }
            switch (collider.ShapeCase)
            {
                case Collider.ShapeOneofCase.Box:
                    Vec3<BodyFrame> half = Decode.Vector<BodyFrame>(collider.Box.HalfExtents, $"{what}, box collider");
                    if (Math.Min(half.X, Math.Min(half.Y, half.Z)) <= 0.0)
                    {
                        throw Refusal.Invalid(
                            $"{what} has a box collider of half extents {Words.Full(half)}: all must be above 0.");
                    }
                    return CollisionShape.Box(
                        Decode.Vector<BodyFrame>(collider.Box.Center, $"{what}, box collider"), half, friction);
                case Collider.ShapeOneofCase.Capsule:
                    CapsuleCollider capsule = collider.Capsule;
                    double radius = Decode.Positive(capsule.RadiusM, $"{what}: the radius of a capsule collider");
                    double halfHeight = Decode.Positive(
                        capsule.HalfHeightM, $"{what}: the half height of a capsule collider");
                    return CollisionShape.Capsule(
                        Decode.Vector<BodyFrame>(capsule.Center, $"{what}, capsule collider"),
                        halfHeight,
                        radius,
                        friction);
                case Collider.ShapeOneofCase.Mesh:
                    return CollisionShape.Triangles(MeshOf(collider.Mesh.Mesh, meshes, what), friction);
                default:
                    throw Refusal.Invalid(
                        $"{what} has a collider without a shape: give a box, a capsule or a mesh.");
            }
        }

        /// <summary>Refuses dynamics that no vehicle can have.</summary>
        public static void Check(VehicleDynamics dynamics, string what)
        {
            Decode.Positive(dynamics.MassKg, $"{what}: its mass");
            Decode.Vector<BodyFrame>(dynamics.CenterOfMass, $"{what}: its centre of mass");
            CheckGreatest(dynamics.MaxDriveForceN, "drive force", what);
            CheckGreatest(dynamics.MaxBrakeForceN, "brake force", what);
            CheckGreatest(dynamics.MaxSteeringAngleRad, "steering angle", what);
            CheckGreatest(dynamics.DragAreaM2, "drag area", what);
            Decode.Positive(dynamics.MaxSpeedMps, $"{what}: its top speed");
            for (int i = 0; i < dynamics.Wheels.Count; i++)
            {
                Decode.Vector<BodyFrame>(dynamics.Wheels[i].Center, $"{what}, wheel {i}");
                Decode.Positive(dynamics.Wheels[i].RadiusM, $"{what}: the radius of wheel {i}");
            }
        }

        private static MeshGeometry MeshOf(
            string name, IReadOnlyDictionary<string, MeshGeometry> meshes, string what)
        {
            if (!meshes.TryGetValue(name, out MeshGeometry? mesh))
            {
                throw Refusal.Invalid(
                    $"{what} collides with the mesh {Words.Quoted(name)}, which was not sent before it.");
            }
            if (mesh.Indices.Length == 0)
            {
                throw Refusal.Invalid(
                    $"{what} collides with the mesh {Words.Quoted(name)}, which has no triangles.");
            }
            return mesh;
        }

        private static void CheckGreatest(double value, string name, string what)
        {
            if (!(value >= 0.0 && value < double.PositiveInfinity))
            {
                throw Refusal.Invalid(
                    $"{what} has a greatest {name} of {Words.Short(value)}: it must be 0 or more.");
            }
        }
    }
}
