#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.Core;
using Cityloop.Runtime;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.MLAgents
{
    /// <summary>
    /// Puts a driver into the vehicle that carries the camera, or the first driven one: before each
    /// tick he decides, and his pedals replace those that the client sends for this vehicle.
    /// </summary>
    /// <remarks>
    /// The client steps the world, and the world steps the trainer: Advance waits for one exchange with it. An episode
    /// lasts from the first tick of a scene to the next handshake, scene or restored state, all of them the client's.
    /// </remarks>
    public sealed class EgoSeat
    {
        private readonly IEgoDriver _driver;
        private readonly Func<IEnumerable<string>> _wishes;
        private readonly TrafficWatch _traffic = new TrafficWatch();
        private uint _vehicle;

        /// <summary>Takes who is to drive, and what tells a client at its handshake what to play.</summary>
        public EgoSeat(IEgoDriver driver, Func<IEnumerable<string>> wishes)
        {
            _driver = driver;
            _wishes = wishes;
        }

        /// <summary>Returns what answers as <paramref name="inner"/> does, with the driver at the wheel.</summary>
        public Answer Around(Answer inner)
        {
            Answer watched = _traffic.Around(inner);
            return (method, token, messages) =>
            {
                switch (method)
                {
                    case EngineMethods.Advance:
                        return Advance(watched, token, messages);
                    case EngineMethods.Handshake:
                        GetUp();
                        return Tell(watched(method, token, messages));
                    case EngineMethods.LoadScene:
                    case EngineMethods.Restore:
                        GetUp();
                        return watched(method, token, messages);
                    default:
                        return watched(method, token, messages);
                }
            };
        }

        private WatchedBody? Vehicle => _traffic.Find(b => b.Id == _vehicle && b.Kind == BodyKind.Driven);

        private Reply Advance(Answer inner, string token, IReadOnlyList<byte[]> messages)
        {
            SitDown();
            if (Vehicle == null)
            {
                return inner(EngineMethods.Advance, token, messages);
            }

            _driver.Decide();
            AdvanceRequest request = Drive(AdvanceRequest.Parser.ParseFrom(messages[0]));
            Reply reply = inner(EngineMethods.Advance, token, new[] { request.ToByteArray() });
            if (reply.Code == StatusCode.Ok)
            {
                Live(AdvanceResponse.Parser.ParseFrom(reply.Messages[0]), request.DtS);
            }

            return reply;
        }

        private void SitDown()
        {
            if (_vehicle == 0 && _traffic.Leading is { Kind: BodyKind.Driven } vehicle)
            {
                _vehicle = vehicle.Id;
                _driver.Take(vehicle);
            }
        }

        private AdvanceRequest Drive(AdvanceRequest request)
        {
            foreach (DriveCommand other in request.Drive.Where(d => d.Id == _vehicle).ToList())
            {
                request.Drive.Remove(other);
            }

            request.Drive.Add(new DriveCommand
            {
                Id = _vehicle,
                Throttle = Math.Max(0, _driver.Pedal),
                Brake = Math.Max(0, -_driver.Pedal),
                Steering = _driver.Steering,
            });
            return request;
        }

        private void Live(AdvanceResponse response, double lengthS)
        {
            double impulseNs = response.Contacts
                .Where(c => c.BodyA == _vehicle || c.BodyB == _vehicle)
                .Sum(c => c.ImpulseNs);
            if (Vehicle is { } vehicle)
            {
                _driver.Live(vehicle, lengthS, impulseNs);
            }
        }

        /// <summary>Ends the drive, while the world that it ends in still stands to be looked at.</summary>
        private void GetUp()
        {
            if (_vehicle != 0)
            {
                _vehicle = 0;
                _driver.Leave();
            }
        }

        private Reply Tell(Reply reply)
        {
            if (reply.Code != StatusCode.Ok)
            {
                return reply;
            }

            HandshakeResponse response = HandshakeResponse.Parser.ParseFrom(reply.Messages[0]);
            response.Capabilities.Add(_wishes());
            return Reply.Of(new[] { response.ToByteArray() });
        }
    }
}
