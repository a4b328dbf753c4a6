#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.Core;
using Cityloop.V1;
using Google.Protobuf;
using NUnit.Framework;

namespace Cityloop.Runtime.Tests
{
    /// <summary>What is seen of the traffic by reading along.</summary>
    [TestFixture]
    public sealed class TrafficWatchTests
    {
        private readonly TrafficWatch _watch = new TrafficWatch();

        [SetUp]
        public void PlaceThree()
        {
            Say(EngineMethods.Handshake, new HandshakeRequest(), new HandshakeResponse());
            var box = new BoxCollider { Center = At(1, 0, 1), HalfExtents = At(2, 1, 1) };
            var prototype = new Prototype { Name = "sedan", Colliders = { new V1.Collider { Box = box } } };
            Say(EngineMethods.LoadScene, new LoadSceneRequest { Prototype = prototype }, new LoadSceneResponse());
            var spawn = new SpawnRequest
            {
                Bodies = { Sedan(5, BodyKind.Kinematic), Sedan(7, BodyKind.Driven), Sedan(8, BodyKind.Static) },
            };
            MotionTable states = Table((5, BodyKind.Kinematic, 10), (7, BodyKind.Driven, 20));
            Say(EngineMethods.Spawn, spawn, new SpawnResponse { States = states });
        }

        [Test]
        public void BodiesThatCanMoveAreSeenWithTheirSize()
        {
            Assert.AreEqual(new[] { 5u, 7u }, _watch.Moving.Select(b => b.Id).ToArray());
            Assert.AreEqual(20, _watch.Moving[1].Position.X, 0);
            Assert.AreEqual("sedan", _watch.Moving[1].Name);
            Assert.AreEqual(1, _watch.Moving[1].Box.Center.X, 0);
            Assert.AreEqual(2, _watch.Moving[1].Box.Half.X, 0);
        }

        [Test]
        public void TheDrivenOneLeadsUntilAnotherCarriesACamera()
        {
            Assert.AreEqual(7, (int)_watch.Leading!.Id);
            var capture = new CaptureRequest { Cameras = { new V1.Camera(), new V1.Camera { Body = 5 } } };
            Say(EngineMethods.Capture, capture, new CaptureResponse());
            Assert.AreEqual(5, (int)_watch.Leading!.Id);
        }

        [Test]
        public void ATickMovesThem()
        {
            var states = Table((5, BodyKind.Ragdoll, 11), (7, BodyKind.Driven, 21));
            Say(EngineMethods.Advance, new AdvanceRequest { DtS = 0.05 }, new AdvanceResponse { States = states });
            Assert.AreEqual(21, _watch.Moving[1].Position.X, 0);
            Assert.AreEqual(BodyKind.Ragdoll, _watch.Moving[0].Kind);
        }

        [Test]
        public void WhoIsRemovedIsGoneAndMayComeBackByRestore()
        {
            Say(EngineMethods.Despawn, new DespawnRequest { Ids = { 5 } }, new DespawnResponse());
            Assert.AreEqual(new[] { 7u }, _watch.Moving.Select(b => b.Id).ToArray());
            MotionTable states = Table((5, BodyKind.Kinematic, 10), (7, BodyKind.Driven, 20));
            Say(EngineMethods.Restore, new RestoreRequest(), new RestoreResponse { States = states });
            Assert.AreEqual(2, _watch.Moving.Count);
        }

        [Test]
        public void WhatTheEngineRefusesChangesNothing()
        {
            Answer refusing = (_, _, _) => Reply.Refused(StatusCode.NotFound, "No.");
            byte[][] request = { new DespawnRequest { Ids = { 5 } }.ToByteArray() };
            _watch.Around(refusing)(EngineMethods.Despawn, "s", request);
            Assert.AreEqual(2, _watch.Moving.Count);
        }

        private void Say(string method, IMessage request, IMessage response)
        {
            byte[][] answer = { response.ToByteArray() };
            _watch.Around((_, _, _) => Reply.Of(answer))(method, "s", new[] { request.ToByteArray() });
        }

        private static Body Sedan(uint id, BodyKind kind)
        {
            return new Body { Id = id, Prototype = "sedan", Kind = kind };
        }

        private static Vector3 At(double x, double y, double z)
        {
            return new Vector3 { X = x, Y = y, Z = z };
        }

        private static MotionTable Table(params (uint Id, BodyKind Kind, double X)[] rows)
        {
            var ids = new List<byte>();
            var motion = new List<byte>();
            foreach ((uint id, BodyKind _, double x) in rows)
            {
                ids.AddRange(BitConverter.GetBytes(id));
                var row = new double[16];
                row[0] = x;
                row[6] = 1;
                motion.AddRange(row.SelectMany(BitConverter.GetBytes));
            }

            return new MotionTable
            {
                Ids = ByteString.CopyFrom(ids.ToArray()),
                Motion = ByteString.CopyFrom(motion.ToArray()),
                Kinds = ByteString.CopyFrom(rows.Select(r => (byte)r.Kind).ToArray()),
            };
        }
    }
}
