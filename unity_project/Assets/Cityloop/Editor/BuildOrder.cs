#nullable enable
using System;
using System.Collections.Generic;
using UnityEditor;

namespace Cityloop.Editor
{
    /// <summary>Which player is to be built, and where to.</summary>
    internal sealed class BuildOrder
    {
        private const string Name = "CityloopEngine";
        private const string TargetArgument = "-cityloop-target", OutArgument = "-cityloop-out";

        private BuildOrder(BuildTarget target, string path)
        {
            Target = target;
            Path = path;
        }

        /// <summary>The system it runs on.</summary>
        internal BuildTarget Target { get; }

        /// <summary>The program, or the bundle on macOS.</summary>
        internal string Path { get; }

        /// <summary>Reads "-cityloop-target linux|windows|macos" and "-cityloop-out PATH", a program or a folder.</summary>
        /// <exception cref="BuildFailure">If one is missing or makes no sense.</exception>
        internal static BuildOrder Parse(IReadOnlyList<string> words)
        {
            (BuildTarget target, string suffix) = Value(words, TargetArgument) switch
            {
                "linux" => (BuildTarget.StandaloneLinux64, ".x86_64"),
                "windows" => (BuildTarget.StandaloneWindows64, ".exe"),
                "macos" => (BuildTarget.StandaloneOSX, ".app"),
                var other => throw new BuildFailure($"{TargetArgument} is '{other}': give linux, windows or macos."),
            };
            string path = Value(words, OutArgument);
            bool named = path.EndsWith(suffix, StringComparison.Ordinal);
            return new BuildOrder(target, named ? path : System.IO.Path.Combine(path, Name + suffix));
        }

        private static string Value(IReadOnlyList<string> words, string name)
        {
            for (int i = 0; i + 1 < words.Count; i++)
            {
                if (words[i] == name)
                {
                    return words[i + 1];
                }
            }

            throw new BuildFailure($"{name} is missing.");
        }
    }
}
