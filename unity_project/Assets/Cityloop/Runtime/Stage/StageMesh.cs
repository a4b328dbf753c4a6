#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>How triangles are drawn in the label passes.</summary>
    public enum LabelGroup
    {
        /// <summary>Seen from outside only.</summary>
        Closed,

        /// <summary>Seen from outside only, with holes.</summary>
        Card,

        /// <summary>Seen from both sides, perhaps with holes.</summary>
        Open,

        /// <summary>In no label: panes of clear glass.</summary>
        None,
    }

    /// <summary>
    /// A mesh on the graphics card: submeshes first by material, for the picture, then by
    /// <see cref="LabelGroup"/> but None, for the labels; both lie over the same indices.
    /// </summary>
    public sealed class StageMesh
    {
        /// <summary>Takes a built mesh.</summary>
        /// <param name="mesh">Unity's frame, part, m.</param>
        /// <param name="materials">Index of the material of each of the first submeshes.</param>
        /// <param name="groups">Submesh of each <see cref="LabelGroup"/>, -1 where there is none.</param>
        /// <param name="bounds">Sphere around it, protocol's frame.</param>
        /// <param name="vertices">The same mesh in memory, protocol's frame.</param>
        public StageMesh(Mesh mesh, int[] materials, int[] groups, MeshBounds bounds, MeshVertices vertices)
        {
            Vertices = vertices;
            Mesh = mesh;
            Materials = materials;
            Groups = groups;
            Bounds = bounds;
        }

        /// <summary>The mesh, Unity's frame, m.</summary>
        public Mesh Mesh { get; }

        /// <summary>Index of the material of each of the first submeshes.</summary>
        public int[] Materials { get; }

        /// <summary>Submesh of each <see cref="LabelGroup"/>, -1 where there is none.</summary>
        public int[] Groups { get; }

        /// <summary>Sphere around it at rest, part, m; protocol's frame.</summary>
        public MeshBounds Bounds { get; }

        /// <summary>The mesh in memory; protocol's frame.</summary>
        public MeshVertices Vertices { get; }

        /// <summary>Its vertices follow bones.</summary>
        public bool IsSkinned => Bounds.BoneCount > 0;
    }
}
#endif
