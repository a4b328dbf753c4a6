#nullable enable

namespace Cityloop.Core
{
    /// <summary>What an engine was built and started with.</summary>
    public sealed class EngineSettings
    {
        /// <summary>Takes the settings; see the properties.</summary>
        public EngineSettings(string version, string accessToken, bool sharesMemory)
        {
            Version = version;
            AccessToken = accessToken;
            SharesMemory = sharesMemory;
        }

        /// <summary>Version of the engine.</summary>
        public string Version { get; }

        /// <summary>What a client must show, empty for nothing.</summary>
        public string AccessToken { get; }

        /// <summary>Captures may be written to memory that a client on this machine maps.</summary>
        public bool SharesMemory { get; }
    }
}
