#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;
using Google.Protobuf;

namespace Cityloop.Core
{
    /// <summary>
    /// Answers the calls of the engine service: sessions, and refusals as gRPC status. It knows no transport, and all
    /// calls come from the main thread.
    /// </summary>
    public sealed class RequestHandler : IDisposable
    {
        private const uint ProtocolMajor = 2;
        private const uint ProtocolMinor = 1;

        private readonly EngineSettings _settings;
        private readonly IRendering _rendering;
        private readonly Stage _stage;
        private readonly CaptureRequests _captures;
        private readonly Dictionary<string, Func<IReadOnlyList<byte[]>, IEnumerable<IMessage>>> _calls;
        private readonly bool _draws;
        private Session? _session;

        /// <summary>Takes what moves and what draws, and the settings.</summary>
        public RequestHandler(IPhysics physics, IRendering rendering, EngineSettings settings)
        {
            _settings = settings;
            _rendering = rendering;
            _draws = !(rendering is NullRendering);
            _stage = new Stage(physics, rendering);
            _captures = new CaptureRequests(rendering);
            _calls = new Dictionary<string, Func<IReadOnlyList<byte[]>, IEnumerable<IMessage>>>
            {
                [EngineMethods.Handshake] = m => One(Handshake(Parse(HandshakeRequest.Parser, m))),
                [EngineMethods.LoadScene] = m => One(LoadScene(m)),
                [EngineMethods.Spawn] = m => One(Spawn(Parse(SpawnRequest.Parser, m))),
                [EngineMethods.Despawn] = m => One(Despawn(Parse(DespawnRequest.Parser, m))),
                [EngineMethods.Advance] = m => One(Advance(Parse(AdvanceRequest.Parser, m))),
                [EngineMethods.Capture] = m => Capture(Parse(CaptureRequest.Parser, m)),
                [EngineMethods.SetEnvironment] = m => One(SetEnvironment(Parse(SetEnvironmentRequest.Parser, m))),
                [EngineMethods.CastRays] = m => One(CastRays(Parse(CastRaysRequest.Parser, m))),
                [EngineMethods.Save] = _ => One(new SaveResponse { SaveId = _stage.Save() }),
                [EngineMethods.Restore] = m => One(Restore(Parse(RestoreRequest.Parser, m))),
                [EngineMethods.Shutdown] = _ => One(Shutdown()),
            };
        }

        /// <summary>Somebody watches: every tick is put on the screen.</summary>
        public bool Watched { get; set; }

        /// <summary>Answers one call.</summary>
        /// <param name="method">Its name in engine.proto.</param>
        /// <param name="sessionToken">What the client sent as "cityloop-session", empty for nothing.</param>
        /// <param name="messages">Serialised requests, one but for LoadScene.</param>
        public Reply Handle(string method, string sessionToken, IReadOnlyList<byte[]> messages)
        {
            try
            {
                if (!_calls.TryGetValue(method, out Func<IReadOnlyList<byte[]>, IEnumerable<IMessage>>? call))
                {
                    throw Refusal.Unimplemented($"This engine has no call {Words.Quoted(method)}.");
                }
                if (method != EngineMethods.Handshake)
                {
                    CheckSession(sessionToken);
                }
                var answers = new List<byte[]>();
                foreach (IMessage answer in call(messages))
                {
                    answers.Add(answer.ToByteArray());
                }
                return Reply.Of(answers);
            }
            catch (Refusal refusal)
            {
                return Reply.Refused(refusal.Code, refusal.Sentence);
            }
            catch (InvalidProtocolBufferException error)
            {
                return Reply.Refused(
                    StatusCode.InvalidArgument, $"The request of {method} cannot be read: {error.Message}");
            }
            catch (OutOfMemoryException)
            {
                return Reply.Refused(StatusCode.ResourceExhausted, "The engine's machine is out of memory.");
            }
        }

        /// <summary>Ends the session.</summary>
        public void Dispose()
        {
            _session?.Dispose();
            _session = null;
        }

        private static IEnumerable<IMessage> One(IMessage message) => new[] { message };

        private static T Parse<T>(MessageParser<T> parser, IReadOnlyList<byte[]> messages)
            where T : IMessage<T>
        {
            if (messages.Count != 1)
            {
                throw Refusal.Invalid($"The call has {messages.Count} requests: send one.");
            }
            return parser.ParseFrom(messages[0]);
        }

        private void CheckSession(string token)
        {
            if (_session == null || !Session.Same(token, _session.Token))
            {
                throw new Refusal(
                    StatusCode.Unauthenticated,
                    "The session is not, or no longer, open: another client has taken the engine, " +
                    "or there was no Handshake.");
            }
        }

