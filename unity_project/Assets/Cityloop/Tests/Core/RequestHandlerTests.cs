#nullable enable
using System.Collections.Generic;
using System.Linq;
using Cityloop.V1;
using Google.Protobuf;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class RequestHandlerTests
    {
        private RequestHandler _engine = Engine("");

        [SetUp]
        public void StartAnEngine()
        {
            _engine = Engine("");
        }

        [Test]
        public void TheHandshakeSaysWhoAnswers()
        {
            HandshakeResponse hello = Open(_engine);
            Assert.That(hello.EngineName, Is.EqualTo("unity"));
            Assert.That(hello.EngineVersion, Is.EqualTo("9.8.7"));
            Assert.That(hello.ProtocolMajor, Is.EqualTo(2u));
            Assert.That(hello.SessionToken.Length, Is.EqualTo(32));
            Assert.That(
                hello.Capabilities.ToArray(),
                Is.EqualTo(new[] { "driven", "walker", "ragdoll", "cast_rays", "save_restore" }));
            Assert.That(hello.SharedMemoryPath, Is.EqualTo(""));
        }

        [Test]
        public void AnotherMajorVersionIsRefused()
        {
            Reply reply = Call(_engine, EngineMethods.Handshake, "", new HandshakeRequest { ProtocolMajor = 99 });
            Assert.That(reply.Code, Is.EqualTo(StatusCode.FailedPrecondition));
            Assert.That(
                reply.Sentence,
                Is.EqualTo("The client speaks protocol 99.0, this engine 2.1: use versions of the same major number."));
        }

        [Test]
        public void AWrongAccessTokenIsRefused()
        {
            RequestHandler guarded = Engine("secret");
            var request = new HandshakeRequest { ProtocolMajor = 2, AccessToken = "guess" };
            Assert.That(Call(guarded, EngineMethods.Handshake, "", request).Code, Is.EqualTo(StatusCode.Unauthenticated));
            request.AccessToken = "secret";
            Assert.That(Call(guarded, EngineMethods.Handshake, "", request).Code, Is.EqualTo(StatusCode.Ok));
        }

        [Test]
        public void ACallWithoutASessionIsRefusedAndSoIsOneOfAnEarlierClient()
        {
            var tick = new AdvanceRequest { DtS = 0.05, Substeps = 4 };
            Assert.That(Call(_engine, EngineMethods.Advance, "", tick).Code, Is.EqualTo(StatusCode.Unauthenticated));
            string first = Open(_engine).SessionToken, second = Open(_engine).SessionToken;
            Assert.That(Call(_engine, EngineMethods.Advance, first, tick).Code, Is.EqualTo(StatusCode.Unauthenticated));
            Assert.That(Call(_engine, EngineMethods.Advance, second, tick).Code, Is.EqualTo(StatusCode.Ok));
        }

        [Test]
        public void StatesComeByRisingIdWithoutStaticBodies()
        {
            string token = LoadedSession();
            var spawn = new SpawnRequest
            {
                Bodies =
                {
                    SmallScene.BodyOf(9, "car", BodyKind.Kinematic),
                    SmallScene.BodyOf(4, "crate", BodyKind.Static),
                    SmallScene.BodyOf(5, "person", BodyKind.Kinematic, 20),
                },
            };
            SpawnResponse placed = SpawnResponse.Parser.ParseFrom(Single(Call(_engine, EngineMethods.Spawn, token, spawn)));
            Assert.That(Decode.Ids(placed.States.Ids), Is.EqualTo(new uint[] { 5, 9 }));
            Assert.That(placed.States.WheelCounts.ToByteArray(), Is.EqualTo(new byte[] { 0, 4 }));
            Assert.That(placed.States.Bones.Length, Is.EqualTo(0));
            AdvanceResponse tick = AdvanceResponse.Parser.ParseFrom(
                Single(
                    Call(
                        _engine,
                        EngineMethods.Advance,
                        token,
                        new AdvanceRequest { DtS = 0.05, Substeps = 4, Kinds = { Limp(5) } })));
            Assert.That(tick.Tick, Is.EqualTo(1UL));
            Assert.That(tick.States.Kinds.ToByteArray(), Is.EqualTo(new byte[] { 5, 2 }));
            Assert.That(tick.States.BoneCounts.ToByteArray(), Is.EqualTo(new byte[] { 2, 0 }));
            Assert.That(tick.States.Bones.Length, Is.EqualTo(2 * 48));
        }

        [Test]
        public void WhatCannotBeReadIsRefused()
        {
            string token = LoadedSession();
            Reply broken = _engine.Handle(EngineMethods.Advance, token, new[] { new byte[] { 0x0a, 0xff } });
            Assert.That(broken.Code, Is.EqualTo(StatusCode.InvalidArgument));
            Assert.That(
                _engine.Handle(EngineMethods.Advance, token, new byte[0][]).Code, Is.EqualTo(StatusCode.InvalidArgument));
            Assert.That(_engine.Handle("Dance", token, new byte[0][]).Code, Is.EqualTo(StatusCode.Unimplemented));
        }

        [Test]
        public void RaysNeedAsManyDirectionsAndAReach()
        {
            string token = LoadedSession();
            var rays = new CastRaysRequest { Origins = { new Vector3() }, MaxDistanceM = 9 };
            Assert.That(
                Call(_engine, EngineMethods.CastRays, token, rays).Sentence,
                Is.EqualTo("There are 1 ray origins and 0 directions: give as many of one as of the other."));
            rays.Directions.Add(new Vector3());
            Assert.That(
                Call(_engine, EngineMethods.CastRays, token, rays).Sentence,
                Is.EqualTo("A ray has no direction, or is not finite: give finite, nonzero vectors."));
            rays.Directions[0].Z = -1;
            rays.MaxDistanceM = -1;
            Assert.That(
                Call(_engine, EngineMethods.CastRays, token, rays).Sentence,
                Is.EqualTo("The reach of the rays, max_distance_m, is -1: it must be a finite number above 0."));
        }

        [Test]
        public void ACaptureWithoutAGraphicsDeviceIsRefused()
        {
            string token = LoadedSession();
            Call(_engine, EngineMethods.Advance, token, new AdvanceRequest { DtS = 0.05, Substeps = 4 });
            var capture = new CaptureRequest
            {
                Passes = { Pass.Depth },
                Cameras =
                {
                    new Camera
                    {
                        Name = "front",
                        Width = 4,
                        Height = 4,
                        Fx = 2,
                        Fy = 2,
                        NearM = 0.1,
                        FarM = 100,
                        Mount = new Pose { Position = new Vector3(), Rotation = new Quaternion { W = 1 } },
                    },
                },
            };
            Assert.That(Call(_engine, EngineMethods.Capture, token, capture).Code, Is.EqualTo(StatusCode.Unimplemented));
            capture.Slot = 8;
            Assert.That(
                Call(_engine, EngineMethods.Capture, token, capture).Sentence,
                Is.EqualTo("Slot 8 does not exist: slots are 0 to 7."));
        }

        [Test]
        public void AfterShutdownThereIsNoSession()
        {
            string token = LoadedSession();
            Assert.That(Call(_engine, EngineMethods.Shutdown, token, new ShutdownRequest()).Code, Is.EqualTo(StatusCode.Ok));
            Assert.That(
                Call(_engine, EngineMethods.Save, token, new SaveRequest()).Code, Is.EqualTo(StatusCode.Unauthenticated));
        }

        private static RequestHandler Engine(string accessToken) =>
            new RequestHandler(new FakePhysics(), new NullRendering(), new EngineSettings("9.8.7", accessToken, true));

        private static BodyKindCommand Limp(uint id) => new BodyKindCommand { Id = id, Kind = BodyKind.Ragdoll };

        private static HandshakeResponse Open(RequestHandler engine)
        {
            var request = new HandshakeRequest { ProtocolMajor = 2, WantsSharedMemory = true };
            return HandshakeResponse.Parser.ParseFrom(Single(Call(engine, EngineMethods.Handshake, "", request)));
        }

        private static Reply Call(RequestHandler engine, string method, string token, IMessage request) =>
            engine.Handle(method, token, new[] { request.ToByteArray() });

        private static byte[] Single(Reply reply)
        {
            Assert.That(reply.Code, Is.EqualTo(StatusCode.Ok), reply.Sentence);
            return reply.Messages.Single();
        }

        private string LoadedSession()
        {
            string token = Open(_engine).SessionToken;
            IReadOnlyList<byte[]> scene = SmallScene.Items().Select(item => item.ToByteArray()).ToList();
            Assert.That(_engine.Handle(EngineMethods.LoadScene, token, scene).Code, Is.EqualTo(StatusCode.Ok));
            return token;
        }
    }
}
