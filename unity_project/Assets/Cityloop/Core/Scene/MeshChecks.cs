#nullable enable
using System;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core
{
    /// <summary>Checks that the arrays of a mesh agree with each other.</summary>
    internal static class MeshChecks
    {
        /// <summary>Returns the geometry of a mesh; a mesh that no engine could draw is refused.</summary>
        /// <param name="mesh">The message.</param>
        /// <param name="materialCount">Materials that were sent before it.</param>
        public static MeshGeometry Check(Mesh mesh, int materialCount)
        {
            string what = $"Mesh {Words.Quoted(mesh.Name)}";
            int vertices = mesh.Positions.Length / 12;
            CheckLength(what, "positions", mesh.Positions, vertices, 12, false);
            CheckLength(what, "normals", mesh.Normals, vertices, 12, false);
            CheckLength(what, "uvs", mesh.Uvs, vertices, 8, true);
            CheckLength(what, "materials", mesh.Materials, vertices, 2, false);
            CheckLength(what, "joints", mesh.Joints, vertices, 4, true);
            CheckLength(what, "weights", mesh.Weights, vertices, 16, true);
            if (vertices == 0)
            {
                throw Refusal.Invalid($"{what} has no vertices: leave it out.");
            }
            if (mesh.Joints.IsEmpty != mesh.Weights.IsEmpty)
            {
                throw Refusal.Invalid(
                    $"{what} has joints without weights or weights without joints: send both or none.");
            }
            if (mesh.Indices.Length % 12 != 0)
            {
                throw Refusal.Invalid(
                    $"{what} has {mesh.Indices.Length} bytes of indices: a triangle takes 12.");
            }
            float[] positions = Decode.Numbers32(mesh.Positions);
            if (!Decode.AreFinite(positions))
            {
                throw Refusal.Invalid($"{what} has vertices that are not finite: send finite positions.");
            }
            uint[] indices = Decode.Ids(mesh.Indices);
            uint last = Greatest(indices);
            if (indices.Length > 0 && last >= vertices)
            {
                throw Refusal.Invalid($"{what} has the index {last}: it has {vertices} vertices.");
            }
            int material = GreatestPair(mesh.Materials);
            if (material >= materialCount)
            {
                throw Refusal.Invalid(
                    $"{what} has material index {material}: {materialCount} materials were sent before it.");
            }
            var corners = new int[indices.Length];
            Buffer.BlockCopy(indices, 0, corners, 0, indices.Length * 4);
            return new MeshGeometry(mesh.Name, positions, corners, GreatestByte(mesh.Joints) + 1);
        }

        private static void CheckLength(
            string what, string name, ByteString data, int vertices, int stride, bool mayBeEmpty)
        {
            if (data.Length != vertices * stride && !(mayBeEmpty && data.IsEmpty))
            {
                throw Refusal.Invalid(
                    $"{what} has {data.Length} bytes of {name}: {vertices} vertices make {vertices * stride} bytes.");
            }
        }

        private static uint Greatest(uint[] numbers)
        {
            uint greatest = 0;
            foreach (uint number in numbers)
            {
                greatest = Math.Max(greatest, number);
            }
            return greatest;
        }

        // -1 for no numbers.
        private static int GreatestPair(ByteString data)
        {
            byte[] bytes = data.ToByteArray();
            int greatest = -1;
            for (int i = 0; i + 1 < bytes.Length; i += 2)
            {
                greatest = Math.Max(greatest, bytes[i] | bytes[i + 1] << 8);
            }
            return greatest;
        }

        // -1 for no numbers.
        private static int GreatestByte(ByteString data)
        {
            int greatest = -1;
            foreach (byte value in data.ToByteArray())
            {
                greatest = Math.Max(greatest, value);
            }
            return greatest;
        }
    }
}
