#nullable enable
using System;
using System.Linq;
using Cityloop.Core;
using Google.Protobuf;
using NUnit.Framework;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime.Tests
{
    /// <summary>Meshes of the wire in Unity's frame; needs no player.</summary>
    public sealed class MeshArraysTests
    {
        [Test]
        public void ATriangleIsClockwiseSeenFromOutside()
        {
            MeshArrays arrays = MeshArrays.Read(Square(new ushort[4]));
            for (int triangle = 0; triangle < 2; triangle++)
            {
                Vector3 a = Corner(arrays, triangle, 0), b = Corner(arrays, triangle, 1), c = Corner(arrays, triangle, 2);
                // Of a left-handed frame: the cross product of clockwise edges points to the viewer.
                float facing = Vector3.Dot(Vector3.Cross(b - a, c - a), arrays.Normals[arrays.Triangles[triangle * 3]]);
                Assert.IsTrue(facing > 0, $"triangle {triangle}");
            }
        }

        [Test]
        public void PlacesAndNormalsAreInUnitysFrame()
        {
            MeshArrays arrays = MeshArrays.Read(Square(new ushort[4]));
            // World (5, 1, -1): 5 ahead, 1 to the left, 1 down.
            Assert.AreEqual(new Vector3(-1, -1, 5), arrays.Positions[0]);
            Assert.AreEqual(new Vector3(0, 0, -1), arrays.Normals[0]);
        }

        [Test]
        public void TheFirstVertexDecidesForATriangleAndOthersAreDoubled()
        {
            MeshArrays arrays = MeshArrays.Read(Square(new ushort[] { 4, 4, 4, 9 }));
            arrays.GiveTrianglesOneMaterial();
            Assert.AreEqual(4, arrays.MaterialOf(0));
            Assert.AreEqual(4, arrays.MaterialOf(1));
            Assert.AreEqual(5, arrays.Positions.Length);
            foreach (int vertex in arrays.Triangles)
            {
                Assert.AreEqual(4, arrays.Materials[vertex]);
            }
            Assert.IsTrue(arrays.Triangles.Select(i => arrays.Positions[i]).Contains(arrays.Positions[3]));
        }

        [Test]
        public void BonesAndTheirWeightsGoToTheVertices()
        {
            Wire.Mesh message = Square(new ushort[4]);
            message.Joints = ByteString.CopyFrom(Enumerable.Range(0, 16).Select(i => (byte)i).ToArray());
            message.Weights = Bytes(Enumerable.Range(0, 16).Select(i => i % 4 == 0 ? 0.75f : i % 4 == 1 ? 0.25f : 0f).ToArray());
            MeshArrays arrays = MeshArrays.Read(message);
            Assert.AreEqual(16, arrays.BoneCount);
            BoneWeight weight = arrays.BoneWeights()[2];
            Assert.AreEqual(8, weight.boneIndex0);
            Assert.AreEqual(9, weight.boneIndex1);
            Assert.AreEqual(0.75f, weight.weight0);
            Assert.AreEqual(new Vector4(8, 9, 10, 11), arrays.Joints[2]);
        }

        [Test]
        public void TheSphereHoldsAllVerticesInTheProtocolsFrame()
        {
            MeshBounds sphere = MeshArrays.Read(Square(new ushort[4])).Sphere();
            Assert.AreEqual(5.0, sphere.X, 1e-6);
            Assert.AreEqual(0.0, sphere.Y, 1e-6);
            Assert.AreEqual(0.0, sphere.Z, 1e-6);
            Assert.AreEqual(Math.Sqrt(2), sphere.RadiusM, 1e-6);
        }

        /// <summary>Returns a square 5 m ahead, 2 m wide and high, that faces -x; counter-clockwise from there.</summary>
        private static Wire.Mesh Square(ushort[] materials) => new Wire.Mesh
        {
            Name = "square",
            Positions = Bytes(new float[] { 5, 1, -1, 5, -1, -1, 5, -1, 1, 5, 1, 1 }),
            Normals = Bytes(new float[] { -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0 }),
            Materials = Bytes(materials),
            Indices = Bytes(new uint[] { 0, 1, 2, 0, 2, 3 }),
        };

        private static Vector3 Corner(MeshArrays arrays, int triangle, int corner) =>
            arrays.Positions[arrays.Triangles[triangle * 3 + corner]];

        private static ByteString Bytes(Array numbers)
        {
            var bytes = new byte[Buffer.ByteLength(numbers)];
            Buffer.BlockCopy(numbers, 0, bytes, 0, bytes.Length);
            return ByteString.CopyFrom(bytes);
        }
    }
}
