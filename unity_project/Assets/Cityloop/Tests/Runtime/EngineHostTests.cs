#nullable enable
using System.Collections;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Cityloop.Core;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.TestTools;

namespace Cityloop.Runtime.Tests
{
    /// <summary>The engine in a running player: one call a frame, and an orderly end.</summary>
    public sealed class EngineHostTests
    {
        private static readonly byte[][] Nothing = { new byte[0] };

        private readonly FakeTransport _transport = new FakeTransport();
        private RequestQueue? _queue;
        private EngineHost? _host;

        [SetUp]
        public void Begin()
        {
            LogAssert.Expect(LogType.Log, new Regex(EngineHost.Ready + "nowhere:0"));
            _host = EngineHost.Begin((_, _, messages) => Reply.Of(messages), Listen, watched: true);
        }

        [TearDown]
        public void End()
        {
            Object.DestroyImmediate(_host!.gameObject);
        }

        [UnityTest]
        public IEnumerator CallsAreAnsweredOneAFrame()
        {
            Task<Reply> first = _queue!.Ask(EngineMethods.Advance, "s", Nothing);
            Task<Reply> second = _queue.Ask(EngineMethods.Advance, "s", Nothing);
            yield return null;
            Assert.IsTrue(first.Wait(1000));
            Assert.IsFalse(second.IsCompleted);
            yield return null;
            Assert.IsTrue(second.Wait(1000));
        }

        [UnityTest]
        public IEnumerator ShutdownEndsTheEngineOnce()
        {
            int ends = 0;
            _host!.Ended += () => ends++;
            Task<Reply> call = _queue!.Ask(EngineMethods.Shutdown, "s", Nothing);
            yield return null;
            yield return null;
            Assert.IsTrue(call.Wait(1000));
            Assert.AreEqual(1, ends);
            Assert.AreEqual(1, _transport.Disposals);
            Assert.AreEqual(string.Empty, _host.Address);
        }

        private ITransport Listen(RequestQueue queue)
        {
            _queue = queue;
            return _transport;
        }

        private sealed class FakeTransport : ITransport
        {
            public string Address => "nowhere:0";

            internal int Disposals { get; private set; }

            public void Dispose()
            {
                Disposals++;
            }
        }
    }
}
