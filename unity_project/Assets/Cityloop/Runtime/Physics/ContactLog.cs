#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using Touch = Cityloop.Core.Touch;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Who touched whom over the substeps of a tick: the whole impulse, and the hardest contact. World frame, SI units.
    /// </summary>
    /// <remarks>
    /// Two bodies may touch with several shapes each, as a limp one does with its limbs: their impulses add up as
    /// vectors, as those of the substeps do. The substep with the greatest sum of sizes says where they touch.
    /// </remarks>
    internal sealed class ContactLog
    {
        // Ground under wheels and feet is no contact worth a word: a mesh touched from above.
        private const double GroundNormalZ = 0.7;

        private readonly Dictionary<Collider, uint> _owners;
        private readonly SortedDictionary<ulong, Pair> _pairs = new SortedDictionary<ulong, Pair>();
        private int _substep;

        /// <summary>Takes the bodies of the shapes, kept by somebody else.</summary>
        public ContactLog(Dictionary<Collider, uint> owners)
        {
            _owners = owners;
        }

        /// <summary>Forgets the contacts of the tick before.</summary>
        public void Begin()
        {
            _pairs.Clear();
            _substep = 0;
        }

        /// <summary>Notes that the contacts to come are those of the next substep.</summary>
        public void NextSubstep() => _substep++;

        /// <summary>Takes a collision that Unity tells of one of two bodies.</summary>
        public void Take(Collision collision, ContactReporter teller)
        {
            ContactPoint[] points = collision.contacts;
            if (points.Length == 0 || IsToldByTheOther(collision, teller))
            {
                return;
            }
            ContactPoint deepest = points[0];
            foreach (ContactPoint point in points)
            {
                if (point.separation < deepest.separation)
                {
                    deepest = point;
                }
            }
            uint own = _owners[deepest.thisCollider], other = _owners[deepest.otherCollider];
            // Unity's normal points from the other body to this one; its impulse has the sign of either.
            Vec3<WorldFrame> normal = deepest.normal.World(), impulse = collision.impulse.World();
            if (impulse.Dot(normal) < 0)
            {
                impulse = -impulse;
            }
            bool ground = deepest.thisCollider is MeshCollider || deepest.otherCollider is MeshCollider;
            if (own != other && !(ground && Math.Abs(normal.Z) > GroundNormalZ))
            {
                Add(other, own, deepest.point.World(), normal, impulse);
            }
        }

        /// <summary>Takes a contact without an impulse, found by looking; the push is on the second body.</summary>
        public void Take(uint one, uint other, Vec3<WorldFrame> point, Vec3<WorldFrame> normal) =>
            Add(one, other, point, normal, default);

        /// <summary>Returns the contacts of the tick by rising ids.</summary>
        public List<Touch> Touches()
        {
            var touches = new List<Touch>(_pairs.Count);
            foreach (KeyValuePair<ulong, Pair> item in _pairs)
            {
                Pair pair = item.Value;
                touches.Add(new Touch(
                    (uint)(item.Key >> 32), (uint)item.Key, pair.Point, pair.Normal, pair.Impulse.Length));
            }
            return touches;
        }

        private static bool IsToldByTheOther(Collision collision, ContactReporter teller)
        {
            Rigidbody other = collision.rigidbody;
            ContactReporter? also = other == null ? null : other.GetComponent<ContactReporter>();
            return also != null && also.GetInstanceID() < teller.GetInstanceID();
        }

        /// <summary>Takes a push of one body on another.</summary>
        private void Add(
            uint one, uint other, Vec3<WorldFrame> point, Vec3<WorldFrame> normal, Vec3<WorldFrame> impulse)
        {
            if (one > other)
            {
                (one, other) = (other, one);
                normal = -normal;
                impulse = -impulse;
            }
            ulong key = (ulong)one << 32 | other;
            if (!_pairs.TryGetValue(key, out Pair pair))
            {
                pair = new Pair { HardestSum = -1 };
                _pairs.Add(key, pair);
            }
            if (pair.Substep != _substep)
            {
                pair.Substep = _substep;
                pair.Sum = 0;
                pair.Hardest = -1;
            }
            double size = impulse.Length;
            pair.Impulse += impulse;
            pair.Sum += size;
            bool hardestHere = size > pair.Hardest;
            pair.Hardest = Math.Max(pair.Hardest, size);
            if (hardestHere && pair.Sum > pair.HardestSum)
            {
                pair.Point = point;
                pair.Normal = normal;
            }
            pair.HardestSum = Math.Max(pair.HardestSum, pair.Sum);
        }

        private sealed class Pair
        {
            public Vec3<WorldFrame> Impulse;
            public Vec3<WorldFrame> Point;
            public Vec3<WorldFrame> Normal;
            public double HardestSum;
            public double Hardest;
            public double Sum;
            public int Substep = -1;
        }
    }
}
