#nullable enable
using System.IO;
using System.Linq;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class SharedFramesTests
    {
        [Test]
        public void TheFileStartsWithTheKeyAndIsGoneInTheEnd()
        {
            var frames = new SharedFrames(Path.GetTempPath());
            Assert.That(Content(frames).Take(frames.Key.Length).ToArray(), Is.EqualTo(frames.Key));
            Assert.That(frames.Key.Distinct().Count(), Is.GreaterThan(4));
            frames.Dispose();
            Assert.That(File.Exists(frames.Path), Is.False);
        }

        [Test]
        public void SlotsKeepTheirPlacesUntilTheyAreTooSmall()
        {
            using var frames = new SharedFrames(Path.GetTempPath());
            frames.Slot(3, 5000, out long place).Write(4998, new byte[] { 1, 2, 3 }, 1, 2);
            frames.Slot(0, 100, out long other).Write(0, new byte[] { 9 }, 0, 1);
            Assert.That(place, Is.EqualTo(4096L));
            Assert.That(other, Is.EqualTo(4096L + 8192));
            frames.Slot(3, 8192, out long same);
            Assert.That(same, Is.EqualTo(place));
            frames.Slot(3, 8193, out long moved);
            Assert.That(moved, Is.EqualTo(other + 4096));
            byte[] content = Content(frames);
            Assert.That(new[] { content[place + 4998], content[place + 4999], content[other] }, Is.EqualTo(new byte[] { 2, 3, 9 }));
        }

        private static byte[] Content(SharedFrames frames)
        {
            using var file = new FileStream(frames.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var content = new byte[file.Length];
            int read = 0;
            while (read < content.Length)
            {
                read += file.Read(content, read, content.Length - read);
            }
            return content;
        }
    }
}
