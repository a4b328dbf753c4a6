#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using Motion = Cityloop.Core.Motion;

namespace Cityloop.Runtime
{
    /// <summary>
    /// A limp body: capsules on ball joints, built where the bones are, read back as bones. World frame, SI units.
    /// </summary>
    internal sealed class RagdollBody : IMade
    {
        private const float AngularDampingPerS = 2;

        // A body that moves no faster than this (root of the mean square over its mass) settles: its limbs, which the
        // bounds of their joints might keep trembling, are damped as if they lay in sand, and lie still after a while.
        private const double SettlingMps = 0.15;
        private const float SettlingDampingPerS = 15;
        private const double SettlingS = 1.5;

        // A body all of whose limbs were slower than this for so long lies still from then on.
        private const float RestMps = 0.15f, RestRadps = 1;
        private const double RestS = 0.7;

        private readonly Fall _fall;
        private readonly LimbBody[] _limbs;
        private readonly LimbRig _rig;
        private double _calmS;
        private double _restS;

        /// <summary>Lets a body fall.</summary>
        public RagdollBody(BodyInfo info, Fall fall, Transform parent, ContactLog log)
        {
            Info = info;
            _fall = fall;
            Limbs limbs = info.Prototype.Limbs!;
            _rig = new LimbRig(limbs, fall.Posture);
            _limbs = new LimbBody[limbs.All.Length];
            for (int i = 0; i < _limbs.Length; i++)
            {
                Limbs.Limb limb = limbs.All[i];
                LimbBody? hangsOn = limb.Parent < 0 ? null : _limbs[limb.Parent];
                _limbs[i] = new LimbBody(limb, _rig.CenterOf(i), _rig.RotationOf(i), hangsOn, parent, log);
            }
            for (int i = 0; i < _limbs.Length; i++)
            {
                _limbs[i].SetRates(fall.Velocities[i], fall.AngularVelocities[i]);
            }
        }

        /// <summary>What never changes about it.</summary>
        public BodyInfo Info { get; }

        /// <summary>Shapes of its limbs.</summary>
        public IEnumerable<Collider> Colliders
        {
            get
            {
                foreach (LimbBody limb in _limbs)
                {
                    yield return limb.Collider;
                }
            }
        }

        /// <summary>Chooses damping and rest for the tick to come, s, by how fast it moves.</summary>
        public void Settle(double dtS)
        {
            if (Array.TrueForAll(_limbs, limb => limb.Rigid.IsSleeping()))
            {
                return;
            }
            double energy = 0, mass = 0;
            bool rests = true;
            foreach (LimbBody limb in _limbs)
            {
                Vector3 v = UnityBridge.VelocityOf(limb.Rigid);
                energy += limb.Rigid.mass * v.sqrMagnitude;
                mass += limb.Rigid.mass;
                rests &= v.magnitude < RestMps && limb.Rigid.angularVelocity.magnitude < RestRadps;
            }
            bool slow = energy < mass * SettlingMps * SettlingMps;
            _calmS = slow ? _calmS + dtS : 0;
            _restS = rests ? _restS + dtS : 0;
            bool lies = _calmS > SettlingS || _restS > RestS;
            foreach (LimbBody limb in _limbs)
            {
                UnityBridge.SetDamping(limb.Rigid, 0, slow ? SettlingDampingPerS : AngularDampingPerS);
                if (lies)
                {
                    limb.SetRates(default, default);
                    limb.Rigid.Sleep();
                }
            }
        }

        /// <summary>Puts limbs that are below the ground back on it, as a fall on asphalt would.</summary>
        /// <remarks>
        /// Between a heavy body and the ground no contact can hold a limb; one that has been pressed through would
        /// fall for ever and drag the others along.
        /// </remarks>
        public void KeepAbove(Land land)
        {
            foreach (LimbBody limb in _limbs)
            {
                if (!limb.Rigid.IsSleeping() && limb.KeepAbove(land))
                {
                    _calmS = 0;
                    _restS = 0;
                }
            }
        }

        /// <summary>Reads pose and rates of its origin, and its B x 3 x 4 skinning matrices.</summary>
        public Motion Read(float[] bones)
        {
            Vec3<WorldFrame>[] centers = Array.ConvertAll(_limbs, limb => limb.Center);
            Quat<WorldFrame>[] rotations = Array.ConvertAll(_limbs, limb => limb.Rotation);
            _rig.Read(centers, rotations, out Vec3<WorldFrame> position, out Quat<WorldFrame> rotation, bones);
            return new Motion
            {
                Position = position,
                Rotation = rotation,
                Velocity = _limbs[0].VelocityAt(position),
                AngularVelocity = _limbs[0].AngularVelocity,
            };
        }

        /// <summary>Returns everything that changes.</summary>
        public Saved Save() =>
            new Saved(Info, _fall, Array.ConvertAll(_limbs, limb => new RigidState(limb.Rigid)), _calmS, _restS);

        /// <summary>Goes on from what was saved; this one was made from the same fall.</summary>
        public void Restore(Saved saved)
        {
            _calmS = saved.CalmS;
            _restS = saved.RestS;
            bool slow = saved.CalmS > 0;
            for (int i = 0; i < _limbs.Length; i++)
            {
                saved.Limbs[i].Apply(_limbs[i].Rigid);
                UnityBridge.SetDamping(_limbs[i].Rigid, 0, slow ? SettlingDampingPerS : AngularDampingPerS);
            }
        }

        /// <inheritdoc/>
        public void Hide()
        {
            foreach (LimbBody limb in _limbs)
            {
                limb.Rigid.isKinematic = true;
                limb.Rigid.position = Far.Hidden;
                limb.Rigid.transform.position = Far.Hidden;
            }
        }

        /// <inheritdoc/>
        public void Destroy()
        {
            for (int i = _limbs.Length - 1; i >= 0; i--)
            {
                UnityEngine.Object.DestroyImmediate(_limbs[i].Rigid.gameObject);
            }
        }

        /// <summary>What <see cref="Save"/> keeps.</summary>
        internal sealed class Saved
        {
            /// <summary>Takes everything that changes.</summary>
            public Saved(BodyInfo info, Fall fall, RigidState[] limbs, double calmS, double restS)
            {
                Info = info;
                Fall = fall;
                Limbs = limbs;
                CalmS = calmS;
                RestS = restS;
            }

            /// <summary>The body.</summary>
            public BodyInfo Info { get; }

            /// <summary>How it began to fall.</summary>
            public Fall Fall { get; }

            /// <summary>Its limbs.</summary>
            public RigidState[] Limbs { get; }

            /// <summary>For how long it has hardly moved, s.</summary>
            public double CalmS { get; }

            /// <summary>For how long all of its limbs have rested, s.</summary>
            public double RestS { get; }
        }
    }
}
