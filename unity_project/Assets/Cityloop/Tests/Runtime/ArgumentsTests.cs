#nullable enable
using NUnit.Framework;

namespace Cityloop.Runtime.Tests
{
    /// <summary>The command line: what it means, and what is refused in a sentence.</summary>
    [TestFixture]
    public sealed class ArgumentsTests
    {
        [Test]
        public void UnitysOwnArgumentsAreLeftAlone()
        {
            Arguments arguments = Parse("engine.x86_64 -batchmode -logFile log.txt -cityloop-port 0 -nographics");
            Assert.AreEqual(0, arguments.Port);
            Assert.AreEqual("127.0.0.1", arguments.Host);
            Assert.AreEqual(string.Empty, arguments.Token);
        }

        [Test]
        public void EveryArgumentIsTaken()
        {
            Arguments arguments = Parse("-cityloop-host ::1 -cityloop-token t -cityloop-parent 17 -cityloop-watch");
            Assert.AreEqual("::1", arguments.Host);
            Assert.AreEqual("t", arguments.Token);
            Assert.AreEqual(17, arguments.Parent);
            Assert.IsTrue(arguments.Watch);
            Assert.IsFalse(arguments.Agent);
        }

        [Test]
        public void EachWorkerOfATrainerHasAPortOfItsOwn()
        {
            Assert.AreEqual(50054, Parse("-cityloop-agent -cityloop-port 50051 --mlagents-port 5008").Port);
            Assert.AreEqual(50051, Parse("-cityloop-port 50051 --mlagents-port 5008").Port);
        }

        [TestCase("-cityloop-port 65536", "give a whole number from 0 to 65535")]
        [TestCase("-cityloop-port -1", "give a whole number from 0 to 65535")]
        [TestCase("-cityloop-port", "has no value")]
        [TestCase("-cityloop-speed 3", "-cityloop-speed is unknown")]
        [TestCase("-cityloop-host 0.0.0.0", "can be reached from other machines")]
        [TestCase("-cityloop-host 0.0.0.0 -cityloop-token t", "can be reached from other machines")]
        [TestCase("-cityloop-tls-key key.pem", "TLS needs both")]
        [TestCase("-cityloop-tls-key no.pem -cityloop-tls-certificate no.pem", "Cannot read no.pem")]
        public void NonsenseIsRefused(string line, string part)
        {
            EngineException refused = Assert.Throws<EngineException>(() => Parse(line));
            Assert.IsTrue(refused.Message.Contains(part), refused.Message);
        }

        private static Arguments Parse(string line)
        {
            return Arguments.Parse(line.Split(' '));
        }
    }
}
