#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Makes parts of a prefab's renderers, so that it is drawn, moved and labelled as streamed parts are:
    /// what a prefab's scripts or animators would move, no label could follow.
    /// </summary>
    /// <remarks>
    /// A renderer belongs to the streamed part that it, or the nearest transform above it, is named as; that
    /// transform is then the part's frame. All others belong to the first part that follows no wheel, and the
    /// prefab's frame is that of the body.
    /// </remarks>
    public sealed class PrefabMeshes
    {
        private readonly MeshLibrary _meshes;
        private readonly MaterialLibrary _materials;

        /// <summary>Takes where meshes and materials go.</summary>
        public PrefabMeshes(MeshLibrary meshes, MaterialLibrary materials)
        {
            _meshes = meshes;
            _materials = materials;
        }

        /// <summary>Returns a handle for each part of a kind of body that a prefab stands for.</summary>
        /// <exception cref="Refusal">If the prefab's meshes cannot be read.</exception>
        public int[] Add(GameObject prefab, Wire.Prototype prototype)
        {
            var owners = new MeshArraysList[prototype.Parts.Count];
            for (int i = 0; i < owners.Length; i++)
            {
                owners[i] = new MeshArraysList(prototype.Name + " " + prototype.Parts[i].Name);
            }
            foreach (var renderer in prefab.GetComponentsInChildren<Renderer>())
            {
                int part = PartOf(renderer.transform, prefab.transform, prototype, out Matrix4x4 partFromWorld);
                Mesh? mesh = MeshOf(renderer);
                if (mesh != null && part >= 0)
                {
                    CheckReadable(mesh, prefab);
                    PrefabBones? bones = _meshes.IsSkinned(prototype.Parts[part]) ? prefab.GetComponent<PrefabBones>() : null;
                    owners[part].Append(mesh, renderer, partFromWorld, bones, _materials);
                }
            }
            var handles = new int[owners.Length];
            for (int i = 0; i < handles.Length; i++)
            {
                handles[i] = owners[i].IsEmpty ? _meshes.AddPart(new Level[0]) : AddPart(owners[i], prototype.Parts[i]);
            }
            return handles;
        }

        /// <summary>A prefab has one level of detail, seen as far as the streamed part is.</summary>
        private int AddPart(MeshArraysList list, Wire.Part part)
        {
            double farthest = 0;
            foreach (var level in part.Lods)
            {
                farthest = level.Mesh.Length > 0 ? Math.Max(farthest, level.MaxDistanceM) : farthest;
            }
            int mesh = _meshes.AddNameless(MeshBuilder.Build(list.ToArrays(), _materials));
            return _meshes.AddPart(new[] { new Level(farthest, mesh) });
        }

        private static int PartOf(
            Transform transform, Transform root, Wire.Prototype prototype, out Matrix4x4 partFromWorld)
        {
            for (Transform at = transform; at != root && at.parent != null; at = at.parent)
            {
                for (int i = 0; i < prototype.Parts.Count; i++)
                {
                    if (prototype.Parts[i].Name == at.name)
                    {
                        partFromWorld = FromWorld(at);
                        return i;
                    }
                }
            }
            for (int i = 0; i < prototype.Parts.Count; i++)
            {
                if (!prototype.Parts[i].HasWheel)
                {
                    partFromWorld = BodyFromPart(prototype.Parts[i]).inverse * FromWorld(root);
                    return i;
                }
            }
            partFromWorld = Matrix4x4.identity;
            return -1;
        }

        /// <summary>Returns what takes points to a transform's axes; scales above it stay in the mesh.</summary>
        private static Matrix4x4 FromWorld(Transform transform) =>
            Matrix4x4.TRS(transform.position, transform.rotation, Vector3.one).inverse;

        /// <summary>Returns where a checked part sits at rest, Unity's axes, m.</summary>
        private static Matrix4x4 BodyFromPart(Wire.Part part) => Matrix4x4.TRS(
            Decode.Raw<BodyFrame>(part.BodyFromPart.Position).Unity(),
            Decode.Rotation<BodyFrame>(part.BodyFromPart.Rotation, part.Name).Unity(),
            Vector3.one);

        private static Mesh? MeshOf(Renderer renderer)
        {
            if (renderer is SkinnedMeshRenderer skinned)
            {
                return skinned.sharedMesh;
            }
            return renderer.TryGetComponent(out MeshFilter filter) ? filter.sharedMesh : null;
        }

        private static void CheckReadable(Mesh mesh, GameObject prefab)
        {
            if (!mesh.isReadable)
            {
                throw Refusal.NotNow(
                    $"The mesh {mesh.name} of the prefab {prefab.name} cannot be read: tick Read/Write in its import settings.");
            }
        }
    }
}
#endif
