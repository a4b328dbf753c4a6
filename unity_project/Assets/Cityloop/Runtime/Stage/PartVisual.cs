#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>The picture of one part of a body: a renderer whose mesh changes with the distance.</summary>
    public sealed class PartVisual
    {
        private readonly MeshLibrary _meshes;
        private readonly MaterialLibrary _materials;
        private readonly GameObject _place;
        private readonly MaterialPropertyBlock _block = new MaterialPropertyBlock();
        private readonly int _boneCount;
        private readonly PartLamps? _lights;
        private MeshFilter? _filter;
        private Renderer? _renderer;
        private BoneRig? _rig;
        private int _mesh = -1;
        private uint _lamps;
        private bool _looksSet;

        /// <summary>Makes an empty part.</summary>
        /// <param name="stage">What all parts hang on.</param>
        /// <param name="boneCount">Bones of the body, 0 for a rigid part.</param>
        /// <param name="meshes">The scene's.</param>
        /// <param name="materials">The scene's.</param>
        /// <param name="lamps">The scene's.</param>
        /// <param name="part">Handle of the part.</param>
        public PartVisual(
            Transform stage, int boneCount, MeshLibrary meshes, MaterialLibrary materials, LampLibrary lamps, int part)
        {
            _meshes = meshes;
            _materials = materials;
            _boneCount = boneCount;
            _place = new GameObject("part");
            _place.transform.SetParent(stage, false);
            _lights = lamps.Make(part, _place.transform);
        }

        /// <summary>Puts it where a row of the instances is.</summary>
        public void Place(Instances instances, int row)
        {
            Matrices.Place(_place.transform, CameraMatrices.UnityFromPart(instances.Current, row * 12));
            if (_boneCount > 0)
            {
                _rig ??= new BoneRig(_place.transform, _boneCount);
                _rig.Pose(instances.BonesCurrent, instances.Bones[row]);
            }
        }

        /// <summary>Shows a mesh, or nothing for -1, in the colours and lamps of a row of the instances.</summary>
        public void Show(int mesh, Instances instances, int row, bool shadowOnly)
        {
            _lights?.Show(instances.Lamps[row]);
            if (mesh != _mesh)
            {
                Use(mesh);
            }
            if (_renderer == null)
            {
                return;
            }
            _renderer.enabled = mesh >= 0;
            if (mesh < 0)
            {
                return;
            }
            _renderer.shadowCastingMode = shadowOnly ? ShadowCastingMode.ShadowsOnly : ShadowCastingMode.On;
            if (!_looksSet || _lamps != instances.Lamps[row])
            {
                _lamps = instances.Lamps[row];
                _looksSet = true;
                Vary(_meshes[mesh], instances, row);
            }
        }

        /// <summary>Removes it.</summary>
        public void Remove() => Object.Destroy(_place);

        private void Use(int mesh)
        {
            _mesh = mesh;
            _looksSet = false;
            if (mesh < 0)
            {
                return;
            }
            StageMesh shown = _meshes[mesh];
            if (_renderer == null)
            {
                Make();
            }
            if (_renderer is SkinnedMeshRenderer skinned)
            {
                skinned.sharedMesh = shown.Mesh;
                skinned.bones = _rig!.FirstBones(shown.Bounds.BoneCount);
            }
            else
            {
                _filter!.sharedMesh = shown.Mesh;
            }
            var pictures = new Material[shown.Materials.Length];
            for (int i = 0; i < pictures.Length; i++)
            {
                pictures[i] = _materials[shown.Materials[i]].Picture;
            }
            _renderer!.sharedMaterials = pictures;
        }

        private void Make()
        {
            if (_boneCount == 0)
            {
                _filter = _place.AddComponent<MeshFilter>();
                _renderer = _place.AddComponent<MeshRenderer>();
                return;
            }
            _rig ??= new BoneRig(_place.transform, _boneCount);
            var skinned = _place.AddComponent<SkinnedMeshRenderer>();
            skinned.quality = SkinQuality.Bone4;
            skinned.updateWhenOffscreen = true;
            // Cameras are drawn when a client asks, not once a frame of the player.
            skinned.forceMatrixRecalculationPerRender = true;
            _renderer = skinned;
        }

        private void Vary(StageMesh mesh, Instances instances, int row)
        {
            for (int i = 0; i < mesh.Materials.Length; i++)
            {
                if (!_materials[mesh.Materials[i]].Varies)
                {
                    _renderer!.SetPropertyBlock(null, i);
                    continue;
                }
                _block.Clear();
                _materials.Vary(_block, mesh.Materials[i], instances.Tints, row * 24, instances.Lamps[row]);
                _renderer!.SetPropertyBlock(_block, i);
            }
        }
    }
}
#endif
