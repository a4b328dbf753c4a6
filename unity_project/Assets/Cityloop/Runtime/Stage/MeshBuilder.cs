#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Rendering;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Builds Unity's meshes. Vertex channels are those of CityloopLabelPass.hlsl: texture coordinates 0
    /// the texture's, 1 the material (x), 2 joints, 3 weights; skinned meshes have Unity's own bone
    /// weights as well, for the picture.
    /// </summary>
    public static class MeshBuilder
    {
        private const int GroupCount = (int)LabelGroup.None;

        /// <summary>Returns a streamed mesh in Unity's frame.</summary>
        public static StageMesh Build(Wire.Mesh message, MaterialLibrary materials) =>
            Build(MeshArrays.Read(message), materials);

        /// <summary>Returns a mesh of arrays in Unity's frame.</summary>
        public static StageMesh Build(MeshArrays arrays, MaterialLibrary materials)
        {
            arrays.GiveTrianglesOneMaterial();
            var mesh = new Mesh
            {
                name = arrays.Name,
                indexFormat = arrays.Positions.Length > ushort.MaxValue ? IndexFormat.UInt32 : IndexFormat.UInt16,
                hideFlags = HideFlags.DontSave,
            };
            mesh.SetVertices(arrays.Positions);
            mesh.SetNormals(arrays.Normals);
            mesh.SetUVs(0, arrays.Uvs);
            mesh.SetUVs(1, arrays.MaterialChannel());
            if (arrays.BoneCount > 0)
            {
                mesh.SetUVs(2, arrays.Joints);
                mesh.SetUVs(3, arrays.Weights);
                mesh.boneWeights = arrays.BoneWeights();
                mesh.bindposes = Repeat(Matrix4x4.identity, arrays.BoneCount);
            }
            var order = SortedTriangles(arrays, materials);
            mesh.SetIndexBufferParams(order.Count * 3, mesh.indexFormat);
            var indices = new int[order.Count * 3];
            for (int i = 0; i < indices.Length; i++)
            {
                indices[i] = arrays.Triangles[order[i / 3] * 3 + i % 3];
            }
            Upload(mesh, indices);
            var used = Submeshes(arrays, materials, order, out var ranges, out int[] groups);
            mesh.subMeshCount = ranges.Count;
            for (int i = 0; i < ranges.Count; i++)
            {
                mesh.SetSubMesh(i, ranges[i], MeshUpdateFlags.DontValidateIndices | MeshUpdateFlags.DontRecalculateBounds);
            }
            mesh.RecalculateBounds();
            mesh.UploadMeshData(true);
            return new StageMesh(mesh, used, groups, arrays.Sphere(), arrays.AllVertices());
        }

        private static void Upload(Mesh mesh, int[] indices)
        {
            const MeshUpdateFlags flags = MeshUpdateFlags.DontValidateIndices | MeshUpdateFlags.DontRecalculateBounds;
            if (mesh.indexFormat == IndexFormat.UInt32)
            {
                mesh.SetIndexBufferData(indices, 0, 0, indices.Length, flags);
                return;
            }
            mesh.SetIndexBufferData(Array.ConvertAll(indices, i => (ushort)i), 0, 0, indices.Length, flags);
        }

        /// <summary>Returns the triangles by label group, then by material.</summary>
        private static List<int> SortedTriangles(MeshArrays arrays, MaterialLibrary materials)
        {
            var order = new List<int>();
            for (int triangle = 0; triangle < arrays.Triangles.Length / 3; triangle++)
            {
                order.Add(triangle);
            }
            order.Sort((a, b) =>
            {
                int ma = arrays.MaterialOf(a), mb = arrays.MaterialOf(b);
                int byGroup = ((int)materials.GroupOf(ma)).CompareTo((int)materials.GroupOf(mb));
                int byMaterial = byGroup != 0 ? byGroup : ma.CompareTo(mb);
                return byMaterial != 0 ? byMaterial : a.CompareTo(b);
            });
            return order;
        }

        private static int[] Submeshes(
            MeshArrays arrays, MaterialLibrary materials, List<int> order, out List<SubMeshDescriptor> ranges,
            out int[] groups)
        {
            ranges = new List<SubMeshDescriptor>();
            var used = new List<int>();
            var groupStart = new int[GroupCount];
            var groupCount = new int[GroupCount];
            for (int i = 0; i < order.Count;)
            {
                int material = arrays.MaterialOf(order[i]);
                int first = i;
                while (i < order.Count && arrays.MaterialOf(order[i]) == material)
                {
                    i++;
                }
                used.Add(material);
                ranges.Add(new SubMeshDescriptor(first * 3, (i - first) * 3));
                int group = (int)materials.GroupOf(material);
                if (group == (int)LabelGroup.None)
                {
                    continue;
                }
                groupStart[group] = groupCount[group] == 0 ? first : groupStart[group];
                groupCount[group] += i - first;
            }
            groups = new int[GroupCount];
            for (int group = 0; group < GroupCount; group++)
            {
                groups[group] = groupCount[group] > 0 ? ranges.Count : -1;
                if (groupCount[group] > 0)
                {
                    ranges.Add(new SubMeshDescriptor(groupStart[group] * 3, groupCount[group] * 3));
                }
            }
            return used.ToArray();
        }

        private static Matrix4x4[] Repeat(Matrix4x4 matrix, int count)
        {
            var matrices = new Matrix4x4[count];
            for (int i = 0; i < count; i++)
            {
                matrices[i] = matrix;
            }
            return matrices;
        }
    }
}
#endif