        private HandshakeResponse Handshake(HandshakeRequest request)
        {
            if (request.ProtocolMajor != ProtocolMajor)
            {
                throw Refusal.NotNow(
                    $"The client speaks protocol {request.ProtocolMajor}.{request.ProtocolMinor}, " +
                    $"this engine {ProtocolMajor}.{ProtocolMinor}: use versions of the same major number.");
            }
            if (_settings.AccessToken.Length > 0 && !Session.Same(request.AccessToken, _settings.AccessToken))
            {
                throw new Refusal(
                    StatusCode.Unauthenticated,
                    "The access token is wrong: give the one that the engine was started with.");
            }
            Dispose();
            _stage.Reset();
            SetEnvironment(new V1.Environment());
            bool shares = _draws && _settings.SharesMemory;
            _session = new Session(shares && request.WantsSharedMemory ? new SharedFrames() : null);
            SharedFrames? frames = _session.Frames;
            var response = new HandshakeResponse
            {
                ProtocolMajor = ProtocolMajor,
                ProtocolMinor = ProtocolMinor,
                EngineName = "unity",
                EngineVersion = _settings.Version,
                Capabilities = { "driven", "walker", "ragdoll", "cast_rays", "save_restore" },
                SessionToken = _session.Token,
                SharedMemoryPath = frames == null ? string.Empty : frames.Path,
                SharedMemoryKey = frames == null ? ByteString.Empty : ByteString.CopyFrom(frames.Key),
                Renderer = _rendering.Description,
            };
            if (shares)
            {
                response.Capabilities.Add("shared_memory");
            }
            if (_draws)
            {
                response.Capabilities.Add("pixels");
            }
            return response;
        }

        private LoadSceneResponse LoadScene(IReadOnlyList<byte[]> messages) =>
            new LoadSceneResponse { Triangles = _stage.Load(Items(messages)) };

        // One item after another, so that a scene is never in memory twice.
        private static IEnumerable<LoadSceneRequest> Items(IReadOnlyList<byte[]> messages)
        {
            foreach (byte[] message in messages)
            {
                yield return LoadSceneRequest.Parser.ParseFrom(message);
            }
        }

        private SpawnResponse Spawn(SpawnRequest request)
        {
            List<int> rows = _stage.Spawn(request.Bodies);
            return new SpawnResponse { States = Encode.States(_stage.Newest, rows) };
        }

        private DespawnResponse Despawn(DespawnRequest request)
        {
            _stage.Despawn(request.Ids);
            return new DespawnResponse();
        }

        private AdvanceResponse Advance(AdvanceRequest request)
        {
            TickResult tick = _stage.Advance(request);
            if (Watched)
            {
                _captures.Show(_stage.Instants());
            }
            Snapshot now = _stage.Newest;
            var response = new AdvanceResponse
            {
                Tick = now.Tick,
                TimeS = now.TimeS,
                States = Encode.States(now),
                Settled = Encode.Motions(tick.Settled, tick.SettledRows),
            };
            foreach (Touch touch in tick.Touches)
            {
                response.Contacts.Add(Encode.Contact(touch));
            }
            return response;
        }

        private IEnumerable<IMessage> Capture(CaptureRequest request)
        {
            if (request.Slot >= SharedFrames.Slots)
            {
                throw Refusal.Invalid(
                    $"Slot {request.Slot} does not exist: slots are 0 to {SharedFrames.Slots - 1}.");
            }
            SharedFrames? frames = _session!.Frames;
            StreamedFrames? streamed = null;
            long offset = 0;
            CaptureHeader header = _captures.Draw(
                request,
                _stage.Instants(),
                size => frames != null
                    ? frames.Slot((int)request.Slot, size, out offset)
                    : streamed = new StreamedFrames(size));
            header.SlotOffset = (ulong)offset;
            var answers = new List<IMessage> { new CaptureResponse { Header = header } };
            if (streamed != null)
            {
                foreach ((int start, int count) in streamed.Chunks)
                {
                    answers.Add(
                        new CaptureResponse { Chunk = ByteString.CopyFrom(streamed.Bytes, start, count) });
                }
            }
            return answers;
        }

        private SetEnvironmentResponse SetEnvironment(SetEnvironmentRequest request)
        {
            SetEnvironment(request.Environment ?? new V1.Environment());
            return new SetEnvironmentResponse();
        }

        private void SetEnvironment(V1.Environment environment)
        {
            AirChecks.Check(environment);
            _stage.SetWetness(environment.Wetness);
            _rendering.SetEnvironment(environment);
        }

        private CastRaysResponse CastRays(CastRaysRequest request)
        {
            if (request.Origins.Count != request.Directions.Count)
            {
                throw Refusal.Invalid(
                    $"There are {request.Origins.Count} ray origins and {request.Directions.Count} " +
                    "directions: give as many of one as of the other.");
            }
            double reach = Decode.Positive(request.MaxDistanceM, "The reach of the rays, max_distance_m,");
            var origins = new List<Vec3<WorldFrame>>();
            var directions = new List<Vec3<WorldFrame>>();
            for (int i = 0; i < request.Origins.Count; i++)
            {
                origins.Add(Decode.Raw<WorldFrame>(request.Origins[i]));
                directions.Add(Decode.Raw<WorldFrame>(request.Directions[i]));
            }
            var response = new CastRaysResponse();
            response.Hits.AddRange(_stage.CastRays(origins, directions, reach));
            return response;
        }

        private RestoreResponse Restore(RestoreRequest request)
        {
            _stage.Restore(request.SaveId);
            Snapshot now = _stage.Newest;
            return new RestoreResponse { Tick = now.Tick, States = Encode.States(now), TimeS = now.TimeS };
        }

        private ShutdownResponse Shutdown()
        {
            Dispose();
            return new ShutdownResponse();
        }
    }
}
