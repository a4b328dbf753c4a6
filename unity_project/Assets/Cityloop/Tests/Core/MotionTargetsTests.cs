#nullable enable
using System.Linq;
using Cityloop.V1;
using Google.Protobuf;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class MotionTargetsTests
    {
        private static readonly double[] AtRest = { 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

        [Test]
        public void NoTableIsNoTargets()
        {
            Assert.That(MotionTargets.Read(null).Ids, Is.Empty);
        }

        [Test]
        public void ColumnsComeOutAsTheyWentIn()
        {
            MotionTable table = TableOf(3, 9);
            table.WheelCounts = ByteString.CopyFrom(new byte[] { 0, 2 });
            table.Wheels = SmallScene.Bytes(Enumerable.Range(0, 10).Select(i => i / 4.0).ToArray());
            table.Jumps = ByteString.CopyFrom(new byte[] { 1, 0 });
            MotionTargets targets = MotionTargets.Read(table);
            Assert.That(targets.Ids, Is.EqualTo(new uint[] { 3, 9 }));
            Assert.That(targets.WheelCounts, Is.EqualTo(new[] { 0, 2 }));
            Assert.That(targets.Wheels[9], Is.EqualTo(2.25));
            Assert.That(targets.Jumps, Is.EqualTo(new[] { true, false }));
        }

        [Test]
        public void WhatDoesNotFitIsRefusedInWords()
        {
            MotionTable table = TableOf(3);
            table.Ids = SmallScene.Bytes(new byte[] { 3, 0, 0, 0, 7 });
            Refuses("The targets have 5 bytes of ids: an id has 4.", table);
            Refuses(
                "The target of body 3 comes after that of body 9: give one target for each body, by rising id.",
                TableOf(9, 3));
            Refuses(
                "The target of body 9 comes after that of body 9: give one target for each body, by rising id.",
                TableOf(9, 9));
            table = TableOf(3);
            table.Motion = SmallScene.Bytes(new double[8]);
            Refuses("The targets have 64 bytes of motion: 128 were announced.", table);
            table = TableOf(3, 9);
            table.Motion = SmallScene.Bytes(AtRest.Concat(AtRest.Select((x, i) => i == 8 ? double.NaN : x)).ToArray());
            Refuses("The target of body 9 has a motion that is not finite: give finite numbers.", table);
            table = TableOf(3);
            table.Motion = SmallScene.Bytes(AtRest.Select(x => x / 2).ToArray());
            Refuses("The target of body 3 has a rotation of length 0.5: give a unit quaternion.", table);
            table = TableOf(3);
            table.WheelCounts = ByteString.CopyFrom(new byte[] { 4, 4 });
            Refuses("There are 2 wheel_counts for 1 targets: give one for each, or none.", table);
            table = TableOf(3);
            table.WheelCounts = ByteString.CopyFrom(new byte[] { 4 });
            table.Wheels = SmallScene.Bytes(new double[5]);
            Refuses("The targets have 40 bytes of wheels: 160 were announced.", table);
            table = TableOf(3);
            table.BoneCounts = ByteString.CopyFrom(new byte[] { 1 });
            table.Bones = SmallScene.Bytes(Enumerable.Repeat(float.PositiveInfinity, 12).ToArray());
            Refuses("The target of body 3 has bones that are not finite: give finite numbers.", table);
            table = TableOf(3);
            table.Jumps = ByteString.CopyFrom(new byte[3]);
            Refuses("There are 3 jumps for 1 targets: give one for each, or none.", table);
        }

        private static MotionTable TableOf(params uint[] ids) => new MotionTable
        {
            Ids = SmallScene.Bytes(ids),
            Motion = SmallScene.Bytes(Enumerable.Repeat(AtRest, ids.Length).SelectMany(row => row).ToArray()),
        };

        private static void Refuses(string sentence, MotionTable table) =>
            Assert.That(Assert.Throws<Refusal>(() => MotionTargets.Read(table)).Sentence, Is.EqualTo(sentence));
    }
}
