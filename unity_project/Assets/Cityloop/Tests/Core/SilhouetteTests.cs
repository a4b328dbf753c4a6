#nullable enable
using System.Linq;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class SilhouetteTests
    {
        // Looks along x; a point 10 m ahead and y m to the left is seen at u = 16 - y.
        private static readonly double[] Ahead = { 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 0 };

        private static readonly CameraView View =
            new CameraView("camera", 32, 8, 10, 10, 16, 4, 0.1, 100, Ahead, Ahead, Ahead, 0);

        [Test]
        public void OnlyWhatOverlapsIsDrawnApart()
        {
            SilhouetteLayers layers = Layers(0, 1, -8);
            Assert.That(layers.Draws.Count, Is.EqualTo(2));
            Assert.That(layers.Draws.Sum(draw => draw.Rows.Count), Is.EqualTo(3));
        }

        [Test]
        public void WhatWasDrawnIsCutOut()
        {
            SilhouetteLayers layers = Layers(0);
            var picture = new uint[32 * 8];
            picture[3 * 32 + 15] = picture[3 * 32 + 16] = picture[4 * 32 + 15] = 1;
            var found = layers.Cut(new[] { picture }).Single();
            Assert.That(new[] { found.Left, found.Top, found.Width, found.Height }, Is.EqualTo(new uint[] { 15, 3, 2, 2 }));
            Assert.That(found.Mask.ToByteArray(), Is.EqualTo(new byte[] { 0xC0, 0x80 }));
            Assert.That(new[] { found.Xmin, found.Ymin, found.Xmax, found.Ymax }, Is.EqualTo(new double[] { 15, 3, 17, 5 }));
        }

        [Test]
        public void ABoxReachesOutOfTheImageToTheVertices()
        {
            SilhouetteLayers layers = Layers(16);
            var picture = new uint[32 * 8];
            picture[3 * 32] = 1;
            var found = layers.Cut(new[] { picture }).Single();
            Assert.That(found.Xmin, Is.EqualTo(-1).Within(1e-9));
            Assert.That(found.Xmax, Is.EqualTo(1).Within(1e-9));
            Assert.That(found.Ymax, Is.EqualTo(5).Within(1e-9));
        }

        /// <summary>Squares 2 m wide, 10 m ahead, ids from 1 on, so many metres to the left.</summary>
        private static SilhouetteLayers Layers(params double[] left)
        {
            var tables = new SceneTables();
            tables.Meshes.Add(new MeshBounds(0, 0, 0, 1.42, 0));
            float[] corners = { 0, -1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1 };
            tables.Vertices.Add(new MeshVertices(corners, new[] { 0, 1, 2, 0, 2, 3 }, new float[0], new float[0]));
            var instances = new Instances(left.Length);
            var drawn = new DrawList();
            var picture = new uint[32 * 8];
            for (int i = 0; i < left.Length; i++)
            {
                double[] pose = { 1, 0, 0, 10, 0, 1, 0, left[i], 0, 0, 1, 0 };
                pose.CopyTo(instances.Current, i * 12);
                instances.InstanceId[i] = picture[i] = (uint)i + 1;
                instances.Bones[i] = -1;
                drawn.Rows.Add(i);
            }
            return new SilhouetteLayers(View, instances, new int[left.Length], drawn, picture, tables);
        }
    }
}
