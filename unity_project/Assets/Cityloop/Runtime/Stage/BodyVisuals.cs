#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>The pictures of all bodies: renderers that ordinary cameras of any pipeline see.</summary>
    public sealed class BodyVisuals
    {
        private readonly Transform _stage;
        private readonly MeshLibrary _meshes;
        private readonly MaterialLibrary _materials;
        private readonly LampLibrary _lamps;
        private Dictionary<(uint Body, int Part), PartVisual> _parts =
            new Dictionary<(uint Body, int Part), PartVisual>();

        private PartVisual[] _byRow = new PartVisual[0];
        private object? _statics;

        /// <summary>Makes an empty stage.</summary>
        public BodyVisuals(Transform stage, MeshLibrary meshes, MaterialLibrary materials, LampLibrary lamps)
        {
            _stage = stage;
            _meshes = meshes;
            _materials = materials;
            _lamps = lamps;
        }

        /// <summary>Puts all bodies where they are; those that are gone are removed, new ones made.</summary>
        public void Place(Instances instances)
        {
            var rows = new PartVisual[instances.Count];
            var parts = new Dictionary<(uint Body, int Part), PartVisual>(instances.Count);
            bool staticsStay = instances.StaticsVersion != null && instances.StaticsVersion == _statics;
            uint body = 0;
            int part = 0;
            for (int row = 0; row < rows.Length; row++)
            {
                part = row > 0 && instances.Body[row] == body ? part + 1 : 0;
                body = instances.Body[row];
                var key = (body, part);
                bool isNew = !_parts.TryGetValue(key, out PartVisual? visual);
                visual ??= new PartVisual(
                    _stage, BonesOf(instances, row), _meshes, _materials, _lamps, instances.Part[row]);
                _parts.Remove(key);
                parts[key] = rows[row] = visual;
                if (isNew || row < instances.FirstStatic || !staticsStay)
                {
                    visual.Place(instances, row);
                }
            }
            foreach (var gone in _parts.Values)
            {
                gone.Remove();
            }
            _parts = parts;
            _byRow = rows;
            _statics = instances.StaticsVersion;
        }

        /// <summary>Shows the meshes that a camera sees; the hidden body casts its shadow only.</summary>
        /// <param name="instances">Those that were placed last.</param>
        /// <param name="meshes">A mesh for each, -1 for none.</param>
        /// <param name="hidden">Id of the hidden body, 0 for none.</param>
        public void Show(Instances instances, int[] meshes, uint hidden)
        {
            for (int row = 0; row < _byRow.Length; row++)
            {
                bool isHidden = hidden != 0 && instances.Body[row] == hidden;
                _byRow[row].Show(meshes[row], instances, row, isHidden);
            }
        }

        /// <summary>Removes everything.</summary>
        public void Clear()
        {
            foreach (var part in _parts.Values)
            {
                part.Remove();
            }
            _parts.Clear();
            _byRow = new PartVisual[0];
            _statics = null;
        }

        /// <summary>Returns the bones that a part's levels of detail need, 0 for a rigid one.</summary>
        private int BonesOf(Instances instances, int row)
        {
            int bones = 0;
            if (instances.Bones[row] >= 0)
            {
                foreach (var level in _meshes.Tables.Parts[instances.Part[row]])
                {
                    bones = level.Mesh < 0 ? bones : Mathf.Max(bones, _meshes[level.Mesh].Bounds.BoneCount);
                }
            }
            return bones;
        }
    }
}
#endif
