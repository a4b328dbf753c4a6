#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>The streamed meshes, in Unity's frame, by their index.</summary>
    public sealed class MeshLibrary
    {
        private readonly MaterialLibrary _materials;
        private readonly Dictionary<string, int> _index = new Dictionary<string, int>();
        private readonly List<StageMesh> _meshes = new List<StageMesh>();

        /// <summary>Takes the materials that vertices name.</summary>
        public MeshLibrary(MaterialLibrary materials) => _materials = materials;

        /// <summary>Bounds of all meshes and levels of detail of all parts.</summary>
        public SceneTables Tables { get; } = new SceneTables();

        /// <summary>Returns a mesh by its index.</summary>
        public StageMesh this[int index] => _meshes[index];

        /// <summary>Takes a checked mesh.</summary>
        public void Add(Wire.Mesh message)
        {
            _index[message.Name] = _meshes.Count;
            AddNameless(MeshBuilder.Build(message, _materials));
        }

        /// <summary>Takes a mesh of a prefab; returns its index.</summary>
        public int AddNameless(StageMesh mesh)
        {
            _meshes.Add(mesh);
            Tables.Meshes.Add(mesh.Bounds);
            Tables.Vertices.Add(mesh.Vertices);
            return _meshes.Count - 1;
        }

        /// <summary>Returns whether one of a part's meshes follows bones.</summary>
        public bool IsSkinned(Wire.Part part)
        {
            foreach (var level in part.Lods)
            {
                if (level.Mesh.Length > 0 && _meshes[_index[level.Mesh]].IsSkinned)
                {
                    return true;
                }
            }
            return false;
        }

        /// <summary>Takes a part, whose meshes are there; returns its handle.</summary>
        public int AddPart(Wire.Part part)
        {
            var levels = new Level[part.Lods.Count];
            for (int i = 0; i < levels.Length; i++)
            {
                string name = part.Lods[i].Mesh;
                levels[i] = new Level(part.Lods[i].MaxDistanceM, name.Length > 0 ? _index[name] : -1);
            }
            return AddPart(levels);
        }

        /// <summary>Takes a part by its levels; returns its handle.</summary>
        public int AddPart(Level[] levels)
        {
            Tables.Parts.Add(levels);
            return Tables.Parts.Count - 1;
        }

        /// <summary>Gives all meshes back.</summary>
        public void Release()
        {
            foreach (var mesh in _meshes)
            {
                Object.Destroy(mesh.Mesh);
            }
            _meshes.Clear();
            _index.Clear();
        }
    }
}
#endif
