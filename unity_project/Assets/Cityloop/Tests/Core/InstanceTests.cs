#nullable enable
using System.Collections.Generic;
using System.Linq;
using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class InstanceTests
    {
        [Test]
        public void PartsAreWhereTheEmbeddedEngineDrawsThem()
        {
            foreach (Struct row in Tables.Rows("cameras.json", "parts"))
            {
                Instances instances = new InstanceBuilder().Build(Rows.Instants(row));
                Struct expected = row.Inner("expected");
                Near.Equal(instances.Previous, expected.Numbers("previous"), 1e-9, "previous");
                Near.Equal(instances.Current, expected.Numbers("current"), 1e-9, "current");
                Near.Equal(instances.Next, expected.Numbers("next"), 1e-9, "next");
                Near.Equal(instances.Velocity, expected.Numbers("velocity"), 1e-9, "velocity");
                Near.Equal(instances.AngularVelocity, expected.Numbers("angular_velocity"), 1e-9, "angular velocity");
            }
        }

        [Test]
        public void TheLabelShadersAreHandedWhatThoseOfTheEmbeddedEngineAre()
        {
            List<Struct> cameras = Tables.Rows("cameras.json", "cameras").ToList();
            foreach (Struct row in Tables.Rows("cameras.json", "parts"))
            {
                Instances instances = new InstanceBuilder().Build(Rows.Instants(row));
                var floats = new float[LabelRecords.InstanceFloats];
                var integers = new uint[LabelRecords.InstanceIntegers];
                CameraView view = Rows.View(cameras[(int)row.Number("camera")]);
                LabelRecords.Fill(view, instances, new[] { 0 }, floats, integers);
                double[] expected = row.Inner("expected").Numbers("records");
                for (int i = 0; i < expected.Length; i++)
                {
                    double within = 1e-5 * System.Math.Max(1.0, System.Math.Abs(expected[i]));
                    Assert.That((double)floats[i], Is.EqualTo(expected[i]).Within(within), $"number {i}");
                }
                double[] ids = row.Inner("expected").Numbers("ids");
                Assert.That(integers.Select(i => (double)i).ToArray(), Is.EqualTo(ids));
            }
        }

        [Test]
        public void BonesAreHandedOverInstantByInstant()
        {
            var instances = new Instances(0)
            {
                BonesPrevious = Enumerable.Repeat(1f, 24).ToArray(),
                BonesCurrent = Enumerable.Repeat(2f, 24).ToArray(),
                BonesNext = Enumerable.Repeat(3f, 24).ToArray(),
            };
            var floats = new float[2 * LabelRecords.BoneFloats];
            LabelRecords.FillBones(instances, floats);
            foreach (int bone in new[] { 0, LabelRecords.BoneFloats })
            {
                Assert.That(new[] { floats[bone], floats[bone + 12], floats[bone + 24] }, Is.EqualTo(new[] { 2f, 1f, 3f }));
            }
        }

        [Test]
        public void LevelsOfDetailGoByDistanceAndEndBeyondTheLast()
        {
            var tables = Scene(out Instances instances);
            foreach ((double distance, int mesh) in new[] { (5.0, 0), (19.9, 0), (20.0, 1), (79.0, 1), (80.0, -1) })
            {
                instances.Origin[0] = distance;
                Assert.That(Visibility.SelectMeshes(Forward(), instances, tables)[0], Is.EqualTo(mesh), $"at {distance} m");
                // A lens of 1280 pixels shows things twice as large as the longest for which distances are made.
                instances.Origin[0] = 2 * distance;
                int through = Visibility.SelectMeshes(Forward(focalPx: 1280), instances, tables)[0];
                Assert.That(through, Is.EqualTo(mesh), $"at {2 * distance} m through a long lens");
            }
        }

        [Test]
        public void WhatIsOutOfViewOrHiddenIsNotDrawn()
        {
            var tables = Scene(out Instances instances);
            Assert.That(Seen(instances, tables, 10, 0, 0), Is.EqualTo(1));
            Assert.That(Seen(instances, tables, -10, 0, 0), Is.EqualTo(0));
            // The view is 45 degrees wide to each side, the sphere 1 m: its rim reaches in.
            Assert.That(Seen(instances, tables, 10, 11.3, 0), Is.EqualTo(1));
            Assert.That(Seen(instances, tables, 10, 11.5, 0), Is.EqualTo(0));
            Assert.That(Seen(instances, tables, 10, 0, 0, hidden: 7), Is.EqualTo(0));
            Assert.That(Seen(instances, tables, 10, 0, 0, hidden: 8), Is.EqualTo(1));
        }

        private static SceneTables Scene(out Instances instances)
        {
            var tables = new SceneTables();
            tables.Meshes.Add(new MeshBounds(0, 0, 0, 1, 0));
            tables.Meshes.Add(new MeshBounds(0, 0, 0, 1, 0));
            tables.Parts.Add(new[] { new Level(20, 0), new Level(80, 1) });
            instances = new Instances(1);
            instances.Body[0] = 7;
            instances.Bones[0] = -1;
            new double[] { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0 }.CopyTo(instances.Current, 0);
            return tables;
        }

        private static int Seen(Instances instances, SceneTables tables, double x, double y, double z, uint hidden = 0)
        {
            (instances.Current[3], instances.Current[7], instances.Current[11]) = (x, y, z);
            new[] { x, y, z }.CopyTo(instances.Origin, 0);
            CameraView view = Forward(hidden);
            int[] meshes = Visibility.SelectMeshes(view, instances, tables);
            return Visibility.Draw(view, instances, meshes, tables).Rows.Count;
        }

        /// <summary>Returns a camera in the origin that looks along x, 90 degrees wide and high if nothing else is said.</summary>
        private static CameraView Forward(uint hidden = 0, double focalPx = 50)
        {
            double[] pose = { 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 0 };
            return new CameraView("forward", 100, 100, focalPx, focalPx, 50, 50, 0.1, 1000, pose, pose, pose, hidden);
        }
    }
}
