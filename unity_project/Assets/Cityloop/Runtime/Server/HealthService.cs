#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Threading.Tasks;
using Google.Protobuf;
using Grpc.Core;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The standard grpc.health.v1.Health service, Check alone: while the server listens, it serves. Its two messages
    /// have one field each, so that they are read and written here.
    /// </summary>
    internal static class HealthService
    {
        // HealthCheckRequest: string service = 1; HealthCheckResponse: ServingStatus status = 1, SERVING = 1.
        private const uint ServiceTag = 10;
        private static readonly byte[] Serving = { 8, 1 };

        private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

        /// <summary>The service, which knows the whole server ("") and one service by its name.</summary>
        internal static ServerServiceDefinition Define(string known)
        {
            var check = new Method<byte[], byte[]>(MethodType.Unary, "grpc.health.v1.Health", "Check", Bytes, Bytes);
            return ServerServiceDefinition.CreateBuilder().AddMethod(check, (request, _) => Check(request, known)).Build();
        }

        private static Task<byte[]> Check(byte[] request, string known)
        {
            string asked;
            try
            {
                asked = ServiceIn(request);
            }
            catch (InvalidProtocolBufferException broken)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, broken.Message));
            }

            return asked.Length == 0 || asked == known
                ? Task.FromResult(Serving)
                : throw new RpcException(new Status(StatusCode.NotFound, $"There is no service '{asked}' here."));
        }

        private static string ServiceIn(byte[] request)
        {
            string service = string.Empty;
            var input = new CodedInputStream(request);
            for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                if (tag == ServiceTag)
                {
                    service = input.ReadString();
                }
                else
                {
                    input.SkipLastField();
                }
            }

            return service;
        }
    }
}
#endif
