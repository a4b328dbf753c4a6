#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>A mesh in memory, for what must be known without drawing; the protocol's frame, part, m.</summary>
    public sealed class MeshVertices
    {
        private readonly float[] _positions;
        private readonly int[] _triangles;
        private readonly float[] _joints;
        private readonly float[] _weights;

        /// <summary>Takes the columns of a mesh.</summary>
        /// <param name="positions">V x 3.</param>
        /// <param name="triangles">T x 3 vertices.</param>
        /// <param name="joints">V x 4 bones, empty for a rigid mesh.</param>
        /// <param name="weights">V x 4, empty for a rigid mesh.</param>
        public MeshVertices(float[] positions, int[] triangles, float[] joints, float[] weights)
        {
            _positions = positions;
            _triangles = triangles;
            _joints = joints;
            _weights = weights;
        }

        /// <summary>
        /// Widens <paramref name="box"/> (xmin, ymin, xmax, ymax, pixels) until it holds every vertex of an
        /// instance; of a triangle that reaches through the near plane, the part beyond it.
        /// </summary>
        public void Widen(CameraView view, Instances instances, int row, double[] box)
        {
            var points = Seen(view, instances, row);
            for (int i = 0; i < _triangles.Length; i++)
            {
                int a = _triangles[i] * 3, b = _triangles[i - i % 3 + (i + 1) % 3] * 3;
                bool ahead = points[a + 2] >= view.NearM;
                if (ahead)
                {
                    Hold(view, points[a], points[a + 1], points[a + 2], box);
                }
                if (ahead != points[b + 2] >= view.NearM)
                {
                    double share = (view.NearM - points[a + 2]) / (points[b + 2] - points[a + 2]);
                    Hold(
                        view, points[a] + share * (points[b] - points[a]),
                        points[a + 1] + share * (points[b + 1] - points[a + 1]), view.NearM, box);
                }
            }
        }

        private static void Hold(CameraView view, double x, double y, double z, double[] box)
        {
            double u = view.Fx * x / z + view.Cx, v = view.Fy * y / z + view.Cy;
            box[0] = Math.Min(box[0], u);
            box[1] = Math.Min(box[1], v);
            box[2] = Math.Max(box[2], u);
            box[3] = Math.Max(box[3], v);
        }

        /// <summary>Returns all vertices in the camera's frame, V x 3.</summary>
        private double[] Seen(CameraView view, Instances instances, int row)
        {
            var points = new double[_positions.Length];
            double[] m = instances.Current, c = view.Current;
            int r = row * 12;
            for (int vertex = 0; vertex < _positions.Length / 3; vertex++)
            {
                int at = vertex * 3;
                double x = _positions[at], y = _positions[at + 1], z = _positions[at + 2];
                if (_joints.Length > 0)
                {
                    Pose(instances, instances.Bones[row], vertex, ref x, ref y, ref z);
                }
                double wx = m[r] * x + m[r + 1] * y + m[r + 2] * z + m[r + 3] - c[3];
                double wy = m[r + 4] * x + m[r + 5] * y + m[r + 6] * z + m[r + 7] - c[7];
                double wz = m[r + 8] * x + m[r + 9] * y + m[r + 10] * z + m[r + 11] - c[11];
                for (int axis = 0; axis < 3; axis++)
                {
                    points[at + axis] = c[axis] * wx + c[4 + axis] * wy + c[8 + axis] * wz;
                }
            }
            return points;
        }

        private void Pose(Instances instances, int first, int vertex, ref double x, ref double y, ref double z)
        {
            double px = 0, py = 0, pz = 0;
            float[] bones = instances.BonesCurrent;
            for (int k = 0; k < 4; k++)
            {
                double weight = _weights[vertex * 4 + k];
                int b = (first + (int)_joints[vertex * 4 + k]) * 12;
                px += weight * (bones[b] * x + bones[b + 1] * y + bones[b + 2] * z + bones[b + 3]);
                py += weight * (bones[b + 4] * x + bones[b + 5] * y + bones[b + 6] * z + bones[b + 7]);
                pz += weight * (bones[b + 8] * x + bones[b + 9] * y + bones[b + 10] * z + bones[b + 11]);
            }
            x = px;
            y = py;
            z = pz;
        }
    }
}
