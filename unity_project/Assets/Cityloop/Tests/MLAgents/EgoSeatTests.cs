#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.Core;
using Cityloop.Runtime;
using Cityloop.V1;
using Google.Protobuf;
using NUnit.Framework;

namespace Cityloop.MLAgents.Tests
{
    /// <summary>Who steps whom: the client the world, each tick the driver, before it is played.</summary>
    [TestFixture]
    public sealed class EgoSeatTests
    {
        private const uint Ego = 7;

        private readonly List<string> _happened = new List<string>();
        private readonly List<AdvanceRequest> _played = new List<AdvanceRequest>();
        private Answer _engine = (_, _, _) => throw new InvalidOperationException();

        [SetUp]
        public void Place()
        {
            _happened.Clear();
            _played.Clear();
            var seat = new EgoSeat(new Driver(_happened), () => new[] { "scenario=3" });
            _engine = seat.Around(Play);
            Call(EngineMethods.LoadScene, new LoadSceneRequest { Prototype = new Prototype { Name = "sedan" } });
            var bodies = new[] { (5u, BodyKind.Kinematic), (Ego, BodyKind.Driven), (9u, BodyKind.Driven) };
            var spawn = new SpawnRequest();
            spawn.Bodies.Add(bodies.Select(b => new Body { Id = b.Item1, Kind = b.Item2, Prototype = "sedan" }));
            Call(EngineMethods.Spawn, spawn);
            _happened.Clear();
        }

        [Test]
        public void ADriverDecidesBeforeEachTickAndLivesThroughItAfter()
        {
            Call(EngineMethods.Advance, new AdvanceRequest { DtS = 0.05 });
            Call(EngineMethods.Advance, new AdvanceRequest { DtS = 0.05 });
            var wanted = new[]
            {
                "take 7", "decide", "Advance", "live 0.05 12", "decide", "Advance", "live 0.05 12",
            };
            Assert.AreEqual(wanted, _happened.ToArray());
        }

        [Test]
        public void HisPedalsReplaceTheClientsForHisVehicleAlone()
        {
            var request = new AdvanceRequest { DtS = 0.05 };
            request.Drive.Add(new DriveCommand { Id = Ego, Throttle = 1 });
            request.Drive.Add(new DriveCommand { Id = 9, Throttle = 0.25 });
            Call(EngineMethods.Advance, request);
            DriveCommand his = _played[0].Drive.Single(d => d.Id == Ego);
            Assert.AreEqual(0, his.Throttle, 0);
            Assert.AreEqual(0.5, his.Brake, 1e-6);
            Assert.AreEqual(-0.25, his.Steering, 1e-6);
            Assert.AreEqual(0.25, _played[0].Drive.Single(d => d.Id == 9).Throttle, 0);
        }

        [Test]
        public void AnEpisodeEndsBeforeItsWorldDoes()
        {
            Call(EngineMethods.Advance, new AdvanceRequest { DtS = 0.05 });
            _happened.Clear();
            Call(EngineMethods.Restore, new RestoreRequest());
            Assert.AreEqual(new[] { "leave", "Restore" }, _happened.ToArray());
            Call(EngineMethods.Handshake, new HandshakeRequest());
            Assert.AreEqual(new[] { "leave", "Restore", "Handshake" }, _happened.ToArray());
        }

        [Test]
        public void AHandshakeTellsWhatTheTrainerWants()
        {
            Reply reply = Call(EngineMethods.Handshake, new HandshakeRequest());
            HandshakeResponse response = HandshakeResponse.Parser.ParseFrom(reply.Messages[0]);
            Assert.AreEqual(new[] { "driven", "scenario=3" }, response.Capabilities.ToArray());
        }

        private Reply Call(string method, IMessage request)
        {
            return _engine(method, "s", new[] { request.ToByteArray() });
        }

        /// <summary>An engine in which nothing moves and the ego touches something in each tick.</summary>
        private Reply Play(string method, string token, IReadOnlyList<byte[]> messages)
        {
            _happened.Add(method);
            return Reply.Of(new[] { Answered(method, messages[0]).ToByteArray() });
        }

        private IMessage Answered(string method, byte[] request)
        {
            switch (method)
            {
                case EngineMethods.Handshake:
                    return new HandshakeResponse { Capabilities = { "driven" } };
                case EngineMethods.Advance:
                    _played.Add(AdvanceRequest.Parser.ParseFrom(request));
                    var touches = new[]
                    {
                        new Contact { BodyA = 5, BodyB = Ego, ImpulseNs = 12 },
                        new Contact { BodyA = 5, BodyB = 9, ImpulseNs = 100 },
                    };
                    return new AdvanceResponse { States = Table(), Contacts = { touches } };
                case EngineMethods.Spawn:
                    return new SpawnResponse { States = Table() };
                case EngineMethods.Restore:
                    return new RestoreResponse { States = Table() };
                default:
                    return new LoadSceneResponse();
            }
        }

        private static MotionTable Table()
        {
            var ids = new[] { 5u, Ego, 9u };
            byte[] kinds = { (byte)BodyKind.Kinematic, (byte)BodyKind.Driven, (byte)BodyKind.Driven };
            return new MotionTable
            {
                Ids = ByteString.CopyFrom(ids.SelectMany(BitConverter.GetBytes).ToArray()),
                Motion = ByteString.CopyFrom(new byte[ids.Length * 16 * sizeof(double)]),
                Kinds = ByteString.CopyFrom(kinds),
            };
        }

        private sealed class Driver : IEgoDriver
        {
            private readonly List<string> _happened;

            internal Driver(List<string> happened)
            {
                _happened = happened;
            }

            public float Pedal => -0.5f;

            public float Steering => -0.25f;

            public void Take(WatchedBody vehicle)
            {
                _happened.Add($"take {vehicle.Id}");
            }

            public void Decide()
            {
                _happened.Add("decide");
            }

            public void Live(WatchedBody vehicle, double lengthS, double impulseNs)
            {
                _happened.Add(FormattableString.Invariant($"live {lengthS} {impulseNs}"));
            }

            public void Leave()
            {
                _happened.Add("leave");
            }
        }
    }
}
