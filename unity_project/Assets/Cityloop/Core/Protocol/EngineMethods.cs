#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>The calls of the engine service by their names in engine.proto.</summary>
    public static class EngineMethods
    {
        public const string Handshake = "Handshake";
        public const string LoadScene = "LoadScene";
        public const string Spawn = "Spawn";
        public const string Despawn = "Despawn";
        public const string Advance = "Advance";
        public const string Capture = "Capture";
        public const string SetEnvironment = "SetEnvironment";
        public const string CastRays = "CastRays";
        public const string Save = "Save";
        public const string Restore = "Restore";
        public const string Shutdown = "Shutdown";

        /// <summary>All of them, in the order of engine.proto.</summary>
        public static readonly IReadOnlyList<string> All = new[]
        {
            Handshake, LoadScene, Spawn, Despawn, Advance, Capture, SetEnvironment, CastRays, Save, Restore, Shutdown,
        };
    }
}
