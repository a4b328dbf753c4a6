#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>The calls of the engine service by their names in engine.proto.</summary>
    public static class EngineMethods
    {
        /// <summary>Opens a session; a running one is ended.</summary>
        public const string Handshake = "Handshake";

        /// <summary>Replaces the scene; a stream of items.</summary>
        public const string LoadScene = "LoadScene";

        /// <summary>Places bodies at the newest tick.</summary>
        public const string Spawn = "Spawn";

        /// <summary>Removes bodies from the newest tick on.</summary>
        public const string Despawn = "Despawn";

        /// <summary>One tick.</summary>
        public const string Advance = "Advance";

        /// <summary>All passes of all cameras at one instant; a stream of a header and chunks.</summary>
        public const string Capture = "Capture";

        /// <summary>Light, air and wetness of the ground.</summary>
        public const string SetEnvironment = "SetEnvironment";

        /// <summary>Shoots rays at the collision shapes.</summary>
        public const string CastRays = "CastRays";

        /// <summary>Keeps the whole state.</summary>
        public const string Save = "Save";

        /// <summary>Goes back to a kept state.</summary>
        public const string Restore = "Restore";

        /// <summary>Ends the engine.</summary>
        public const string Shutdown = "Shutdown";

        /// <summary>All of them, in the order of engine.proto.</summary>
        public static readonly IReadOnlyList<string> All = new[]
        {
            Handshake, LoadScene, Spawn, Despawn, Advance, Capture, SetEnvironment, CastRays, Save, Restore, Shutdown,
        };
    }
}
