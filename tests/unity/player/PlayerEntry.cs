#nullable enable
using System;
using Cityloop.Core;
using Cityloop.Runtime;
using UnityEngine;

namespace Cityloop.Player
{
    /// <summary>What the player of the licence-free checks runs at its start.</summary>
    public static class PlayerEntry
    {
        // "-cityloop-check NAME" looks at something in Unity itself, says what it found and ends the player.
        private const string CheckArgument = "-cityloop-check";

        /// <summary>Starts what the command line asks for: a check, or else an engine.</summary>
        public static void Start()
        {
            string[] words = Environment.GetCommandLineArgs();
            int at = Array.IndexOf(words, CheckArgument);
            switch (at < 0 ? string.Empty : words[at + 1])
            {
                case CameraCheck.Name:
                    CameraCheck.Start();
                    break;
                case ViewCheck.Name:
                    ViewCheck.Start();
                    break;
                case WheelColliderCheck.Name:
                    ClearTheStage();
                    WheelColliderCheck.Start();
                    break;
                default:
                    ClearTheStage();
                    EngineHost.BeginOrQuit(() => Begin(Arguments.Parse(words)));
                    break;
            }
        }

        /// <summary>Starts an engine that draws nothing, behind plain TCP instead of gRPC.</summary>
        private static EngineHost Begin(Arguments arguments)
        {
            var settings = new EngineSettings("0.0.0", arguments.Token, sharesMemory: false);
            var handler = new RequestHandler(new PhysicsWorld(), new NullRendering(), settings);
            return EngineHost.Begin(
                handler.Handle,
                queue => new LengthPrefixedServer(arguments.Port, queue),
                arguments.Parent);
        }

        /// <summary>Removes what the player's own scene has put there.</summary>
        private static void ClearTheStage()
        {
            foreach (GameObject thing in UnityEngine.Object.FindObjectsOfType<GameObject>())
            {
                if (thing != null)
                {
                    UnityEngine.Object.DestroyImmediate(thing.transform.root.gameObject);
                }
            }
        }
    }
}
