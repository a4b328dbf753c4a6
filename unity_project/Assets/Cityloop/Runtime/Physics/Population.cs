#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using BodyKind = Cityloop.V1.BodyKind;
using Motion = Cityloop.Core.Motion;

namespace Cityloop.Runtime
{
    /// <summary>Who is in Unity's physics: bodies come, go, and are made anew in the same way.</summary>
    internal sealed class Population
    {
        private readonly Room _room;
        private readonly ShapeBuilder _shapes = new ShapeBuilder();
        private readonly Makings _makings;
        private double _grip = Tyres.GripDry;

        /// <summary>Takes where they are.</summary>
        public Population(Room room)
        {
            _room = room;
            _makings = new Makings(room);
            Contacts = new ContactLog(Owners);
        }

        /// <summary>All but limp ones, in the order in which they came, which decides that of all that is done to them.</summary>
        public Roster<PhysicalBody> Bodies { get; } = new Roster<PhysicalBody>();

        /// <summary>Limp ones.</summary>
        public Roster<RagdollBody> Ragdolls { get; } = new Roster<RagdollBody>();

        /// <summary>Whose a shape is.</summary>
        public Dictionary<Collider, uint> Owners { get; } = new Dictionary<Collider, uint>();

        /// <summary>What they report their contacts to.</summary>
        public ContactLog Contacts { get; }

        /// <summary>Removes all.</summary>
        public void Clear()
        {
            Forget();
            _makings.Renew();
            _shapes.Clear();
        }

        /// <summary>Adds a body; one without shapes that physics does not drive needs no place in it.</summary>
        public void Add(BodyInfo info, BodyKind kind, in Motion motion)
        {
            if (info.Prototype.Shapes.Count == 0 && kind != BodyKind.Driven)
            {
                return;
            }
            EnrolNew(Make(info, kind, motion));
            if (kind == BodyKind.Static)
            {
                RouseVehicles();
            }
        }

        /// <summary>Adds a limp one.</summary>
        public void AddRagdoll(BodyInfo info, Fall fall)
        {
            var ragdoll = new RagdollBody(info, fall, _room.Root, Contacts);
            foreach (Collider collider in ragdoll.Colliders)
            {
                Owners[collider] = info.Id;
            }
            _makings.Add(ragdoll);
            Ragdolls.Add(info.Id, ragdoll);
        }

        /// <summary>Removes a body, limp or not, where there is one.</summary>
        public void Remove(uint id)
        {
            if (Ragdolls.Take(id) is RagdollBody ragdoll)
            {
                Disown(ragdoll.Colliders);
                _makings.Hide(ragdoll);
            }
            if (Bodies.Take(id) is PhysicalBody body)
            {
                Disown(body.Colliders);
                _makings.Hide(body);
                if (body.Kind == BodyKind.Static)
                {
                    RouseVehicles();
                }
            }
        }

        /// <summary>Sets the coefficient of friction of all tyres, of those to come as well.</summary>
        public void SetGrip(double friction)
        {
            _grip = friction;
            foreach (PhysicalBody body in Bodies.All)
            {
                (body as DrivenBody)?.SetGrip(friction);
            }
        }

        /// <summary>Makes those anew that were made after somebody who has gone.</summary>
        public void CloseGaps()
        {
            if (_makings.HasGaps)
            {
                Rebuild(Save(), inNewRoom: false);
            }
        }

        /// <summary>Returns who is there, and everything that changes about them.</summary>
        public SavedPopulation Save()
        {
            var saved = new SavedPopulation();
            foreach (PhysicalBody body in Bodies.All)
            {
                saved.Bodies.Add(new SavedPopulation.Kept(body, body.Now(), body.Save()));
            }
            foreach (RagdollBody ragdoll in Ragdolls.All)
            {
                saved.Ragdolls.Add(ragdoll.Save());
            }
            return saved;
        }

        /// <summary>Makes anew who was saved, in a new room.</summary>
        public void MakeAnew(SavedPopulation saved) => Rebuild(saved, inNewRoom: true);

        /// <summary>
        /// Makes all anew: static bodies first, which stay where they are the same and the room is, then the others.
        /// </summary>
        private void Rebuild(SavedPopulation saved, bool inNewRoom)
        {
            List<SavedPopulation.Kept> still = saved.Bodies.FindAll(kept => kept.Body.Kind == BodyKind.Static);
            List<SavedPopulation.Kept> others = saved.Bodies.FindAll(kept => kept.Body.Kind != BodyKind.Static);
            int same = _makings.CountSame(still.ConvertAll(kept => (IMade)kept.Body));
            Forget();
            if (inNewRoom && Room.StartsEmpty)
            {
                same = 0;
                _makings.Renew();
            }
            else
            {
                _makings.UnmakeFrom(same);
            }
            for (int i = 0; i < still.Count; i++)
            {
                PhysicalBody body = still[i].Body;
                if (i < same)
                {
                    Enrol(body);
                }
                else
                {
                    EnrolNew(Make(body.Info, body.Kind, still[i].Place));
                }
            }
            foreach (SavedPopulation.Kept kept in others)
            {
                PhysicalBody body = Make(kept.Body.Info, kept.Body.Kind, kept.Place);
                EnrolNew(body);
                body.Restore(kept.State);
            }
            foreach (RagdollBody.Saved ragdoll in saved.Ragdolls)
            {
                AddRagdoll(ragdoll.Info, ragdoll.Fall);
                Ragdolls[ragdoll.Info.Id].Restore(ragdoll);
            }
            Physics.SyncTransforms();
        }

        private PhysicalBody Make(BodyInfo info, BodyKind kind, in Motion motion)
        {
            switch (kind)
            {
                case BodyKind.Driven:
                    var vehicle = new DrivenBody(info, motion, _grip, _shapes, _room);
                    vehicle.Object.AddComponent<ContactReporter>().Log = Contacts;
                    return vehicle;
                case BodyKind.Walker:
                    return new WalkerBody(info, motion, _shapes, _room);
                default:
                    return new PhysicalBody(info, kind, motion, _shapes, _room.Root);
            }
        }

        private void EnrolNew(PhysicalBody body)
        {
            _makings.Add(body);
            Enrol(body);
        }

        private void Enrol(PhysicalBody body)
        {
            Bodies.Add(body.Info.Id, body);
            foreach (Collider collider in body.Colliders)
            {
                Owners[collider] = body.Info.Id;
            }
        }

        private void Disown(IEnumerable<Collider> colliders)
        {
            foreach (Collider collider in colliders)
            {
                Owners.Remove(collider);
            }
        }

        /// <summary>Forgets all bodies, but not what was made of them.</summary>
        private void Forget()
        {
            Ragdolls.Clear();
            Bodies.Clear();
            Owners.Clear();
        }

        private void RouseVehicles()
        {
            foreach (PhysicalBody body in Bodies.All)
            {
                (body as DrivenBody)?.Rouse();
            }
        }
    }
}
