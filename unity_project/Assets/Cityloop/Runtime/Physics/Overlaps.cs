#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using BodyKind = Cityloop.V1.BodyKind;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Contacts that Unity's physics does not look for, since nothing pushes there: between bodies that are led, and
    /// between vehicles and those who go limp when hit.
    /// </summary>
    internal sealed class Overlaps
    {
        private readonly List<Shape> _shapes = new List<Shape>();

        /// <summary>Looks at all pairs; those of bodies that stay within a substep only where it is the last.</summary>
        public void Look(IEnumerable<PhysicalBody> bodies, bool last, ContactLog log)
        {
            _shapes.Clear();
            foreach (PhysicalBody body in bodies)
            {
                foreach (Collider collider in body.Colliders)
                {
                    if (!(collider is MeshCollider))
                    {
                        _shapes.Add(new Shape(body, collider));
                    }
                }
            }
            _shapes.Sort();
            for (int i = 0; i < _shapes.Count; i++)
            {
                for (int k = i + 1; k < _shapes.Count && _shapes[k].Low.x <= _shapes[i].High.x; k++)
                {
                    if (Matters(_shapes[i].Body, _shapes[k].Body, last) && _shapes[i].IsNear(_shapes[k]))
                    {
                        Compare(_shapes[i], _shapes[k], log);
                    }
                }
            }
        }

        private static bool Matters(PhysicalBody one, PhysicalBody other, bool last)
        {
            if (one == other || (one.Kind == BodyKind.Static && other.Kind == BodyKind.Static))
            {
                return false;
            }
            if (one.Kind == BodyKind.Driven || other.Kind == BodyKind.Driven)
            {
                return one.CanFall || other.CanFall;
            }
            return last || one.Glides || other.Glides;
        }

        private static void Compare(in Shape one, in Shape other, ContactLog log)
        {
            Transform a = one.Collider.transform, b = other.Collider.transform;
            bool touch = UnityEngine.Physics.ComputePenetration(
                one.Collider,
                a.position,
                a.rotation,
                other.Collider,
                b.position,
                b.rotation,
                out Vector3 outOfOther,
                out float _);
            if (touch)
            {
                Vector3 point = other.Collider.ClosestPoint((one.Low + one.High) / 2);
                log.Take(one.Body.Info.Id, other.Body.Info.Id, point.World(), (-outOfOther).World());
            }
        }

        /// <summary>A shape with the box around it, along Unity's axes, m.</summary>
        private readonly struct Shape : IComparable<Shape>
        {
            public Shape(PhysicalBody body, Collider collider)
            {
                Body = body;
                Collider = collider;
                Bounds bounds = collider.bounds;
                Low = bounds.min;
                High = bounds.max;
            }

            public PhysicalBody Body { get; }

            public Collider Collider { get; }

            public Vector3 Low { get; }

            public Vector3 High { get; }

            public int CompareTo(Shape other)
            {
                int byPlace = Low.x.CompareTo(other.Low.x);
                return byPlace != 0 ? byPlace : Body.Info.Id.CompareTo(other.Body.Info.Id);
            }

            public bool IsNear(in Shape other) =>
                Low.y <= other.High.y && other.Low.y <= High.y && Low.z <= other.High.z && other.Low.z <= High.z;
        }
    }
}
