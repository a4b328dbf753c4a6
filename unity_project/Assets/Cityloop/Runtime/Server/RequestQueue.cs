#nullable enable
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading.Tasks;
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Calls from the network's threads, in the order of their arrival, waiting for the main thread.
    /// </summary>
    public sealed class RequestQueue
    {
        // gRPC's UNAVAILABLE: never the stage's answer, only that of an engine that ends.
        private const StatusCode Unavailable = (StatusCode)14;

        private readonly BlockingCollection<Waiting> _waiting = new BlockingCollection<Waiting>();

        /// <summary>Adds a call, from any thread; the task ends when the main thread has answered it.</summary>
        public Task<Reply> Ask(string method, string sessionToken, IReadOnlyList<byte[]> messages)
        {
            var call = new Waiting(method, sessionToken, messages);
            try
            {
                _waiting.Add(call);
            }
            catch (InvalidOperationException)
            {
                call.Refuse();
            }

            return call.Reply;
        }

        /// <summary>
        /// Answers the longest waiting call, on the main thread; tells which one, or null if none came.
        /// </summary>
        /// <param name="answer">What knows the answer.</param>
        /// <param name="patienceMs">Time to wait for a call, ms.</param>
        /// <param name="reply">The answer.</param>
        public string? AnswerNext(Answer answer, int patienceMs, out Reply? reply)
        {
            reply = null;
            if (!_waiting.TryTake(out Waiting? call, patienceMs))
            {
                return null;
            }

            reply = call.Give(answer);
            return call.Method;
        }

        /// <summary>Refuses the calls that wait and all that come.</summary>
        public void Close()
        {
            _waiting.CompleteAdding();
            while (_waiting.TryTake(out Waiting? call))
            {
                call.Refuse();
            }
        }

        private sealed class Waiting
        {
            private readonly string _sessionToken;
            private readonly IReadOnlyList<byte[]> _messages;

            // Whoever waits goes on with a thread of his own, never with the main one.
            private readonly TaskCompletionSource<Reply> _done =
                new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);

            internal Waiting(string method, string sessionToken, IReadOnlyList<byte[]> messages)
            {
                Method = method;
                _sessionToken = sessionToken;
                _messages = messages;
            }

            internal string Method { get; }

            internal Task<Reply> Reply => _done.Task;

            internal Reply Give(Answer answer)
            {
                Reply reply;
                try
                {
                    reply = answer(Method, _sessionToken, _messages);
                }
                catch (Exception failure)
                {
                    UnityEngine.Debug.LogException(failure);
                    reply = Core.Reply.Refused(
                        StatusCode.Internal, $"The engine failed in {Method}: {failure.Message} Its log says where.");
                }

                _done.SetResult(reply);
                return reply;
            }

            internal void Refuse()
            {
                _done.TrySetResult(Core.Reply.Refused(Unavailable, "The engine has ended."));
            }
        }
    }
}
