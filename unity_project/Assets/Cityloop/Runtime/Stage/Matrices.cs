#nullable enable
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Unity's matrices of the row-major ones of Core.</summary>
    public static class Matrices
    {
        /// <summary>Returns the 4 x 4 matrix of 3 x 4 numbers.</summary>
        public static Matrix4x4 Of(float[] m)
        {
            var matrix = Matrix4x4.identity;
            for (int row = 0; row < 3; row++)
            {
                matrix.SetRow(row, new Vector4(m[row * 4], m[row * 4 + 1], m[row * 4 + 2], m[row * 4 + 3]));
            }
            return matrix;
        }

        /// <summary>Returns the 4 x 4 matrix of 4 x 4 numbers.</summary>
        public static Matrix4x4 Of(double[] m)
        {
            var matrix = default(Matrix4x4);
            for (int i = 0; i < 16; i++)
            {
                matrix[i / 4, i % 4] = (float)m[i];
            }
            return matrix;
        }

        /// <summary>Puts a camera where a view is and gives it the view's projection.</summary>
        public static void Place(Camera camera, CameraView view)
        {
            Place(camera.transform, CameraMatrices.UnityFromCamera(view.Current));
            camera.nearClipPlane = (float)view.NearM;
            camera.farClipPlane = (float)view.FarM;
            camera.projectionMatrix = Of(CameraMatrices.Projection(view));
        }

        /// <summary>Puts a transform where a rigid 3 x 4 matrix says, Unity's frame, m.</summary>
        public static void Place(Transform transform, float[] m)
        {
            var matrix = Of(m);
            transform.SetPositionAndRotation(matrix.GetColumn(3), matrix.rotation);
        }
    }
}
