#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;
using Motion = Cityloop.Core.Motion;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The part of a walker's capsule above the height of a step, which obstacles stop or let slide along. World frame, m.
    /// </summary>
    internal sealed class UpperBody
    {
        // Air that is kept between the capsule and what it touches.
        private const double SkinM = 0.02;
        private const double ShortestHalfM = 0.01;
        private const int Slides = 4;

        private readonly RaycastHit[] _hits = new RaycastHit[32];
        private readonly Room _room;
        private readonly Collider[] _own;
        private readonly Vec3<BodyFrame> _center;
        private readonly double _half;
        private readonly double _radius;

        /// <summary>Takes the room that it moves in, the capsule, the height of a step and the walker's own shapes.</summary>
        public UpperBody(Room room, CollisionShape capsule, double stepHeightM, Collider[] own)
        {
            _room = room;
            _own = own;
            _radius = capsule.RadiusM;
            double top = capsule.Center.Z + capsule.HalfHeightM + capsule.RadiusM;
            _half = Math.Max((top - stepHeightM) / 2 - _radius, ShortestHalfM);
            _center = new Vec3<BodyFrame>(capsule.Center.X, capsule.Center.Y, top - _half - _radius);
        }

        /// <summary>Returns the horizontal displacement that obstacles leave of a step.</summary>
        public Vec3<WorldFrame> Slide(in Motion from, Vec3<WorldFrame> step)
        {
            Vec3<WorldFrame> start = from.Position + from.Rotation.Rotate(_center), at = start, rest = step;
            for (int i = 0; i < Slides && rest.Length > 1e-9; i++)
            {
                Vec3<WorldFrame> direction = rest / rest.Length;
                if (!Sweep(at, direction, rest.Length, out double free, out Vec3<WorldFrame> normal))
                {
                    return at + rest - start;
                }
                at += direction * free;
                rest -= direction * free;
                // What leads into the obstacle is lost; walls that lean act as upright ones.
                var aside = new Vec3<WorldFrame>(normal.X, normal.Y, 0);
                if (aside.Length < 1e-6)
                {
                    break;
                }
                aside /= aside.Length;
                rest -= aside * Math.Min(aside.Dot(rest), 0);
                if (rest.Dot(step) <= 0)
                {
                    break;
                }
            }
            return at - start;
        }

        /// <summary>Finds how far the capsule gets before it comes too near to something that it moves towards.</summary>
        private bool Sweep(
            Vec3<WorldFrame> at, Vec3<WorldFrame> direction, double way, out double free, out Vec3<WorldFrame> normal)
        {
            Vector3 axis = Vector3.up * (float)_half, center = at.Unity();
            int count = _room.CapsuleCast(
                center - axis,
                center + axis,
                (float)_radius,
                direction.Unity(),
                _hits,
                (float)(way + 2 * SkinM),
                Layers.AllMask);
            free = way;
            normal = default;
            bool stopped = false;
            for (int i = 0; i < count; i++)
            {
                RaycastHit hit = _hits[i];
                Vec3<WorldFrame> face = hit.normal.World();
                double closing = -face.Dot(direction);
                // Overlapping already: it may walk out.
                if (closing <= 1e-6 || hit.distance <= 0 || Array.IndexOf(_own, hit.collider) >= 0)
                {
                    continue;
                }
                double until = Math.Max(hit.distance - SkinM / closing, 0);
                if (until < free)
                {
                    free = until;
                    normal = face;
                    stopped = true;
                }
            }
            return stopped;
        }
    }
}
