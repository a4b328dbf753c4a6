#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;
using BodyKind = Cityloop.V1.BodyKind;
using Motion = Cityloop.Core.Motion;

namespace Cityloop.Runtime
{
    /// <summary>A static, kinematic, driven or walking body in Unity's physics. World frame, SI units.</summary>
    internal class PhysicalBody : IMade
    {
        /// <summary>Places a body's colliders.</summary>
        public PhysicalBody(BodyInfo info, BodyKind kind, in Motion motion, ShapeBuilder shapes, Transform parent)
        {
            Info = info;
            Kind = kind;
            Place = motion;
            Object = new GameObject(info.Prototype.Name);
            Object.transform.SetParent(parent, false);
            Object.transform.SetPositionAndRotation(motion.Position.Unity(), motion.Rotation.Unity());
            if (kind != BodyKind.Static)
            {
                Rigid = Object.AddComponent<Rigidbody>();
                Rigid.isKinematic = kind != BodyKind.Driven;
                Rigid.useGravity = false;
                Rigid.interpolation = RigidbodyInterpolation.None;
            }
            Colliders = shapes.Build(Object, info.Prototype, kind);
        }

        /// <summary>What never changes about it.</summary>
        public BodyInfo Info { get; }

        /// <summary>Who moves it.</summary>
        public BodyKind Kind { get; }

        /// <summary>Unity's object, with its colliders on children.</summary>
        public GameObject Object { get; }

        /// <summary>Its shapes.</summary>
        public Collider[] Colliders { get; }

        /// <summary>Unity's body; null for a static one.</summary>
        public Rigidbody? Rigid { get; }

        /// <summary>Goes limp when a vehicle runs into it.</summary>
        public bool CanFall =>
            Info.Prototype.CanFall && (Kind == BodyKind.Kinematic || Kind == BodyKind.Walker);

        /// <summary>
        /// Where it is now and how it moves; of a driven body only when it entered, since Unity knows better.
        /// </summary>
        public Motion Place { get; private set; }

        /// <summary>Goes through the tick in substeps.</summary>
        public bool Glides { get; private set; }

        /// <summary>Puts it somewhere at once, at rest.</summary>
        public void Put(in Motion motion)
        {
            Motion rest = motion;
            rest.Velocity = default;
            rest.AngularVelocity = default;
            bool moves = !rest.Position.Equals(Place.Position) || !rest.Rotation.Equals(Place.Rotation);
            Place = rest;
            Glides = false;
            if (moves)
            {
                Object.transform.SetPositionAndRotation(rest.Position.Unity(), rest.Rotation.Unity());
            }
        }

        /// <summary>Sets it on its way: at constant rates it is at its end after a time, s.</summary>
        public void Send(in Motion start, in Motion end, double dtS)
        {
            Put(start);
            Motion moving = start;
            moving.Velocity = (end.Position - start.Position) / dtS;
            moving.AngularVelocity = (end.Rotation * start.Rotation.Inverse).RotationVector / dtS;
            Place = moving;
            Glides = moving.Velocity.Length > 0 || moving.AngularVelocity.Length > 0;
        }

        /// <summary>Gives Unity the place after a substep, s, that it is about to do.</summary>
        public void Glide(double stepS)
        {
            if (!Glides || Rigid == null)
            {
                return;
            }
            Motion next = Place;
            next.Position += next.Velocity * stepS;
            next.Rotation = next.Rotation.Advance(next.AngularVelocity, stepS);
            Place = next;
            Rigid.MovePosition(next.Position.Unity());
            Rigid.MoveRotation(next.Rotation.Unity());
        }

        /// <summary>Returns what decides whether it runs into somebody or is run into.</summary>
        public virtual Impacts.Party AsParty() =>
            new Impacts.Party(
                Info.Prototype.Shapes,
                Place.Position,
                Place.Rotation,
                Place.Velocity,
                Place.AngularVelocity,
                Place.Position);

        /// <summary>Returns everything that changes, to be kept.</summary>
        public virtual object? Save() => null;

        /// <summary>Goes on from what was kept; the body was made from the kept place.</summary>
        public virtual void Restore(object? saved)
        {
        }

        /// <summary>Returns where it is, from which it can be made again.</summary>
        public virtual Motion Now() => Place;

        /// <inheritdoc/>
        public void Hide()
        {
            if (Rigid != null)
            {
                Rigid.isKinematic = true;
                Rigid.position = Far.Hidden;
            }
            Object.transform.position = Far.Hidden;
        }

        /// <inheritdoc/>
        public void Destroy() => UnityEngine.Object.DestroyImmediate(Object);
    }
}
