#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core.Tests
{
    /// <summary>A scene of a few boxes: "ground", "car" (drives), "person" (walks, falls, two bones), "crate".</summary>
    internal static class SmallScene
    {
        public static List<LoadSceneRequest> Items() => new List<LoadSceneRequest>
        {
            new LoadSceneRequest { Material = new Material { Name = "grey", BaseColor = new Color() } },
            new LoadSceneRequest { Mesh = Triangle("floor") },
            new LoadSceneRequest { Prototype = Ground() },
            new LoadSceneRequest { Prototype = Car() },
            new LoadSceneRequest { Prototype = Person() },
            new LoadSceneRequest { Prototype = Crate() },
        };

        public static Mesh Triangle(string name) => new Mesh
        {
            Name = name,
            Positions = Bytes(new float[] { -99, -99, 0, 99, -99, 0, 0, 99, 0 }),
            Normals = Bytes(new float[] { 0, 0, 1, 0, 0, 1, 0, 0, 1 }),
            Materials = ByteString.CopyFrom(new byte[6]),
            Indices = Bytes(new uint[] { 0, 1, 2 }),
        };

        public static Body BodyOf(uint id, string prototype, BodyKind kind, double x = 0, double y = 0) => new Body
        {
            Id = id,
            Prototype = prototype,
            Kind = kind,
            Pose = new Pose { Position = Vector(x, y, 0), Rotation = new Quaternion { W = 1 } },
        };

        public static Vector3 Vector(double x, double y, double z) => new Vector3 { X = x, Y = y, Z = z };

        public static ByteString Bytes(Array numbers)
        {
            var bytes = new byte[Buffer.ByteLength(numbers)];
            Buffer.BlockCopy(numbers, 0, bytes, 0, bytes.Length);
            return ByteString.CopyFrom(bytes);
        }

        private static Prototype Ground() => new Prototype
        {
            Name = "ground",
            Parts = { PartOf("floor") },
            Colliders = { new Collider { Friction = 1, Mesh = new MeshCollider { Mesh = "floor" } } },
        };

        private static Prototype Crate() => new Prototype
        {
            Name = "crate",
            Colliders = { Box(0.5, 0.5, 0.5) },
        };

        private static Prototype Car()
        {
            var dynamics = new VehicleDynamics
            {
                MassKg = 1500,
                CenterOfMass = Vector(1.3, 0, 0.5),
                MaxDriveForceN = 6000,
                MaxBrakeForceN = 15000,
                MaxSteeringAngleRad = 0.6,
                MaxSpeedMps = 50,
            };
            foreach (double x in new[] { 2.6, 0.0 })
            {
                foreach (double y in new[] { 0.8, -0.8 })
                {
                    dynamics.Wheels.Add(
                        new Wheel { Center = Vector(x, y, 0.3), RadiusM = 0.3, WidthM = 0.2, Steered = x > 1 });
                }
            }
            return new Prototype
            {
                Name = "car",
                Parts = { PartOf("floor") },
                Colliders = { Box(2.2, 0.9, 0.7) },
                Dynamics = dynamics,
            };
        }

        private static Prototype Person() => new Prototype
        {
            Name = "person",
            BoneCount = 2,
            Colliders =
            {
                new Collider
                {
                    Friction = 0.5,
                    Capsule = new CapsuleCollider { Center = Vector(0, 0, 0.9), HalfHeightM = 0.6, RadiusM = 0.3 },
                },
            },
            Ragdoll = new Ragdoll
            {
                BoneLimbs = { 0, 1 },
                Limbs =
                {
                    new Limb
                    {
                        Name = "legs",
                        Start = Vector(0, 0, 0.1),
                        End = Vector(0, 0, 0.9),
                        RadiusM = 0.15,
                        MassKg = 40,
                        Joint = Vector(0, 0, 0.9),
                    },
                    new Limb
                    {
                        Name = "trunk",
                        Parent = 0,
                        Start = Vector(0, 0, 1.0),
                        End = Vector(0, 0, 1.6),
                        RadiusM = 0.18,
                        MassKg = 40,
                        Joint = Vector(0, 0, 0.95),
                        LowerRad = Vector(-0.5, -0.5, -0.5),
                        UpperRad = Vector(0.5, 1.5, 0.5),
                        Bone = 1,
                    },
                },
            },
        };

        private static Part PartOf(string mesh) => new Part
        {
            Name = "body",
            BodyFromPart = new Pose { Position = Vector(0, 0, 0), Rotation = new Quaternion { W = 1 } },
            Lods = { new LevelOfDetail { Mesh = mesh, MaxDistanceM = 1000 } },
        };

        private static Collider Box(double x, double y, double z) => new Collider
        {
            Friction = 0.5,
            Box = new BoxCollider { Center = Vector(0, 0, z), HalfExtents = Vector(x, y, z) },
        };
    }
}
