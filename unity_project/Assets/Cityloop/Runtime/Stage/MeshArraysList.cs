#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Joins the meshes of several renderers of a prefab into the mesh of one part.</summary>
    public sealed class MeshArraysList
    {
        private readonly string _name;
        private readonly List<Vector3> _positions = new List<Vector3>();
        private readonly List<Vector3> _normals = new List<Vector3>();
        private readonly List<Vector2> _uvs = new List<Vector2>();
        private readonly List<int> _materials = new List<int>();
        private readonly List<Vector4> _joints = new List<Vector4>();
        private readonly List<Vector4> _weights = new List<Vector4>();
        private readonly List<int> _triangles = new List<int>();
        private int _boneCount;

        /// <summary>Begins a mesh with a name for people.</summary>
        public MeshArraysList(string name) => _name = name;

        /// <summary>Nothing was appended.</summary>
        public bool IsEmpty => _triangles.Count == 0;

        /// <summary>Appends a renderer's mesh.</summary>
        /// <param name="mesh">What it shows.</param>
        /// <param name="renderer">Where it is, and with what materials.</param>
        /// <param name="partFromWorld">Takes points to the part's frame, Unity's axes, m.</param>
        /// <param name="bones">The kind's bones, null for a rigid part.</param>
        /// <param name="materials">Where its materials go.</param>
        public void Append(
            Mesh mesh, Renderer renderer, Matrix4x4 partFromWorld, PrefabBones? bones, MaterialLibrary materials)
        {
            var toPart = partFromWorld * renderer.transform.localToWorldMatrix;
            var skinned = bones != null && renderer is SkinnedMeshRenderer ? (SkinnedMeshRenderer)renderer : null;
            var looks = renderer.sharedMaterials;
            var vertices = mesh.vertices;
            var normals = mesh.normals;
            var uvs = mesh.uv;
            var weights = skinned != null ? mesh.boneWeights : new BoneWeight[0];
            for (int submesh = 0; submesh < mesh.subMeshCount; submesh++)
            {
                int material = materials.AddForeign(looks[Mathf.Min(submesh, looks.Length - 1)]);
                int first = _positions.Count;
                for (int i = 0; i < vertices.Length; i++)
                {
                    _positions.Add(toPart.MultiplyPoint3x4(vertices[i]));
                    _normals.Add(toPart.MultiplyVector(normals.Length > 0 ? normals[i] : Vector3.up).normalized);
                    _uvs.Add(uvs.Length > 0 ? uvs[i] : Vector2.zero);
                    _materials.Add(material);
                    AppendBones(weights.Length > 0 ? weights[i] : default, skinned, bones);
                }
                AppendTriangles(mesh.GetTriangles(submesh), first, toPart.determinant < 0);
            }
            _boneCount = bones != null ? bones.Count : 0;
        }

        /// <summary>Returns the joined mesh.</summary>
        public MeshArrays ToArrays() => new MeshArrays
        {
            Name = _name,
            Positions = _positions.ToArray(),
            Normals = _normals.ToArray(),
            Uvs = _uvs.ToArray(),
            Materials = _materials.ToArray(),
            Joints = _joints.ToArray(),
            Weights = _weights.ToArray(),
            Triangles = _triangles.ToArray(),
            BoneCount = _boneCount,
        };

        /// <summary>Appends triangles; those of a mirrored mesh are turned round.</summary>
        private void AppendTriangles(int[] triangles, int first, bool isMirrored)
        {
            for (int i = 0; i < triangles.Length; i += 3)
            {
                _triangles.Add(first + triangles[i]);
                _triangles.Add(first + triangles[isMirrored ? i + 2 : i + 1]);
                _triangles.Add(first + triangles[isMirrored ? i + 1 : i + 2]);
            }
        }

        /// <summary>Maps a vertex's bones to those of the kind; a rigid piece follows the first one.</summary>
        private void AppendBones(BoneWeight weight, SkinnedMeshRenderer? renderer, PrefabBones? bones)
        {
            if (bones == null)
            {
                return;
            }
            if (renderer == null)
            {
                _joints.Add(Vector4.zero);
                _weights.Add(new Vector4(1, 0, 0, 0));
                return;
            }
            var theirs = renderer.bones;
            _joints.Add(new Vector4(
                bones.IndexOf(theirs[weight.boneIndex0]), bones.IndexOf(theirs[weight.boneIndex1]),
                bones.IndexOf(theirs[weight.boneIndex2]), bones.IndexOf(theirs[weight.boneIndex3])));
            _weights.Add(new Vector4(weight.weight0, weight.weight1, weight.weight2, weight.weight3));
        }
    }
}
#endif
