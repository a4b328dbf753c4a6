#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The engine's calls over plain loopback TCP, one client at a time, for where gRPC's native library is missing.
    /// </summary>
    /// <remarks>
    /// Little-endian. Request: uint32 length of the rest; uint8 length of the method's name, the name in ASCII;
    /// uint16 length of the session token, the token in UTF-8; uint32 number of messages; for each a uint32 length
    /// and its bytes. Reply: uint32 length of the rest; uint8 gRPC status code; uint32 number of messages; for each a
    /// uint32 length and its bytes. For a status other than 0 the only message is a sentence in UTF-8.
    /// </remarks>
    public sealed class LengthPrefixedServer : ITransport
    {
        private const int MaxMessageBytes = 512 * 1024 * 1024;

        // Time for the answers that were given to leave, ms.
        private const int GraceMs = 1000;

        private readonly TcpListener _listener;
        private readonly RequestQueue _queue;
        private readonly Thread _thread;
        private TcpClient? _client;
        private volatile bool _ended;

        /// <summary>Starts to listen on a port of loopback; 0 takes a free one.</summary>
        /// <exception cref="EngineException">If the port is busy.</exception>
        public LengthPrefixedServer(int port, RequestQueue queue)
        {
            _queue = queue;
            _listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                _listener.Start(1);
            }
            catch (SocketException error)
            {
                throw new EngineException($"The engine cannot listen on port {port}: {error.Message}.");
            }
            Address = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
            _thread = new Thread(Serve) { IsBackground = true, Name = "length-prefixed server" };
            _thread.Start();
        }

        /// <inheritdoc/>
        public string Address { get; }

        /// <inheritdoc/>
        public void Dispose()
        {
            _ended = true;
            _listener.Stop();
            _thread.Join(GraceMs);
            _client?.Close();
        }

        private void Serve()
        {
            while (!_ended)
            {
                try
                {
                    using (_client = _listener.AcceptTcpClient())
                    {
                        _client.NoDelay = true;
                        using (NetworkStream stream = _client.GetStream())
                        {
                            Talk(stream);
                        }
                    }
                }
                catch (Exception error) when (error is IOException || error is SocketException ||
                                              error is ObjectDisposedException)
                {
                    // The client is gone, or the server has ended: the next one, if any.
                    _client = null;
                }
                catch (Exception fault)
                {
                    // Nobody else would hear of it on this thread.
                    UnityEngine.Debug.LogException(fault);
                    _client = null;
                }
            }
        }

        private void Talk(Stream stream)
        {
            var reader = new BinaryReader(stream);
            while (!_ended)
            {
                uint length = reader.ReadUInt32();
                if (length > MaxMessageBytes)
                {
                    throw new IOException("A request is longer than any that a client sends.");
                }
                byte[] request = reader.ReadBytes((int)length);
                if (request.Length < length)
                {
                    throw new EndOfStreamException();
                }
                byte[] reply = Answer(request);
                stream.Write(reply, 0, reply.Length);
            }
        }

        private byte[] Answer(byte[] request)
        {
            var reader = new BinaryReader(new MemoryStream(request));
            string method = Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadByte()));
            string token = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadUInt16()));
            var messages = new byte[reader.ReadUInt32()][];
            for (int i = 0; i < messages.Length; i++)
            {
                messages[i] = reader.ReadBytes((int)reader.ReadUInt32());
            }
            Reply reply = _queue.Ask(method, token, messages).Result;
            return Frame(reply);
        }

        private static byte[] Frame(Reply reply)
        {
            IReadOnlyList<byte[]> messages = reply.Code == StatusCode.Ok
                ? reply.Messages
                : new[] { Encoding.UTF8.GetBytes(reply.Sentence) };
            var memory = new MemoryStream();
            var writer = new BinaryWriter(memory);
            writer.Write(0u);
            writer.Write((byte)reply.Code);
            writer.Write((uint)messages.Count);
            foreach (byte[] message in messages)
            {
                writer.Write((uint)message.Length);
                writer.Write(message);
            }
            writer.Seek(0, SeekOrigin.Begin);
            writer.Write((uint)(memory.Length - 4));
            writer.Flush();
            return memory.ToArray();
        }
    }
}
