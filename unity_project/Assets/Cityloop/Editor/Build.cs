#nullable enable
using System;
using System.IO;
using System.Linq;
using UnityEditor;
using UnityEditor.Build.Reporting;
using UnityEngine;

namespace Cityloop.Editor
{
    /// <summary>
    /// Builds players in batch mode: Unity -batchmode -nographics -quit -projectPath unity_project -executeMethod
    /// Cityloop.Editor.Build.Player -cityloop-target linux -cityloop-out build
    /// </summary>
    /// <remarks>
    /// The exit code is 0 for a player that was built, 1 for a build that failed, 2 for an order that makes no sense.
    /// What went wrong first is one line of the log that starts with "cityloop-build: ".
    /// </remarks>
    public static class Build
    {
        private const string LogPrefix = "cityloop-build: ";

        /// <summary>Builds the player that the command line asks for, then ends the Editor.</summary>
        public static void Player()
        {
            EditorApplication.Exit(Run(Environment.GetCommandLineArgs()));
        }

        private static int Run(string[] words)
        {
            BuildOrder order;
            try
            {
                order = BuildOrder.Parse(words);
            }
            catch (BuildFailure nonsense)
            {
                Say(nonsense.Message);
                return 2;
            }

            try
            {
                Make(order);
            }
            catch (BuildFailure failure)
            {
                Say(failure.Message);
                return 1;
            }

            Say($"built {order.Path}");
            return 0;
        }

        private static void Make(BuildOrder order)
        {
            if (!BuildPipeline.IsBuildTargetSupported(BuildTargetGroup.Standalone, order.Target))
            {
                throw new BuildFailure(
                    $"this Editor cannot build for {order.Target}: add the build support module for it in Unity Hub.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(order.Path))!);
            BuildReport report = BuildPipeline.BuildPlayer(new BuildPlayerOptions
            {
                scenes = EditorBuildSettings.scenes.Where(scene => scene.enabled).Select(scene => scene.path).ToArray(),
                locationPathName = order.Path,
                targetGroup = BuildTargetGroup.Standalone,
                target = order.Target,
                subtarget = (int)StandaloneBuildSubtarget.Player,
                options = BuildOptions.StrictMode,
            });
            if (report.summary.result != BuildResult.Succeeded)
            {
                throw new BuildFailure(FirstError(report));
            }
        }

        private static string FirstError(BuildReport report)
        {
            string? error = report.steps
                .SelectMany(step => step.messages)
                .Where(message => message.type is LogType.Error or LogType.Exception or LogType.Assert)
                .Select(message => message.content)
                .FirstOrDefault();
            return error == null
                ? $"the build ended as {report.summary.result}, without an error of its own."
                : error.Split('\n')[0].Trim();
        }

        private static void Say(string line)
        {
            Debug.LogFormat(LogType.Log, LogOption.NoStacktrace, null, "{0}{1}", LogPrefix, line);
        }
    }
}
