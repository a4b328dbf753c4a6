#nullable enable
using System.Collections.Generic;
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Answers one call of the engine service, on the main thread. What wraps another answer (the view, an
    /// ML-Agents seat) sees every call without the stage knowing of it.
    /// </summary>
    /// <param name="method">Name of the call in engine.proto, "Advance".</param>
    /// <param name="sessionToken">What the client sent as "cityloop-session", empty for nothing.</param>
    /// <param name="messages">Serialised requests, one but for LoadScene.</param>
    public delegate Reply Answer(string method, string sessionToken, IReadOnlyList<byte[]> messages);
}
