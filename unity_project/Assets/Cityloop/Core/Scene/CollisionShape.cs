#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>A shape that physics knows: a box, an upright capsule or a mesh; body frame, m.</summary>
    public sealed class CollisionShape
    {
        private CollisionShape(Vec3<BodyFrame> center, Vec3<BodyFrame> half, double friction)
        {
            Center = center;
            HalfExtents = half;
            Friction = friction;
        }

        /// <summary>Centre of a box or capsule, m; 0 for a mesh.</summary>
        public Vec3<BodyFrame> Center { get; }

        /// <summary>Half lengths of the box, or of the box around the capsule or mesh, m.</summary>
        public Vec3<BodyFrame> HalfExtents { get; }

        /// <summary>Coulomb friction coefficient.</summary>
        public double Friction { get; }

        /// <summary>Radius of a capsule, m, 0 for others.</summary>
        public double RadiusM { get; private set; }

        /// <summary>Half the length of a capsule's cylindrical part, m, 0 for others.</summary>
        public double HalfHeightM { get; private set; }

        /// <summary>The triangles of a mesh, which is ground or walls; null for others.</summary>
        public MeshGeometry? Mesh { get; private set; }

        /// <summary>Is an upright capsule.</summary>
        public bool IsCapsule => RadiusM > 0;

        /// <summary>Is a mesh.</summary>
        public bool IsMesh => Mesh != null;

        /// <summary>The box around the shape.</summary>
        public Outline Outline { get; private set; }

        /// <summary>Returns a box.</summary>
        public static CollisionShape Box(Vec3<BodyFrame> center, Vec3<BodyFrame> half, double friction) =>
            new CollisionShape(center, half, friction) { Outline = new Outline(center, half) };

        /// <summary>Returns an upright capsule.</summary>
        public static CollisionShape Capsule(
            Vec3<BodyFrame> center, double halfHeightM, double radiusM, double friction)
        {
            var half = new Vec3<BodyFrame>(radiusM, radiusM, halfHeightM + radiusM);
            return new CollisionShape(center, half, friction)
            {
                RadiusM = radiusM,
                HalfHeightM = halfHeightM,
                Outline = new Outline(center, half),
            };
        }

        /// <summary>Returns the triangles of a mesh, of one at least.</summary>
        public static CollisionShape Triangles(MeshGeometry mesh, double friction)
        {
            Outline around = OutlineOf(mesh);
            return new CollisionShape(default, around.Half, friction) { Mesh = mesh, Outline = around };
        }

        private static Outline OutlineOf(MeshGeometry mesh)
        {
            var low = new double[3];
            var high = new double[3];
            for (int axis = 0; axis < 3; axis++)
            {
                low[axis] = double.PositiveInfinity;
                high[axis] = double.NegativeInfinity;
                for (int i = axis; i < mesh.Positions.Length; i += 3)
                {
                    low[axis] = Math.Min(low[axis], mesh.Positions[i]);
                    high[axis] = Math.Max(high[axis], mesh.Positions[i]);
                }
            }
            var lowest = new Vec3<BodyFrame>(low[0], low[1], low[2]);
            var highest = new Vec3<BodyFrame>(high[0], high[1], high[2]);
            return new Outline((lowest + highest) / 2, (highest - lowest) / 2);
        }
    }
}
