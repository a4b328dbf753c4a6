#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Cityloop.Core;
using Grpc.Core;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The engine service over gRPC, by the runtime that ML-Agents ships (Grpc.Core 1.10). Messages stay bytes here:
    /// whoever answers knows what is in them.
    /// </summary>
    public sealed class GrpcServer : ITransport
    {
        private const string ServiceName = "cityloop.v1.EngineService";
        private const string SessionKey = "cityloop-session";
        private const int MaxMessageBytes = 512 * 1024 * 1024;

        // Time for the answers that were given to leave.
        private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

        private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

        private readonly RequestQueue _queue;
        private readonly Server _server;

        /// <summary>Starts listening.</summary>
        /// <exception cref="EngineException">If the port is busy or the TLS files cannot be read.</exception>
        public GrpcServer(Arguments arguments, RequestQueue queue)
        {
            _queue = queue;
            _server = new Server(new[]
            {
                new ChannelOption(ChannelOptions.MaxReceiveMessageLength, MaxMessageBytes),
                new ChannelOption(ChannelOptions.MaxSendMessageLength, MaxMessageBytes),

                // Without this a second engine would share a busy port in silence.
                new ChannelOption(ChannelOptions.SoReuseport, 0),
            });
            _server.Services.Add(EngineService());
            _server.Services.Add(HealthService.Define(ServiceName));
            string host = arguments.Host.Contains(':') ? $"[{arguments.Host}]" : arguments.Host;
            Address = $"{host}:{Listen(host, arguments)}";
        }

        /// <inheritdoc/>
        public string Address { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            // On another thread, because this one may have a context that gRPC's continuations would wait for.
            bool ended = Task.Run(_server.ShutdownAsync).Wait(Grace);
            if (!ended)
            {
                Kill();
            }
        }

        private static ServerCredentials Credentials(Arguments arguments)
        {
            if (!arguments.HasTls)
            {
                return ServerCredentials.Insecure;
            }

            try
            {
                var pair = new KeyCertificatePair(
                    File.ReadAllText(arguments.TlsCertificate), File.ReadAllText(arguments.TlsKey));
                return new SslServerCredentials(new[] { pair });
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new EngineException($"The files of -cityloop-tls-* cannot be read: {unreadable.Message}");
            }
        }

        private int Listen(string host, Arguments arguments)
        {
            int bound = Bind(new ServerPort(host, arguments.Port, Credentials(arguments)));
            if (bound == 0)
            {
                Kill();
                throw new EngineException(
                    $"The engine cannot listen on {host}:{arguments.Port}: the port is busy or not allowed; choose " +
                    "another one, or -cityloop-port 0 for any that is free.");
            }

            _server.Start();
            return bound;
        }

        /// <summary>Returns the number of the port, 0 if it cannot be had.</summary>
        private int Bind(ServerPort port)
        {
            try
            {
                return _server.Ports.Add(port);
            }
            catch (IOException)
            {
                return 0;
            }
        }

        private void Kill()
        {
            // A server that never started may refuse to be killed, which is as good.
            Task.Run(_server.KillAsync).ContinueWith(killing => killing.Exception).Wait(Grace);
        }

        private ServerServiceDefinition EngineService()
        {
            ServerServiceDefinition.Builder service = ServerServiceDefinition.CreateBuilder();
            foreach (string name in EngineMethods.All)
            {
                switch (name)
                {
                    case EngineMethods.LoadScene:
                        service.AddMethod(Define(name, MethodType.ClientStreaming), (stream, call) => Gather(name, stream, call));
                        break;
                    case EngineMethods.Capture:
                        service.AddMethod(
                            Define(name, MethodType.ServerStreaming), (request, stream, call) => Pour(name, request, stream, call));
                        break;
                    default:
                        service.AddMethod(Define(name, MethodType.Unary), (request, call) => Single(name, new[] { request }, call));
                        break;
                }
            }

            return service.Build();
        }

        private static Method<byte[], byte[]> Define(string name, MethodType type)
        {
            return new Method<byte[], byte[]>(type, ServiceName, name, Bytes, Bytes);
        }

        private async Task<byte[]> Gather(string name, IAsyncStreamReader<byte[]> stream, ServerCallContext call)
        {
            var messages = new List<byte[]>();
            while (await stream.MoveNext(call.CancellationToken).ConfigureAwait(false))
            {
                messages.Add(stream.Current);
            }

            return await Single(name, messages, call).ConfigureAwait(false);
        }

        private async Task Pour(
            string name, byte[] request, IServerStreamWriter<byte[]> stream, ServerCallContext call)
        {
            foreach (byte[] message in await Ask(name, new[] { request }, call).ConfigureAwait(false))
            {
                await stream.WriteAsync(message).ConfigureAwait(false);
            }
        }

        private async Task<byte[]> Single(string name, IReadOnlyList<byte[]> messages, ServerCallContext call)
        {
            return (await Ask(name, messages, call).ConfigureAwait(false)).Single();
        }

        private async Task<IReadOnlyList<byte[]>> Ask(
            string name, IReadOnlyList<byte[]> messages, ServerCallContext call)
        {
            string token = call.RequestHeaders.FirstOrDefault(h => h.Key == SessionKey)?.Value ?? string.Empty;
            Reply reply = await _queue.Ask(name, token, messages).ConfigureAwait(false);
            if (reply.Code != Cityloop.Core.StatusCode.Ok)
            {
                throw new RpcException(new Status((Grpc.Core.StatusCode)reply.Code, reply.Sentence));
            }

            return reply.Messages;
        }
    }
}
#endif
