#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using Google.Protobuf;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>A mesh as arrays in Unity's frame (x right, y up, z forward; clockwise triangles), m.</summary>
    public sealed class MeshArrays
    {
        /// <summary>Its name, for people.</summary>
        public string Name = string.Empty;

        /// <summary>Places and unit normals of V vertices.</summary>
        public Vector3[] Positions = new Vector3[0], Normals = new Vector3[0];

        /// <summary>Texture coordinates, 1 = one repeat, v down.</summary>
        public Vector2[] Uvs = new Vector2[0];

        /// <summary>Index of the material of each vertex.</summary>
        public int[] Materials = new int[0];

        /// <summary>Indices of four bones and their weights; empty for a rigid mesh.</summary>
        public Vector4[] Joints = new Vector4[0], Weights = new Vector4[0];

        /// <summary>Three vertices a triangle.</summary>
        public int[] Triangles = new int[0];

        /// <summary>Bones that vertices name, 0 for a rigid mesh.</summary>
        public int BoneCount;

        /// <summary>Returns a checked mesh of the wire.</summary>
        public static MeshArrays Read(Wire.Mesh message)
        {
            float[] positions = Floats(message.Positions), normals = Floats(message.Normals);
            float[] uvs = Floats(message.Uvs), weights = Floats(message.Weights);
            int count = positions.Length / 3;
            var arrays = new MeshArrays
            {
                Name = message.Name,
                Positions = new Vector3[count],
                Normals = new Vector3[count],
                Uvs = new Vector2[count],
                Materials = new int[count],
                Joints = new Vector4[message.Joints.Length / 4],
                Weights = new Vector4[weights.Length / 4],
                Triangles = new int[message.Indices.Length / 4],
            };
            byte[] materials = message.Materials.ToByteArray(), joints = message.Joints.ToByteArray();
            for (int i = 0; i < count; i++)
            {
                arrays.Positions[i] = Place(positions, i);
                arrays.Normals[i] = Place(normals, i);
                arrays.Uvs[i] = uvs.Length > 0 ? new Vector2(uvs[i * 2], uvs[i * 2 + 1]) : Vector2.zero;
                arrays.Materials[i] = materials[i * 2] | materials[i * 2 + 1] << 8;
            }
            for (int i = 0; i < arrays.Joints.Length; i++)
            {
                arrays.Joints[i] = new Vector4(joints[i * 4], joints[i * 4 + 1], joints[i * 4 + 2], joints[i * 4 + 3]);
                arrays.Weights[i] = new Vector4(weights[i * 4], weights[i * 4 + 1], weights[i * 4 + 2], weights[i * 4 + 3]);
            }
            foreach (byte joint in joints)
            {
                arrays.BoneCount = Math.Max(arrays.BoneCount, joint + 1);
            }
            var indices = new int[arrays.Triangles.Length];
            Buffer.BlockCopy(message.Indices.ToByteArray(), 0, indices, 0, message.Indices.Length);
            for (int i = 0; i < indices.Length; i += 3)
            {
                // The change of frame mirrors: the first vertex stays first, the others change places.
                arrays.Triangles[i] = indices[i];
                arrays.Triangles[i + 1] = indices[i + 2];
                arrays.Triangles[i + 2] = indices[i + 1];
            }
            return arrays;
        }

        /// <summary>Returns the material of a triangle: its first vertex decides.</summary>
        public int MaterialOf(int triangle) => Materials[Triangles[triangle * 3]];

        /// <summary>
        /// Gives a triangle vertices of its own where the others name another material than the first one:
        /// graphics APIs differ in which vertex of a triangle decides.
        /// </summary>
        public void GiveTrianglesOneMaterial()
        {
            var copies = new Dictionary<(int Vertex, int Material), int>();
            var sources = new List<int>();
            var materials = new List<int>(Materials);
            for (int i = 0; i < Triangles.Length; i++)
            {
                int vertex = Triangles[i], material = materials[Triangles[i - i % 3]];
                if (materials[vertex] == material)
                {
                    continue;
                }
                if (!copies.TryGetValue((vertex, material), out int copy))
                {
                    copy = materials.Count;
                    copies[(vertex, material)] = copy;
                    sources.Add(vertex);
                    materials.Add(material);
                }
                Triangles[i] = copy;
            }
            Materials = materials.ToArray();
            Positions = Extended(Positions, sources);
            Normals = Extended(Normals, sources);
            Uvs = Extended(Uvs, sources);
            Joints = Joints.Length > 0 ? Extended(Joints, sources) : Joints;
            Weights = Weights.Length > 0 ? Extended(Weights, sources) : Weights;
        }

        /// <summary>Returns the material of each vertex as texture coordinates.</summary>
        public Vector2[] MaterialChannel() => Array.ConvertAll(Materials, m => new Vector2(m, 0));

        /// <summary>Returns joints and weights as Unity skins with them.</summary>
        public BoneWeight[] BoneWeights()
        {
            var weights = new BoneWeight[Joints.Length];
            for (int i = 0; i < weights.Length; i++)
            {
                Vector4 joint = Joints[i], weight = Weights[i];
                weights[i] = new BoneWeight
                {
                    boneIndex0 = (int)joint.x,
                    boneIndex1 = (int)joint.y,
                    boneIndex2 = (int)joint.z,
                    boneIndex3 = (int)joint.w,
                    weight0 = weight.x,
                    weight1 = weight.y,
                    weight2 = weight.z,
                    weight3 = weight.w,
                };
            }
            return weights;
        }

        /// <summary>Returns the mesh in the protocol's frame.</summary>
        public MeshVertices AllVertices()
        {
            var positions = new float[Positions.Length * 3];
            for (int i = 0; i < Positions.Length; i++)
            {
                var p = Frames.ToBody(new Vec3<UnityFrame>(Positions[i].x, Positions[i].y, Positions[i].z));
                positions[i * 3] = (float)p.X;
                positions[i * 3 + 1] = (float)p.Y;
                positions[i * 3 + 2] = (float)p.Z;
            }
            return new MeshVertices(positions, (int[])Triangles.Clone(), Flat(Joints), Flat(Weights));
        }

        /// <summary>Returns a sphere around all vertices, in the protocol's frame.</summary>
        public MeshBounds Sphere()
        {
            if (Positions.Length == 0)
            {
                return new MeshBounds(0, 0, 0, 0, BoneCount);
            }
            Bounds box = new Bounds(Positions[0], Vector3.zero);
            foreach (var position in Positions)
            {
                box.Encapsulate(position);
            }
            double radius = 0;
            foreach (var position in Positions)
            {
                radius = Math.Max(radius, (position - box.center).magnitude);
            }
            var center = Frames.ToBody(new Vec3<UnityFrame>(box.center.x, box.center.y, box.center.z));
            return new MeshBounds(center.X, center.Y, center.Z, radius, BoneCount);
        }

        private static float[] Flat(Vector4[] rows)
        {
            var numbers = new float[rows.Length * 4];
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = rows[i / 4][i % 4];
            }
            return numbers;
        }

        private static T[] Extended<T>(T[] items, List<int> sources)
        {
            int count = items.Length;
            Array.Resize(ref items, count + sources.Count);
            for (int i = 0; i < sources.Count; i++)
            {
                items[count + i] = items[sources[i]];
            }
            return items;
        }

        private static float[] Floats(ByteString bytes)
        {
            var floats = new float[bytes.Length / 4];
            Buffer.BlockCopy(bytes.ToByteArray(), 0, floats, 0, floats.Length * 4);
            return floats;
        }

        private static Vector3 Place(float[] numbers, int index) =>
            new Vec3<BodyFrame>(numbers[index * 3], numbers[index * 3 + 1], numbers[index * 3 + 2]).Unity();
    }
}
#endif
