#nullable enable
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
    /// <remarks>
    /// What stays within a tick is sorted once: static bodies until one comes or goes, led ones that do not glide at
    /// the first substep. The rest meets them at each substep; they meet each other at the last one.
    /// </remarks>
    internal sealed class Overlaps
    {
        private readonly Roster<PhysicalBody> _bodies;
        private readonly ContactLog _log;
        private readonly SortedShapes _still = new SortedShapes();
        private readonly SortedShapes _resting = new SortedShapes();
        private readonly SortedShapes _gliding = new SortedShapes();
        private readonly SortedShapes _driven = new SortedShapes();
        private int _stillAsOf = -1;
        private int _restingAsOf = -1;
        private bool _anybodyCanFall;

        /// <summary>Looks at bodies that somebody else keeps, for somebody else's log.</summary>
        public Overlaps(Roster<PhysicalBody> bodies, ContactLog log)
        {
            _bodies = bodies;
            _log = log;
        }

        /// <summary>Notes that bodies have been put elsewhere.</summary>
        public void BeginTick() => _restingAsOf = -1;

        /// <summary>Looks after a substep, and whether it was the last one of its tick.</summary>
        public void Look(bool last)
        {
            SortWhatStays();
            _gliding.Take(_bodies.All, body => body.Glides);
            _driven.Take(_bodies.All, body => _anybodyCanFall && body.Kind == BodyKind.Driven);
            _gliding.Meet(_gliding, Compare);
            _gliding.Meet(_resting, Compare);
            _gliding.Meet(_still, Compare);
            _driven.Meet(_gliding, CompareWithFrail);
            _driven.Meet(_resting, CompareWithFrail);
            if (last)
            {
                _resting.Meet(_resting, Compare);
                _resting.Meet(_still, Compare);
            }
        }

        private void SortWhatStays()
        {
            if (_stillAsOf != _bodies.Version)
            {
                _still.Take(_bodies.All, body => body.Kind == BodyKind.Static);
                _stillAsOf = _bodies.Version;
            }
            if (_restingAsOf != _bodies.Version)
            {
                _anybodyCanFall = false;
                foreach (PhysicalBody body in _bodies.All)
                {
                    _anybodyCanFall |= body.CanFall;
                }
                _resting.Take(
                    _bodies.All,
                    body => !body.Glides && body.Kind != BodyKind.Static && body.Kind != BodyKind.Driven);
                _restingAsOf = _bodies.Version;
            }
        }

        private void CompareWithFrail(in Shape one, in Shape other)
        {
            if (other.Body.CanFall)
            {
                Compare(one, other);
            }
        }

        private void Compare(in Shape one, in Shape other)
        {
            Transform a = one.Collider.transform, b = other.Collider.transform;
            bool touch = Physics.ComputePenetration(
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
                _log.Take(one.Body.Info.Id, other.Body.Info.Id, point.World(), (-outOfOther).World());
            }
        }
    }
}
