#nullable enable
using System.Threading.Tasks;
using Cityloop.Core;
using Cityloop.V1;
using Google.Protobuf;
using Grpc.Core;
using NUnit.Framework;

namespace Cityloop.Runtime.Tests
{
    /// <summary>The server over real gRPC, whose native library only an Editor or a built player has.</summary>
    [TestFixture]
    public sealed class GrpcServerTests
    {
        private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(b => b, b => b);

        private readonly RequestQueue _queue = new RequestQueue();
        private GrpcServer? _server;
        private Channel? _channel;

        [SetUp]
        public void Connect()
        {
            _server = new GrpcServer(Arguments.Loopback(0), _queue);
            _channel = new Channel(_server.Address, ChannelCredentials.Insecure);
        }

        [TearDown]
        public void Disconnect()
        {
            Task.Run(_channel!.ShutdownAsync).Wait(2000);
            _server!.Dispose();
        }

        [Test]
        public void ACallIsAnsweredWithTheBytesOfTheMainThread()
        {
            Task<byte[]> call = Call("cityloop.v1.EngineService", EngineMethods.Save, new SaveRequest());
            byte[] answer = new SaveResponse { SaveId = 3 }.ToByteArray();
            string? method = _queue.AnswerNext((_, token, _) => Reply.Of(new[] { answer }), 5000, out _);
            Assert.AreEqual(EngineMethods.Save, method);
            Assert.AreEqual(3, (int)SaveResponse.Parser.ParseFrom(call.Result).SaveId);
        }

        [Test]
        public void ARefusalIsAStatusWithASentence()
        {
            Task<byte[]> call = Call("cityloop.v1.EngineService", EngineMethods.Save, new SaveRequest());
            _queue.AnswerNext((_, _, _) => Reply.Refused(Core.StatusCode.NotFound, "There is no such state."), 5000, out _);
            RpcException refused = Assert.Throws<RpcException>(() => call.GetAwaiter().GetResult());
            Assert.AreEqual(Grpc.Core.StatusCode.NotFound, refused.Status.StatusCode);
            Assert.AreEqual("There is no such state.", refused.Status.Detail);
        }

        [Test]
        public void HealthIsToldWithoutTheMainThread()
        {
            // HealthCheckRequest and HealthCheckResponse have the shapes of these two messages.
            byte[] answer = Call("grpc.health.v1.Health", "Check", new DespawnRequest()).Result;
            Assert.AreEqual(new byte[] { 8, 1 }, answer);
        }

        [Test]
        public void ABusyPortIsRefusedInASentence()
        {
            int port = int.Parse(_server!.Address.Split(':')[1]);
            EngineException refused = Assert.Throws<EngineException>(
                () => new GrpcServer(Arguments.Loopback(port), new RequestQueue()));
            Assert.IsTrue(refused.Message.Contains("the port is busy"), refused.Message);
        }

        private Task<byte[]> Call(string service, string name, IMessage request)
        {
            var method = new Method<byte[], byte[]>(MethodType.Unary, service, name, Bytes, Bytes);
            var call = new CallInvocationDetails<byte[], byte[]>(_channel, method, new CallOptions());
            return Calls.AsyncUnaryCall(call, request.ToByteArray()).ResponseAsync;
        }
    }
}
