#nullable enable
using System;
using System.Collections.Generic;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Calls for two shapes whose boxes meet.</summary>
    internal delegate void Meeting(in Shape one, in Shape other);

    /// <summary>A shape with the box around it, along Unity's axes, m.</summary>
    internal readonly struct Shape : IComparable<Shape>
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
            Low.x <= other.High.x && other.Low.x <= High.x &&
            Low.y <= other.High.y && other.Low.y <= High.y &&
            Low.z <= other.High.z && other.Low.z <= High.z;
    }

    /// <summary>Boxes and capsules of bodies, sorted along Unity's x, so that near ones are found.</summary>
    internal sealed class SortedShapes
    {
        private readonly List<Shape> _shapes = new List<Shape>();

        // The longest of the boxes along x, m.
        private float _longest;

        /// <summary>Takes the shapes of some bodies, as they are now, instead of those it has.</summary>
        public void Take(IReadOnlyList<PhysicalBody> bodies, Predicate<PhysicalBody> wanted)
        {
            _shapes.Clear();
            _longest = 0;
            for (int i = 0; i < bodies.Count; i++)
            {
                if (!wanted(bodies[i]))
                {
                    continue;
                }
                foreach (Collider collider in bodies[i].Colliders)
                {
                    if (!(collider is MeshCollider))
                    {
                        var shape = new Shape(bodies[i], collider);
                        _shapes.Add(shape);
                        _longest = Math.Max(_longest, shape.High.x - shape.Low.x);
                    }
                }
            }
            _shapes.Sort();
        }

        /// <summary>Finds all pairs with the shapes of others, or among its own ones, each once.</summary>
        public void Meet(SortedShapes others, Meeting meeting)
        {
            for (int i = 0; i < _shapes.Count; i++)
            {
                Shape one = _shapes[i];
                int k = others == this ? i + 1 : others.FirstFrom(one.Low.x - others._longest);
                for (; k < others._shapes.Count && others._shapes[k].Low.x <= one.High.x; k++)
                {
                    Shape other = others._shapes[k];
                    if (one.Body != other.Body && one.IsNear(other))
                    {
                        meeting(one, other);
                    }
                }
            }
        }

        private int FirstFrom(float x)
        {
            int low = 0, high = _shapes.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_shapes[middle].Low.x < x)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }
            return low;
        }
    }
}
