#nullable enable
using System;
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>Instances of one mesh that are drawn together.</summary>
    public readonly struct Batch
    {
        /// <summary>Index of the mesh.</summary>
        public readonly int Mesh;

        /// <summary>Place of the first one in <see cref="DrawList.Rows"/>, and how many.</summary>
        public readonly int First, Count;

        public Batch(int mesh, int first, int count)
        {
            Mesh = mesh;
            First = first;
            Count = count;
        }
    }

    /// <summary>What a camera draws: rows of the instances in drawing order, cut into batches.</summary>
    public sealed class DrawList
    {
        /// <summary>Rows of <see cref="Instances"/>.</summary>
        public readonly List<int> Rows = new List<int>();

        /// <summary>Batches of one mesh each.</summary>
        public readonly List<Batch> Batches = new List<Batch>();
    }

    /// <summary>Which mesh of which part a camera draws: levels of detail and culling.</summary>
    public static class Visibility
    {
        /// <summary>Distances of levels of detail are made for focal lengths up to this, pixels.</summary>
        private const double LongestPlainFocalPx = 640;

        /// <summary>
        /// Returns the mesh of each instance by its distance from the camera, -1 for none. A longer lens
        /// shows things larger: they count as nearer by so much.
        /// </summary>
        public static int[] SelectMeshes(CameraView view, Instances instances, SceneTables tables)
        {
            double scale = Math.Min(1, LongestPlainFocalPx / Math.Max(view.Fx, view.Fy));
            var meshes = new int[instances.Count];
            for (int i = 0; i < meshes.Length; i++)
            {
                double x = instances.Origin[i * 3] - view.Current[3];
                double y = instances.Origin[i * 3 + 1] - view.Current[7];
                double z = instances.Origin[i * 3 + 2] - view.Current[11];
                meshes[i] = tables.MeshAt(instances.Part[i], scale * Math.Sqrt(x * x + y * y + z * z));
            }
            return meshes;
        }

        /// <summary>Returns what reaches into the camera's view, by mesh, without the hidden body.</summary>
        public static DrawList Draw(CameraView view, Instances instances, int[] meshes, SceneTables tables)
        {
            var rows = new List<int>();
            for (int i = 0; i < meshes.Length; i++)
            {
                bool hidden = view.HiddenBody != 0 && instances.Body[i] == view.HiddenBody;
                if (meshes[i] >= 0 && !hidden && InView(view, instances, i, tables.Meshes[meshes[i]]))
                {
                    rows.Add(i);
                }
            }
            return ByMesh(rows, meshes);
        }

        /// <summary>Returns the instances <paramref name="rows"/> by mesh.</summary>
        public static DrawList ByMesh(List<int> rows, int[] meshes)
        {
            var list = new DrawList();
            list.Rows.AddRange(rows);
            list.Rows.Sort((a, b) => meshes[a] != meshes[b] ? meshes[a].CompareTo(meshes[b]) : a.CompareTo(b));
            int first = 0;
            for (int i = 1; i <= list.Rows.Count; i++)
            {
                int mesh = meshes[list.Rows[first]];
                if (i == list.Rows.Count || meshes[list.Rows[i]] != mesh)
                {
                    list.Batches.Add(new Batch(mesh, first, i - first));
                    first = i;
                }
            }
            return list;
        }

        /// <summary>Returns the sphere around an instance in the camera's frame, m.</summary>
        public static void Sphere(
            CameraView view, Instances instances, int row, MeshBounds bounds, out double right, out double down,
            out double ahead, out double radius)
        {
            double x = bounds.X, y = bounds.Y, z = bounds.Z;
            radius = bounds.RadiusM;
            if (instances.Bones[row] >= 0)
            {
                Carry(instances.BonesCurrent, instances.Bones[row], bounds.BoneCount, ref x, ref y, ref z, ref radius);
            }
            var m = instances.Current;
            int r = row * 12;
            var c = view.Current;
            double wx = m[r] * x + m[r + 1] * y + m[r + 2] * z + m[r + 3] - c[3];
            double wy = m[r + 4] * x + m[r + 5] * y + m[r + 6] * z + m[r + 7] - c[7];
            double wz = m[r + 8] * x + m[r + 9] * y + m[r + 10] * z + m[r + 11] - c[11];
            right = c[0] * wx + c[4] * wy + c[8] * wz;
            down = c[1] * wx + c[5] * wy + c[9] * wz;
            ahead = c[2] * wx + c[6] * wy + c[10] * wz;
        }

        private static bool InView(CameraView view, Instances instances, int row, MeshBounds bounds)
        {
            Sphere(
                view, instances, row, bounds, out double right, out double down, out double ahead, out double radius);
            return ahead + radius > view.NearM && ahead - radius < view.FarM
                && Between(view.Fx, view.Cx, view.Width, right, ahead, radius)
                && Between(view.Fy, view.Cy, view.Height, down, ahead, radius);
        }

        /// <summary>A side plane holds the points with focal * x = edge * z, edge from the principal point.</summary>
        private static bool Between(double focal, double middle, double size, double x, double z, double radius)
        {
            double low = -middle, high = size - middle;
            return (focal * x - low * z) / Math.Sqrt(focal * focal + low * low) > -radius
                && (high * z - focal * x) / Math.Sqrt(focal * focal + high * high) > -radius;
        }

        /// <summary>
        /// A skinned vertex is a mean of the places where its bones would carry it, so the mesh lies in
        /// the hull of the rest sphere carried along by each bone.
        /// </summary>
        private static void Carry(
            float[] bones, int first, int count, ref double x, ref double y, ref double z, ref double radius)
        {
            double[] low = { double.MaxValue, double.MaxValue, double.MaxValue };
            double[] high = { double.MinValue, double.MinValue, double.MinValue };
            for (int bone = first; bone < first + count; bone++)
            {
                for (int axis = 0; axis < 3; axis++)
                {
                    int at = bone * 12 + axis * 4;
                    double p = bones[at] * x + bones[at + 1] * y + bones[at + 2] * z + bones[at + 3];
                    low[axis] = Math.Min(low[axis], p);
                    high[axis] = Math.Max(high[axis], p);
                }
            }
            if (count == 0)
            {
                return;
            }
            double dx = high[0] - low[0], dy = high[1] - low[1], dz = high[2] - low[2];
            x = (low[0] + high[0]) / 2;
            y = (low[1] + high[1]) / 2;
            z = (low[2] + high[2]) / 2;
            radius += Math.Sqrt(dx * dx + dy * dy + dz * dz) / 2;
        }
    }
}
