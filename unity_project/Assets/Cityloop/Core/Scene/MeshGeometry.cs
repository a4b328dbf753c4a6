#nullable enable

namespace Cityloop.Core
{
    /// <summary>The checked geometry of a mesh.</summary>
    public sealed class MeshGeometry
    {
        /// <summary>Takes the arrays; see the properties.</summary>
        public MeshGeometry(string name, float[] positions, int[] indices, int bonesNeeded)
        {
            Name = name;
            Positions = positions;
            Indices = indices;
            BonesNeeded = bonesNeeded;
        }

        /// <summary>Name of the mesh in the scene.</summary>
        public string Name { get; }

        /// <summary>V x 3, m, in the part's frame (the body's, for a collider).</summary>
        public float[] Positions { get; }

        /// <summary>T x 3 vertices, counter-clockwise seen from outside in right-handed axes.</summary>
        public int[] Indices { get; }

        /// <summary>One more than the greatest bone that a vertex names, 0 for a rigid mesh.</summary>
        public int BonesNeeded { get; }

        /// <summary>Number of triangles.</summary>
        public int TriangleCount => Indices.Length / 3;
    }
}
