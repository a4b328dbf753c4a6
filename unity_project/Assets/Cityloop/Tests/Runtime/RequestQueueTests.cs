#nullable enable
using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Cityloop.Core;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Cityloop.Runtime.Tests
{
    /// <summary>Calls of many threads, answered one after another by one.</summary>
    [TestFixture]
    public sealed class RequestQueueTests
    {
        private const int Unavailable = 14;
        private static readonly byte[][] Nothing = { new byte[0] };

        [Test]
        public void CallsAreAnsweredInTheOrderOfTheirArrival()
        {
            var queue = new RequestQueue();
            Task<Reply> first = queue.Ask("Advance", "s", Nothing);
            Task<Reply> second = queue.Ask("Capture", "s", Nothing);
            var seen = new List<string>();
            Answer answer = (method, token, messages) =>
            {
                seen.Add(method + " " + token);
                return Reply.Of(messages);
            };
            Assert.AreEqual("Advance", queue.AnswerNext(answer, 0, out _));
            Assert.IsTrue(first.Wait(1000));
            Assert.IsFalse(second.IsCompleted);
            Assert.AreEqual("Capture", queue.AnswerNext(answer, 0, out _));
            Assert.AreEqual(new[] { "Advance s", "Capture s" }, seen.ToArray());
        }

        [Test]
        public void NobodyWaitsForAnEngineThatHasEnded()
        {
            var queue = new RequestQueue();
            Task<Reply> early = queue.Ask("Advance", "s", Nothing);
            queue.Close();
            Task<Reply> late = queue.Ask("Advance", "s", Nothing);
            Assert.AreEqual(Unavailable, (int)early.Result.Code);
            Assert.AreEqual(Unavailable, (int)late.Result.Code);
        }

        [Test]
        public void AFaultIsAnsweredAsOne()
        {
            LogAssert.Expect(LogType.Exception, new Regex("wheel lost"));
            var queue = new RequestQueue();
            Task<Reply> call = queue.Ask("Advance", "s", Nothing);
            queue.AnswerNext((_, _, _) => throw new InvalidOperationException("wheel lost"), 0, out _);
            Assert.AreEqual((int)StatusCode.Internal, (int)call.Result.Code);
            Assert.IsTrue(call.Result.Sentence.Contains("wheel lost"));
        }

        [Test]
        public void WithoutACallNothingHappens()
        {
            string? method = new RequestQueue().AnswerNext((_, _, _) => Reply.Of(Nothing), 1, out Reply? reply);
            Assert.IsNull(method);
            Assert.IsNull(reply);
        }
    }
}
