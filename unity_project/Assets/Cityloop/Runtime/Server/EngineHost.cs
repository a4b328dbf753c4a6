#nullable enable
using System;
using System.Globalization;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The engine in a running player: answers the calls that wait, one a frame, on the main thread. Nothing moves
    /// between calls.
    /// </summary>
    /// <remarks>
    /// One call a frame, because Unity destroys objects and runs the scripts of a user's prefabs between frames.
    /// </remarks>
    public sealed class EngineHost : MonoBehaviour
    {
        /// <summary>What the log says, followed by "host:port", when clients can come.</summary>
        public const string Ready = "cityloop-engine listening on ";

        private const string NotStarted = "cityloop: error: ";
        private const int CannotStart = 2;

        // Waiting longer would keep nobody who watches from using the window, or a parent's end from being noticed.
        private const int PatienceMs = 100;
        private const int WatchedPatienceMs = 4;
        private const int FramesPerSecond = 100000;

        private readonly RequestQueue _queue = new RequestQueue();
        private ParentWatch _parent = new ParentWatch(0);
        private Answer? _answer;
        private ITransport? _transport;
        private int _patienceMs = PatienceMs;

        /// <summary>Happens once, when no more calls are answered: at the end of the client, its parent or the player.</summary>
        public event Action? Ended;

        /// <summary>Where it listens, "host:port"; empty once it has ended.</summary>
        public string Address => _transport?.Address ?? string.Empty;

        /// <summary>Starts an engine.</summary>
        /// <param name="answer">What answers the calls.</param>
        /// <param name="listen">Makes the transport that fills the queue.</param>
        /// <param name="parent">Process whose end is the engine's, 0 for none.</param>
        /// <param name="watched">Whether somebody looks at the window, which then has to stay usable.</param>
        /// <exception cref="EngineException">If the transport cannot listen.</exception>
        public static EngineHost Begin(
            Answer answer, Func<RequestQueue, ITransport> listen, int parent = 0, bool watched = false)
        {
            Application.runInBackground = true;
            Application.targetFrameRate = FramesPerSecond;
            QualitySettings.vSyncCount = 0;
            Application.SetStackTraceLogType(LogType.Log, StackTraceLogType.None);
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            var place = new GameObject("Cityloop engine");
            DontDestroyOnLoad(place);
            EngineHost host = place.AddComponent<EngineHost>();
            host._answer = answer;
            host._parent = new ParentWatch(parent);
            host._patienceMs = watched ? WatchedPatienceMs : PatienceMs;
            try
            {
                host._transport = listen(host._queue);
            }
            catch
            {
                Destroy(place);
                throw;
            }

            Debug.Log(Ready + host.Address);
            return host;
        }

        /// <summary>Starts the engine of a player, which ends with it, or when it cannot start and has said why.</summary>
        /// <param name="begin">What starts it.</param>
        public static void BeginOrQuit(Func<EngineHost> begin)
        {
            try
            {
                begin().Ended += Application.Quit;
            }
            catch (Exception error)
            {
                // Who launched the player looks for this line, and for nothing else in the log.
                Debug.LogError(NotStarted + (error is EngineException ? error.Message : error.ToString()));
                UnityBridge.Quit(CannotStart);
            }
        }

        /// <summary>Lets <paramref name="layer"/> see and change every call from now on, before those who wrapped earlier.</summary>
        public void Wrap(Func<Answer, Answer> layer)
        {
            _answer = layer(_answer ?? throw new InvalidOperationException("The engine has not begun."));
        }

        private void Update()
        {
            if (_transport == null || _answer == null)
            {
                return;
            }

            string? method = _queue.AnswerNext(_answer, _patienceMs, out Reply? reply);
            bool toldToEnd = method == EngineMethods.Shutdown && reply!.Code == StatusCode.Ok;
            if (toldToEnd || _parent.IsGone())
            {
                Stop();
            }
        }

        private void OnDestroy()
        {
            Stop();
        }

        /// <summary>Refuses what waits, lets the answers given so far leave, and stops listening.</summary>
        private void Stop()
        {
            if (_transport == null)
            {
                return;
            }

            _queue.Close();
            _transport.Dispose();
            _transport = null;
            Ended?.Invoke();
        }
    }
}
