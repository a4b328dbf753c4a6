#nullable enable

namespace Cityloop.Core
{
    /// <summary>The gRPC status codes that an engine answers with, by gRPC's numbers.</summary>
    public enum StatusCode
    {
        /// <summary>Done as asked.</summary>
        Ok = 0,

        /// <summary>No state of the engine would make the request right.</summary>
        InvalidArgument = 3,

        /// <summary>The request names something that is not there.</summary>
        NotFound = 5,

        /// <summary>The engine's machine is out of memory.</summary>
        ResourceExhausted = 8,

        /// <summary>The request comes at the wrong moment.</summary>
        FailedPrecondition = 9,

        /// <summary>This engine, as it was built or started, cannot do it.</summary>
        Unimplemented = 12,

        /// <summary>A fault of the engine.</summary>
        Internal = 13,

        /// <summary>There is no session, or the token is wrong.</summary>
        Unauthenticated = 16,
    }
}
