#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>A mesh as culling knows it: a sphere around it at rest, in the part's frame, m.</summary>
    public readonly struct MeshBounds
    {
        /// <summary>Centre of the sphere, part frame, m.</summary>
        public readonly double X, Y, Z;

        /// <summary>Radius, m.</summary>
        public readonly double RadiusM;

        /// <summary>Bones that its vertices name, 0 for a rigid mesh.</summary>
        public readonly int BoneCount;

        public MeshBounds(double x, double y, double z, double radiusM, int boneCount)
        {
            X = x;
            Y = y;
            Z = z;
            RadiusM = radiusM;
            BoneCount = boneCount;
        }
    }

    /// <summary>A level of detail: drawn while the body is nearer than <see cref="MaxDistanceM"/>.</summary>
    public readonly struct Level
    {
        /// <summary>Distance from the camera centre to the body's origin, m.</summary>
        public readonly double MaxDistanceM;

        /// <summary>Index of the mesh, -1 to draw nothing.</summary>
        public readonly int Mesh;

        public Level(double maxDistanceM, int mesh)
        {
            MaxDistanceM = maxDistanceM;
            Mesh = mesh;
        }
    }

    /// <summary>What culling and levels of detail need to know of all meshes and parts.</summary>
    public sealed class SceneTables
    {
        /// <summary>By index of the mesh.</summary>
        public readonly List<MeshBounds> Meshes = new List<MeshBounds>();

        /// <summary>By index of the mesh.</summary>
        public readonly List<MeshVertices> Vertices = new List<MeshVertices>();

        /// <summary>By handle of the part, nearest level first.</summary>
        public readonly List<Level[]> Parts = new List<Level[]>();

        /// <summary>Returns the mesh of a part at a distance, m; -1 for none.</summary>
        public int MeshAt(int part, double distanceM)
        {
            foreach (var level in Parts[part])
            {
                if (distanceM < level.MaxDistanceM)
                {
                    return level.Mesh;
                }
            }
            return -1;
        }
    }
}
