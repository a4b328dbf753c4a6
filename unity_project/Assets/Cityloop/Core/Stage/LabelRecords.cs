#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>
    /// Numbers of each instance that the label shaders fetch from buffers. World matrices are doubles;
    /// the camera's place is taken off before they become floats, so that precision does not fall with
    /// the distance from the world's origin.
    /// </summary>
    public static class LabelRecords
    {
        /// <summary>
        /// Floats of an instance: 3 x 3 rows camera-from-part at t, t-dt and t+dt, and 3 rows of its
        /// velocity field; 4 floats a row.
        /// </summary>
        public const int InstanceFloats = 48;

        /// <summary>Integers of an instance: instance id, class, lamps, first bone.</summary>
        public const int InstanceIntegers = 4;

        /// <summary>Floats of a bone: 3 rows at t, t-dt and t+dt; 4 floats a row.</summary>
        public const int BoneFloats = 36;

        /// <summary>Fills the records of the instances <paramref name="rows"/>, in their order.</summary>
        /// <remarks>
        /// The velocity of a point p of a rigid part is v + w x (R p), an affine function of p: its rows
        /// are [w]x R | v.
        /// </remarks>
        public static void Fill(
            CameraView view, Instances instances, IReadOnlyList<int> rows, float[] floats, uint[] integers)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                int row = rows[i], to = i * InstanceFloats;
                SeenFrom(view.Current, instances.Current, row, floats, to);
                SeenFrom(view.Previous, instances.Previous, row, floats, to + 12);
                SeenFrom(view.Next, instances.Next, row, floats, to + 24);
                VelocityField(instances, row, floats, to + 36);
                int at = i * InstanceIntegers;
                integers[at] = instances.InstanceId[row];
                integers[at + 1] = instances.Semantic[row];
                integers[at + 2] = instances.Lamps[row];
                integers[at + 3] = (uint)(instances.Bones[row] < 0 ? 0 : instances.Bones[row]);
            }
        }

        /// <summary>Fills the records of all bones.</summary>
        public static void FillBones(Instances instances, float[] floats)
        {
            int bones = instances.BonesCurrent.Length / 12;
            for (int bone = 0; bone < bones; bone++)
            {
                int from = bone * 12, to = bone * BoneFloats;
                System.Array.Copy(instances.BonesCurrent, from, floats, to, 12);
                System.Array.Copy(instances.BonesPrevious, from, floats, to + 12, 12);
                System.Array.Copy(instances.BonesNext, from, floats, to + 24, 12);
            }
        }

        /// <summary>Writes camera-from-part of world-from-camera and world-from-part.</summary>
        private static void SeenFrom(double[] camera, double[] parts, int row, float[] floats, int to)
        {
            int from = row * 12;
            for (int column = 0; column < 4; column++)
            {
                double x = parts[from + column], y = parts[from + 4 + column], z = parts[from + 8 + column];
                if (column == 3)
                {
                    x -= camera[3];
                    y -= camera[7];
                    z -= camera[11];
                }
                for (int axis = 0; axis < 3; axis++)
                {
                    floats[to + axis * 4 + column] =
                        (float)(camera[axis] * x + camera[4 + axis] * y + camera[8 + axis] * z);
                }
            }
        }

        private static void VelocityField(Instances instances, int row, float[] floats, int to)
        {
            int r = row * 12, v = row * 3;
            double wx = instances.AngularVelocity[v];
            double wy = instances.AngularVelocity[v + 1];
            double wz = instances.AngularVelocity[v + 2];
            var m = instances.Current;
            for (int column = 0; column < 3; column++)
            {
                double x = m[r + column], y = m[r + 4 + column], z = m[r + 8 + column];
                floats[to + column] = (float)(wy * z - wz * y);
                floats[to + 4 + column] = (float)(wz * x - wx * z);
                floats[to + 8 + column] = (float)(wx * y - wy * x);
            }
            floats[to + 3] = (float)instances.Velocity[v];
            floats[to + 7] = (float)instances.Velocity[v + 1];
            floats[to + 11] = (float)instances.Velocity[v + 2];
        }
    }
}
