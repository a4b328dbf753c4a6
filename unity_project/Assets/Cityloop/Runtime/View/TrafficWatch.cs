#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.Core;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Reads along what client and engine say to each other, for those who watch: which bodies there are, where they
    /// are, and which one carries a camera. It changes nothing.
    /// </summary>
    public sealed class TrafficWatch
    {
        private const int MotionColumns = 16;

        private readonly Dictionary<string, BodyBox> _boxes = new Dictionary<string, BodyBox>();
        private readonly Dictionary<uint, WatchedBody> _known = new Dictionary<uint, WatchedBody>();
        private readonly List<WatchedBody> _moving = new List<WatchedBody>();

        /// <summary>All bodies that can move, by rising id, at the newest tick.</summary>
        public IReadOnlyList<WatchedBody> Moving => _moving;

        /// <summary>The body that carried a camera of the last capture, else the first driven one, else the first.</summary>
        public WatchedBody? Leading => Find(b => b.Id == Host) ?? Find(b => b.Kind == BodyKind.Driven) ?? Find(_ => true);

        /// <summary>Id of the body that carried the first mounted camera of the last capture, 0 for none.</summary>
        public uint Host { get; private set; }

        /// <summary>Returns what answers as <paramref name="inner"/> does while this reads along.</summary>
        public Answer Around(Answer inner)
        {
            return (method, token, messages) =>
            {
                Reply reply = inner(method, token, messages);
                if (reply.Code == StatusCode.Ok)
                {
                    Read(method, messages, reply.Messages);
                }

                return reply;
            };
        }

        /// <summary>Returns the first moving body that fits.</summary>
        public WatchedBody? Find(Predicate<WatchedBody> fits)
        {
            return _moving.Find(fits);
        }

        private void Read(string method, IReadOnlyList<byte[]> asked, IReadOnlyList<byte[]> answered)
        {
            switch (method)
            {
                case EngineMethods.Handshake:
                    Forget();
                    break;
                case EngineMethods.LoadScene:
                    Forget();
                    foreach (byte[] item in asked)
                    {
                        Learn(LoadSceneRequest.Parser.ParseFrom(item));
                    }

                    break;
                case EngineMethods.Spawn:
                    Meet(SpawnRequest.Parser.ParseFrom(asked[0]));
                    Take(SpawnResponse.Parser.ParseFrom(answered[0]).States);
                    break;
                case EngineMethods.Despawn:
                    var gone = new HashSet<uint>(DespawnRequest.Parser.ParseFrom(asked[0]).Ids);
                    _moving.RemoveAll(b => gone.Contains(b.Id));
                    break;
                case EngineMethods.Advance:
                    Replace(AdvanceResponse.Parser.ParseFrom(answered[0]).States);
                    break;
                case EngineMethods.Restore:
                    Replace(RestoreResponse.Parser.ParseFrom(answered[0]).States);
                    break;
                case EngineMethods.Capture:
                    Host = FirstHost(CaptureRequest.Parser.ParseFrom(asked[0]));
                    break;
            }
        }

        private void Forget()
        {
            _boxes.Clear();
            _known.Clear();
            _moving.Clear();
            Host = 0;
        }

        private void Learn(LoadSceneRequest item)
        {
            if (item.Prototype != null)
            {
                _boxes[item.Prototype.Name] = BodyBox.Of(item.Prototype);
            }
        }

        private void Meet(SpawnRequest request)
        {
            foreach (Body body in request.Bodies)
            {
                if (body.Kind != BodyKind.Static)
                {
                    _known[body.Id] = new WatchedBody(body, _boxes[body.Prototype]);
                }
            }
        }

        private void Replace(MotionTable? states)
        {
            _moving.Clear();
            Take(states);
        }

        private void Take(MotionTable? states)
        {
            if (states == null)
            {
                return;
            }

            var ids = new uint[states.Ids.Length / sizeof(uint)];
            var motion = new double[ids.Length * MotionColumns];
            Copy(states.Ids, ids);
            Copy(states.Motion, motion);
            for (int row = 0; row < ids.Length; row++)
            {
                WatchedBody body = _known[ids[row]];
                body.Kind = (BodyKind)states.Kinds[row];
                body.Move(motion, row * MotionColumns);
                _moving.Add(body);
            }

            _moving.Sort((a, b) => a.Id.CompareTo(b.Id));
        }

        private static void Copy(ByteString from, Array to)
        {
            Buffer.BlockCopy(from.ToByteArray(), 0, to, 0, Math.Min(from.Length, Buffer.ByteLength(to)));
        }

        private static uint FirstHost(CaptureRequest request)
        {
            foreach (V1.Camera camera in request.Cameras)
            {
                if (camera.Body != 0)
                {
                    return camera.Body;
                }
            }

            return 0;
        }
    }
}
