#nullable enable
using System;
using System.Security.Cryptography;
using System.Text;

namespace Cityloop.Core
{
    /// <summary>The session of the one client that has the engine: its token, and the memory that it maps.</summary>
    public sealed class Session : IDisposable
    {
        private const int TokenBytes = 16;

        /// <summary>Opens a session, which owns the memory.</summary>
        public Session(SharedFrames? frames)
        {
            Frames = frames;
            var bytes = new byte[TokenBytes];
            using (RandomNumberGenerator random = RandomNumberGenerator.Create())
            {
                random.GetBytes(bytes);
            }
            Token = BitConverter.ToString(bytes).Replace("-", string.Empty).ToLowerInvariant();
        }

        /// <summary>What the client sends with every call.</summary>
        public string Token { get; }

        /// <summary>The memory that captures are written to, null if they are streamed.</summary>
        public SharedFrames? Frames { get; }

        /// <summary>Compares secrets in a time that tells nothing about them.</summary>
        public static bool Same(string given, string wanted)
        {
            byte[] a = Encoding.UTF8.GetBytes(given), b = Encoding.UTF8.GetBytes(wanted);
            int difference = a.Length ^ b.Length;
            for (int i = 0; i < a.Length; i++)
            {
                difference |= a[i] ^ (b.Length > 0 ? b[i % b.Length] : 0);
            }
            return difference == 0;
        }

        /// <summary>Ends the session.</summary>
        public void Dispose() => Frames?.Dispose();
    }
}
