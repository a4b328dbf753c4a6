#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using BodyKind = Cityloop.V1.BodyKind;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Makes colliders from collision shapes; meshes are kept, one for all bodies of a kind.</summary>
    internal sealed class ShapeBuilder
    {
        private readonly Dictionary<MeshGeometry, Mesh> meshes = new Dictionary<MeshGeometry, Mesh>();

        /// <summary>
        /// Gives a body's object all colliders of its prototype: meshes on children, since each shape has the layer
        /// of its own kind.
        /// </summary>
        public Collider[] Build(GameObject body, LoadedPrototype prototype, BodyKind kind)
        {
            var colliders = new Collider[prototype.Shapes.Count];
            for (int i = 0; i < colliders.Length; i++)
            {
                CollisionShape shape = prototype.Shapes[i];
                var part = new GameObject("shape") { layer = Layers.Of(kind, prototype.CanFall, shape.IsMesh) };
                part.transform.SetParent(body.transform, false);
                colliders[i] = Add(part, shape);
                UnityBridge.SetSurface(colliders[i], (float)shape.Friction, takesTheLesser: false);
            }
            return colliders;
        }

        /// <summary>Forgets the meshes.</summary>
        public void Clear()
        {
            foreach (Mesh mesh in meshes.Values)
            {
                Object.DestroyImmediate(mesh);
            }
            meshes.Clear();
        }

        private Collider Add(GameObject part, CollisionShape shape)
        {
            if (shape.Mesh != null)
            {
                var triangles = part.AddComponent<MeshCollider>();
                triangles.sharedMesh = MeshOf(shape.Mesh);
                return triangles;
            }
            part.transform.localPosition = shape.Center.Unity();
            if (shape.IsCapsule)
            {
                var capsule = part.AddComponent<CapsuleCollider>();
                capsule.direction = 1;
                capsule.radius = (float)shape.RadiusM;
                capsule.height = (float)(2 * (shape.HalfHeightM + shape.RadiusM));
                return capsule;
            }
            var box = part.AddComponent<BoxCollider>();
            Vector3 half = shape.HalfExtents.Unity();
            box.size = new Vector3(-2 * half.x, 2 * half.y, 2 * half.z);
            return box;
        }

        private Mesh MeshOf(MeshGeometry geometry)
        {
            if (meshes.TryGetValue(geometry, out Mesh known))
            {
                return known;
            }
            float[] from = geometry.Positions;
            var vertices = new Vector3[from.Length / 3];
            for (int i = 0; i < vertices.Length; i++)
            {
                vertices[i] = new Vec3<BodyFrame>(from[3 * i], from[3 * i + 1], from[3 * i + 2]).Unity();
            }
            // Mirrored: the other way round is outside.
            var indices = (int[])geometry.Indices.Clone();
            for (int i = 0; i < indices.Length; i += 3)
            {
                (indices[i], indices[i + 1]) = (indices[i + 1], indices[i]);
            }
            var mesh = new Mesh { name = geometry.Name };
            UnityBridge.AllowManyVertices(mesh);
            mesh.vertices = vertices;
            mesh.triangles = indices;
            meshes[geometry] = mesh;
            return mesh;
        }
    }
}
