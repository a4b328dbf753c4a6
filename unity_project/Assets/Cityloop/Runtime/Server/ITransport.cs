#nullable enable
using System;

namespace Cityloop.Runtime
{
    /// <summary>Brings calls from a network into a <see cref="RequestQueue"/>; disposing it stops listening.</summary>
    public interface ITransport : IDisposable
    {
        /// <summary>Where it listens, "host:port".</summary>
        string Address { get; }
    }
}
