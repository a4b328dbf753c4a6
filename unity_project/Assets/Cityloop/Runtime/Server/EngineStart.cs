#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>Puts an engine together and starts it: by itself in a built player, by Play in the Editor.</summary>
    public static class EngineStart
    {
        // Where a project puts its prefabs: an asset of this name in a folder Resources.
        private const string OverridesName = "PrefabOverrides";

        /// <summary>Happens when an engine has begun, before its first call.</summary>
        public static event Action<EngineHost, Arguments>? Begun;

        /// <summary>Starts an engine that listens for gRPC; it draws nothing if there is no graphics device.</summary>
        /// <param name="arguments">How it is to listen, and to whom.</param>
        /// <param name="watched">Whether a camera follows the traffic in the window, as "-cityloop-watch" does.</param>
        /// <exception cref="EngineException">If it cannot draw or listen.</exception>
        public static EngineHost Begin(Arguments arguments, bool watched = false)
        {
            watched |= arguments.Watch;
            IRendering rendering = Rendering();
            var physics = new PhysicsWorld();
            var settings = new EngineSettings(Application.version, arguments.Token, sharesMemory: true);
            var handler = new RequestHandler(physics, rendering, settings)
            {
                // An agent looks at the newest tick as well.
                Watched = watched || arguments.Agent,
            };

            EngineHost host;
            try
            {
                host = EngineHost.Begin(
                    handler.Handle, queue => new GrpcServer(arguments, queue), arguments.Parent, watched);
            }
            catch (EngineException)
            {
                physics.Dispose();
                throw;
            }

            // The memory that it shares is a file; all else goes with the player, or with the end of Play.
            host.Ended += handler.Dispose;
            if (watched)
            {
                EngineView.Begin(host);
            }

            Begun?.Invoke(host, arguments);
            return host;
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.AfterSceneLoad)]
        private static void InPlayer()
        {
            if (!Application.isEditor)
            {
                EngineHost.BeginOrQuit(() => Begin(Arguments.Parse(Environment.GetCommandLineArgs())));
            }
        }

        private static IRendering Rendering()
        {
            if (SystemInfo.graphicsDeviceType == GraphicsDeviceType.Null)
            {
                return new NullRendering();
            }

            try
            {
                return new UnityRendering(Resources.Load<PrefabOverrides>(OverridesName));
            }
            catch (InvalidOperationException incapable)
            {
                throw new EngineException(incapable.Message);
            }
        }
    }
}
#endif
