#nullable enable
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;

namespace Cityloop.Runtime
{
    /// <summary>What the engine is told on its command line.</summary>
    public sealed class Arguments
    {
        private const string Prefix = "-cityloop-";

        // ML-Agents numbers the workers of a run by their ports, from this one on.
        private const string TrainerPort = "--mlagents-port";
        private const int FirstTrainerPort = 5005;

        private const int MostPort = 65535;

        /// <summary>
        /// TCP port, 0 for any that is free. With an ML-Agents trainer, worker n of a run listens n ports higher.
        /// </summary>
        public int Port { get; private set; } = 50051;

        /// <summary>Name or number of the interface to listen on; loopback unless TLS and a token are set.</summary>
        public string Host { get; private set; } = "127.0.0.1";

        /// <summary>What a client must show, empty for nothing.</summary>
        public string Token { get; private set; } = string.Empty;

        /// <summary>PEM file with the server's certificate chain, empty for no TLS.</summary>
        public string TlsCertificate { get; private set; } = string.Empty;

        /// <summary>PEM file with the server's private key, empty for no TLS.</summary>
        public string TlsKey { get; private set; } = string.Empty;

        /// <summary>Process whose end is the engine's, 0 for none.</summary>
        public int Parent { get; private set; }

        /// <summary>Whether an ML-Agents trainer drives the first driven body.</summary>
        public bool Agent { get; private set; }

        /// <summary>Whether a camera follows the traffic and labels stand over it, as in the Editor.</summary>
        public bool Watch { get; private set; }

        /// <summary>Whether there is a certificate with its key.</summary>
        public bool HasTls => TlsCertificate.Length > 0;

        /// <summary>Takes what starts with "-cityloop-" from a command line; the rest is Unity's.</summary>
        /// <exception cref="EngineException">If it cannot be done as asked.</exception>
        public static Arguments Parse(IReadOnlyList<string> words)
        {
            var arguments = new Arguments();
            int worker = 0;
            for (int i = 0; i < words.Count; i++)
            {
                if (words[i].StartsWith(Prefix, StringComparison.Ordinal))
                {
                    i += arguments.Take(words[i], i + 1 < words.Count ? words[i + 1] : null);
                }
                else if (words[i] == TrainerPort && i + 1 < words.Count)
                {
                    worker = Number(words[i], words[i + 1], MostPort) - FirstTrainerPort;
                }
            }

            if (arguments.Agent && arguments.Port > 0 && worker > 0)
            {
                arguments.Port += worker;
            }

            arguments.Check();
            return arguments;
        }

        /// <summary>Arguments of a server on loopback, without a token.</summary>
        /// <exception cref="EngineException">If there is no such port.</exception>
        public static Arguments Loopback(int port)
        {
            return Parse(new[] { Prefix + "port", port.ToString(CultureInfo.InvariantCulture) });
        }

        /// <summary>Takes one argument; returns how many words it used beside its name.</summary>
        private int Take(string name, string? next)
        {
            switch (name.Substring(Prefix.Length))
            {
                case "agent":
                    Agent = true;
                    return 0;
                case "watch":
                    Watch = true;
                    return 0;
                case "port":
                    Port = Number(name, next, MostPort);
                    return 1;
                case "parent":
                    Parent = Number(name, next, int.MaxValue);
                    return 1;
                case "host":
                    Host = Text(name, next);
                    return 1;
                case "token":
                    Token = Text(name, next);
                    return 1;
                case "tls-certificate":
                    TlsCertificate = Text(name, next);
                    return 1;
                case "tls-key":
                    TlsKey = Text(name, next);
                    return 1;
                default:
                    throw new EngineException(
                        $"The argument {name} is unknown: there are {Prefix}port, host, token, tls-certificate, " +
                        "tls-key, parent, watch and agent.");
            }
        }

        private void Check()
        {
            if (TlsCertificate.Length > 0 != TlsKey.Length > 0)
            {
                throw new EngineException($"TLS needs both {Prefix}tls-certificate and {Prefix}tls-key.");
            }

            if (!IsLoopback(Host) && !(HasTls && Token.Length > 0))
            {
                throw new EngineException(
                    $"The host {Host} can be reached from other machines: give {Prefix}tls-certificate, " +
                    $"{Prefix}tls-key and {Prefix}token as well, or listen on 127.0.0.1.");
            }

            foreach (string path in new[] { TlsCertificate, TlsKey })
            {
                if (path.Length > 0 && !File.Exists(path))
                {
                    throw new EngineException($"Cannot read {path}: there is no such file.");
                }
            }
        }

        private static bool IsLoopback(string host)
        {
            return host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
        }

        private static string Text(string name, string? next)
        {
            return string.IsNullOrEmpty(next)
                ? throw new EngineException($"The argument {name} has no value: give one after it.")
                : next!;
        }

        private static int Number(string name, string? next, int most)
        {
            string text = Text(name, next);
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most)
            {
                return number;
            }

            throw new EngineException($"The argument {name} is {text}: give a whole number from 0 to {most}.");
        }
    }
}
