#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// One limb: a capsule that hangs on another by a ball joint with bounds and the damping of flesh. World frame, SI
    /// units.
    /// </summary>
    internal sealed class LimbBody
    {
        // Limbs on asphalt: sliding and tumbling pedestrians are slowed by 0.66 g (J. A. Searle and A. Searle, "The
        // trajectories of pedestrians, motorcycles, motorcyclists, etc. following a road accident", SAE 831622, 1983).
        private const double Friction = 0.66;

        // A thin limb is given this share of its greatest moment of inertia about its own axis too: with its true one,
        // a tenth of that, joints and contacts would make it tremble.
        private const double LeastTwistInertia = 0.5;
        private const float GreatestTurnRadps = 100;

        // A limb whose axis is nearer to the ground than this share of its radius is pressed into it.
        private const double PressedShare = 0.5;

        // Long chains of light limbs need more passes of the solver than single bodies.
        private const int PositionPasses = 24, VelocityPasses = 16;

        private readonly Vec3<BodyFrame> _atRest;
        private readonly Vec3<BodyFrame> _half;
        private readonly double _radiusM;

        /// <summary>Places a limb.</summary>
        /// <param name="limb">What it is.</param>
        /// <param name="center">Its centre of mass, m.</param>
        /// <param name="turned">World-from-limb.</param>
        /// <param name="hangsOn">What it hangs on, null for nothing.</param>
        /// <param name="parent">Where its object goes.</param>
        /// <param name="log">Takes its contacts.</param>
        public LimbBody(
            Limbs.Limb limb,
            Vec3<WorldFrame> center,
            Quat<WorldFrame> turned,
            LimbBody? hangsOn,
            Transform parent,
            ContactLog log)
        {
            _atRest = limb.Center;
            _half = (limb.End - limb.Start) / 2;
            _radiusM = limb.RadiusM;
            var thing = new GameObject(limb.Name) { layer = Layers.Limb };
            thing.transform.SetParent(parent, false);
            thing.transform.position = center.Unity();
            thing.transform.rotation = turned.Unity();
            Rigid = thing.AddComponent<Rigidbody>();
            Vector3 axis = (limb.End - limb.Start).Unity();
            Quaternion along = axis.magnitude > 1e-6f
                ? Quaternion.FromToRotation(Vector3.up, axis.normalized)
                : Quaternion.identity;
            Collider = AddCapsule(thing, along, axis.magnitude, (float)limb.RadiusM);
            SetMass((float)limb.MassKg, along, axis.magnitude, (float)limb.RadiusM);
            if (hangsOn != null)
            {
                LimbJoint.Join(Rigid, hangsOn.Rigid, limb, hangsOn._atRest);
            }
            thing.AddComponent<ContactReporter>().Log = log;
        }

        /// <summary>Unity's body, its origin in the centre of mass, turned as the limb is from its rest.</summary>
        public Rigidbody Rigid { get; }

        /// <summary>Its shape.</summary>
        public Collider Collider { get; }

        /// <summary>Its centre of mass, m.</summary>
        public Vec3<WorldFrame> Center => Rigid.position.World();

        /// <summary>World-from-limb.</summary>
        public Quat<WorldFrame> Rotation => Rigid.rotation.World();

        /// <summary>How fast it turns, rad/s.</summary>
        public Vec3<WorldFrame> AngularVelocity => Rigid.angularVelocity.AngularWorld();

        /// <summary>Returns the velocity of a point that goes with it, m/s.</summary>
        public Vec3<WorldFrame> VelocityAt(Vec3<WorldFrame> point) =>
            UnityBridge.VelocityOf(Rigid).World() + AngularVelocity.Cross(point - Center);

        /// <summary>Sets velocity of the centre of mass, m/s, and angular velocity, rad/s.</summary>
        public void SetRates(Vec3<WorldFrame> velocity, Vec3<WorldFrame> angularVelocity)
        {
            UnityBridge.SetVelocity(Rigid, velocity.Unity());
            Rigid.angularVelocity = angularVelocity.AngularUnity();
        }

        /// <summary>Puts it back on the ground where its centre or an end is pressed into it; returns whether one was.</summary>
        public bool KeepAbove(Land land)
        {
            Vec3<WorldFrame> at = Center, half = Rotation.Rotate(_half);
            double lift = Math.Max(Pressed(land, at), Math.Max(Pressed(land, at + half), Pressed(land, at - half)));
            if (lift <= 0)
            {
                return false;
            }
            Rigid.position = new Vec3<WorldFrame>(at.X, at.Y, at.Z + lift).Unity();
            Vec3<WorldFrame> v = UnityBridge.VelocityOf(Rigid).World();
            double sliding = Math.Sqrt(v.X * v.X + v.Y * v.Y);
            double left = Math.Max(0, 1 - Friction * Math.Max(-v.Z, 0) / Math.Max(sliding, 1e-9));
            UnityBridge.SetVelocity(
                Rigid, new Vec3<WorldFrame>(v.X * left, v.Y * left, Math.Max(v.Z, 0)).Unity());
            return true;
        }

        /// <summary>
        /// Returns by how much a point of its axis that is pressed to the ground, or below, has to rise to lie on it, m.
        /// </summary>
        private double Pressed(Land land, Vec3<WorldFrame> point)
        {
            var low = new Vec3<WorldFrame>(point.X, point.Y, point.Z - PressedShare * _radiusM);
            return land.FloorAbove(low, _radiusM) is double floor ? floor + _radiusM - point.Z : 0;
        }

        private static Collider AddCapsule(GameObject thing, Quaternion along, float length, float radius)
        {
            var part = new GameObject("shape") { layer = Layers.Limb };
            part.transform.SetParent(thing.transform, false);
            part.transform.localRotation = along;
            var capsule = part.AddComponent<CapsuleCollider>();
            capsule.direction = 1;
            capsule.radius = radius;
            capsule.height = length + 2 * radius;
            UnityBridge.SetSurface(capsule, (float)Friction, takesTheLesser: true);
            return capsule;
        }

        /// <summary>Sets mass, kg, and the moments of inertia of a cylinder as long as the capsule, m.</summary>
        private void SetMass(float massKg, Quaternion along, float length, float radius)
        {
            float whole = length + 2 * radius;
            float across = massKg * (3 * radius * radius + whole * whole) / 12;
            float twist = Mathf.Max(massKg * radius * radius / 2, (float)LeastTwistInertia * across);
            Rigid.mass = massKg;
            Rigid.centerOfMass = Vector3.zero;
            Rigid.inertiaTensor = new Vector3(across, twist, across);
            Rigid.inertiaTensorRotation = along;
            Rigid.useGravity = true;
            Rigid.interpolation = RigidbodyInterpolation.None;
            Rigid.maxAngularVelocity = GreatestTurnRadps;
            Rigid.solverIterations = PositionPasses;
            Rigid.solverVelocityIterations = VelocityPasses;
            // The ground is a surface without thickness: fast limbs must not be through it between two steps.
            Rigid.collisionDetectionMode = CollisionDetectionMode.Continuous;
            UnityBridge.SetDamping(Rigid, 0, 2);
        }
    }
}
