#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using Motion = Cityloop.Core.Motion;

namespace Cityloop.Runtime
{
    /// <summary>The ground that carries limbs: the meshes of static bodies. World frame, m.</summary>
    internal sealed class Land
    {
        // How far up and down ground is looked for.
        private const float FarM = 1000;

        private readonly Room _room;
        private readonly IEnumerable<PhysicalBody> _bodies;

        /// <summary>Takes the room and all bodies, kept by somebody else.</summary>
        public Land(Room room, IEnumerable<PhysicalBody> bodies)
        {
            _room = room;
            _bodies = bodies;
        }

        /// <summary>Returns the height of the ground for a limb whose centre is below it, else null.</summary>
        /// <remarks>
        /// What has ground below is above ground, whatever is over it: nothing is below the land. Beyond the ground's
        /// edge the land goes on level, at the height of the nearest point of the edge.
        /// </remarks>
        public double? FloorAbove(Vec3<WorldFrame> at, double radiusM)
        {
            Vector3 point = at.Unity();
            if (Hits(point, Vector3.down, out _))
            {
                return null;
            }
            if (Hits(point, Vector3.up, out RaycastHit over))
            {
                return at.Z + over.distance;
            }
            return NearestHeight(at) is double edge && at.Z < edge + radiusM ? edge : (double?)null;
        }

        private bool Hits(Vector3 from, Vector3 direction, out RaycastHit hit) =>
            _room.Raycast(from, direction, out hit, FarM, Layers.LandMask);

        /// <summary>Returns the height of the nearest point of all ground, null where there is none.</summary>
        private double? NearestHeight(Vec3<WorldFrame> at)
        {
            double least = double.PositiveInfinity;
            double? height = null;
            foreach (PhysicalBody body in _bodies)
            {
                foreach (CollisionShape shape in body.Info.Prototype.Shapes)
                {
                    if (shape.Mesh != null)
                    {
                        Motion place = body.Place;
                        Vec3<BodyFrame> seen = place.Rotation.ToBody(at - place.Position);
                        Vec3<BodyFrame> nearest = NearestPoint(shape.Mesh, seen, ref least, out bool nearer);
                        height = nearer ? (place.Position + place.Rotation.Rotate(nearest)).Z : height;
                    }
                }
            }
            return height;
        }

        /// <summary>Returns the nearest point of a mesh if it is nearer than the least distance so far.</summary>
        private static Vec3<BodyFrame> NearestPoint(
            MeshGeometry mesh, Vec3<BodyFrame> at, ref double least, out bool nearer)
        {
            Vec3<BodyFrame> best = default;
            nearer = false;
            for (int i = 0; i < mesh.Indices.Length; i += 3)
            {
                Vec3<BodyFrame> point = NearestOfTriangle(
                    at, Vertex(mesh, i), Vertex(mesh, i + 1), Vertex(mesh, i + 2));
                double distance = (point - at).Length;
                if (distance < least)
                {
                    least = distance;
                    best = point;
                    nearer = true;
                }
            }
            return best;
        }

        private static Vec3<BodyFrame> Vertex(MeshGeometry mesh, int index)
        {
            int at = 3 * mesh.Indices[index];
            return new Vec3<BodyFrame>(mesh.Positions[at], mesh.Positions[at + 1], mesh.Positions[at + 2]);
        }

        /// <summary>Returns the nearest point of a triangle (C. Ericson, "Real-Time Collision Detection", 5.1.5).</summary>
        private static Vec3<BodyFrame> NearestOfTriangle(
            Vec3<BodyFrame> p, Vec3<BodyFrame> a, Vec3<BodyFrame> b, Vec3<BodyFrame> c)
        {
            Vec3<BodyFrame> ab = b - a, ac = c - a, normal = ab.Cross(ac);
            double area = normal.Dot(normal);
            if (area > 0)
            {
                Vec3<BodyFrame> ap = p - a;
                double v = ap.Cross(ac).Dot(normal) / area, w = ab.Cross(ap).Dot(normal) / area;
                if (v >= 0 && w >= 0 && v + w <= 1)
                {
                    return a + ab * v + ac * w;
                }
            }
            Vec3<BodyFrame> best = OnEdge(p, a, b);
            foreach (Vec3<BodyFrame> other in new[] { OnEdge(p, b, c), OnEdge(p, c, a) })
            {
                best = (other - p).Length < (best - p).Length ? other : best;
            }
            return best;
        }

        private static Vec3<BodyFrame> OnEdge(Vec3<BodyFrame> p, Vec3<BodyFrame> a, Vec3<BodyFrame> b)
        {
            Vec3<BodyFrame> way = b - a;
            double length = way.Dot(way);
            double share = length > 0 ? Numbers.Clamp((p - a).Dot(way) / length, 0, 1) : 0;
            return a + way * share;
        }
    }
}
