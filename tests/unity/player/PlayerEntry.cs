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
        /// <summary>Starts an engine that draws nothing, behind plain TCP instead of gRPC.</summary>
        public static void Start()
        {
            try
            {
                ClearTheStage();
                Arguments arguments = Arguments.Parse(Environment.GetCommandLineArgs());
                var settings = new EngineSettings("0.0.0", arguments.Token, sharesMemory: false);
                var handler = new RequestHandler(new PhysicsWorld(), new NullRendering(), settings);
                EngineHost host = EngineHost.Begin(
                    handler.Handle,
                    queue => new LengthPrefixedServer(arguments.Port, queue),
                    arguments.Parent);
                host.Ended += Application.Quit;
            }
            catch (Exception error)
            {
                Debug.LogError(error.ToString());
                Application.Quit();
            }
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
