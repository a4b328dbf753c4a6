#nullable enable
using System;
using System.Collections.Generic;
using System.Linq;
using Cityloop.Core;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.Rendering;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime.Tests
{
    /// <summary>
    /// A square 10 m ahead of a camera of 64 x 48 pixels, whose every pixel is known: what this graphics API makes of
    /// rows, fronts, formats and flows. The embedded engine has the same tests.
    /// </summary>
    public sealed class DrawingTests
    {
        private const int Width = 64, Height = 48;
        private const double DtS = 0.05;
        private const byte Sky = 10, Car = 13;

        private static readonly Wire.Pass[] Passes =
        {
            Wire.Pass.Rgb, Wire.Pass.Depth, Wire.Pass.Instance, Wire.Pass.Semantic, Wire.Pass.FlowBackward,
            Wire.Pass.FlowForward, Wire.Pass.Normal, Wire.Pass.Velocity,
        };

        private UnityRendering? _rendering;

        [SetUp]
        public void Begin()
        {
            if (SystemInfo.graphicsDeviceType == GraphicsDeviceType.Null)
            {
                Assert.Ignore("There is no graphics device.");
            }
            _rendering = new UnityRendering(null);
            _rendering.SetEnvironment(new Wire.Environment { Exposure = 1 });
        }

        [TearDown]
        public void End()
        {
            GameObject? stage = GameObject.Find("Cityloop stage");
            if (stage != null)
            {
                UnityEngine.Object.DestroyImmediate(stage);
            }
        }

        [Test]
        public void TheSquareIsSeenAtItsPixelsAndTheSkyAroundIt()
        {
            Frame frame = Draw(Square(new Wire.Material()), Place(10, 0, 0));
            for (int row = 0; row < Height; row++)
            {
                for (int column = 0; column < Width; column++)
                {
                    bool on = row >= 20 && row < 28 && column >= 28 && column < 36;
                    string where = $"row {row}, column {column}";
                    Assert.AreEqual(on ? 7u : 0u, frame.Instance(row, column), where);
                    Assert.AreEqual(on ? Car : Sky, frame.Semantic(row, column), where);
                    float depth = frame.Number(PassImage.Depth, row, column, 0);
                    Assert.IsTrue(on ? Math.Abs(depth - 10) < 1e-4 : float.IsPositiveInfinity(depth), where);
                }
            }
            Assert.AreEqual(-1.0, frame.Number(PassImage.Normal, 24, 32, 2), 1e-5);
        }

        [Test]
        public void RowsRunFromTheTopInLabelsAndPicture()
        {
            var shining = new Wire.Material { Emissive = new Wire.Color { R = 8, G = 8, B = 8 } };
            Frame frame = Draw(Square(shining, 0.5, 2, 2), Place(10, 0, 0));
            for (int row = 0; row < Height; row++)
            {
                for (int column = 0; column < Width; column++)
                {
                    bool on = row >= 14 && row < 18 && column >= 22 && column < 26;
                    Assert.AreEqual(on ? 7u : 0u, frame.Instance(row, column), $"row {row}, column {column}");
                }
            }
            Assert.IsTrue(frame.Bright(15, 23) > 200, "the square is where it belongs");
            Assert.IsTrue(frame.Bright(Height - 1 - 15, 23) < 50, "it is not upside down");
            Assert.IsTrue(frame.Bright(15, Width - 1 - 23) < 50, "it is not mirrored");
        }

        [Test]
        public void WhatIsSeenFromBehindIsNotDrawnUnlessItHasTwoSides()
        {
            double[] turned = { -1, 0, 0, 10, 0, -1, 0, 0, 0, 0, 1, 0 };
            Assert.AreEqual(0u, Draw(Square(new Wire.Material()), turned).Instance(24, 32));
            _rendering!.Reset();
            Assert.AreEqual(7u, Draw(Square(new Wire.Material { TwoSided = true }), turned).Instance(24, 32));
        }

        [Test]
        public void PanesAreInNoLabel()
        {
            Frame frame = Draw(Square(new Wire.Material { Pane = true }), Place(10, 0, 0));
            Assert.AreEqual(0u, frame.Instance(24, 32));
        }

        [Test]
        public void FlowsAndVelocityFollowTheSurface()
        {
            int part = Square(new Wire.Material());
            Instances instances = One(part, Place(10, 0, 0));
            instances.Previous[7] = 1;
            instances.Next[7] = -1;
            instances.Velocity[1] = -20;
            Frame frame = Draw(instances);
            // One metre to the right at 10 m is 40 / 10 pixels.
            Assert.AreEqual(-4.0, frame.Number(PassImage.Flow, 24, 32, 0), 1e-3);
            Assert.AreEqual(4.0, frame.Number(PassImage.Flow, 24, 32, 2), 1e-3);
            Assert.AreEqual(0.0, frame.Number(PassImage.Flow, 24, 32, 1), 1e-3);
            Assert.AreEqual(-20.0, frame.Number(PassImage.Velocity, 24, 32, 1), 1e-4);
            Assert.AreEqual(0.0, frame.Number(PassImage.Flow, 2, 2, 0), 1e-3);
        }

        /// <summary>Loads a square that faces -x; returns the handle of its part.</summary>
        private int Square(Wire.Material material, double half = 1, double y = 0, double z = 0)
        {
            float[] positions = Corners((float)half, (float)y, (float)z), normals = new float[12];
            for (int i = 0; i < 4; i++)
            {
                normals[i * 3] = -1;
            }
            material.Name = "material";
            material.BaseColor ??= new Wire.Color { R = 0.5f, G = 0.5f, B = 0.5f };
            _rendering!.AddMaterial(material);
            _rendering.AddMesh(new Wire.Mesh
            {
                Name = "square",
                Positions = Bytes(positions),
                Normals = Bytes(normals),
                Materials = Bytes(new ushort[4]),
                Indices = Bytes(new uint[] { 0, 1, 2, 0, 2, 3 }),
            });
            var part = new Wire.Part { Name = "part", Lods = { new Wire.LevelOfDetail { Mesh = "square", MaxDistanceM = 1000 } } };
            return _rendering.AddPrototype(new Wire.Prototype { Name = "thing", Parts = { part } })[0];
        }

        private static float[] Corners(float half, float y, float z) => new[]
        {
            0, y + half, z - half, 0, y - half, z - half, 0, y - half, z + half, 0, y + half, z + half,
        };

        private static Google.Protobuf.ByteString Bytes(Array numbers)
        {
            var bytes = new byte[Buffer.ByteLength(numbers)];
            Buffer.BlockCopy(numbers, 0, bytes, 0, bytes.Length);
            return Google.Protobuf.ByteString.CopyFrom(bytes);
        }

        private static double[] Place(double x, double y, double z) => new[] { 1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z };

        private static Instances One(int part, double[] place)
        {
            var instances = new Instances(1);
            instances.Part[0] = part;
            instances.Body[0] = 1;
            instances.InstanceId[0] = 7;
            instances.Semantic[0] = Car;
            instances.Bones[0] = -1;
            foreach (double[] matrices in new[] { instances.Previous, instances.Current, instances.Next })
            {
                place.CopyTo(matrices, 0);
            }
            return instances;
        }

        private Frame Draw(int part, double[] place) => Draw(One(part, place));

        private Frame Draw(Instances instances)
        {
            double[] pose = { 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 0 };
            var view = new CameraView("camera", Width, Height, 40, 40, 32, 24, 0.1, 1000, pose, pose, pose, 0);
            var memory = new StreamedFrames(PassLayouts.FrameSize(Width, Height, Passes));
            _rendering!.Draw(new[] { view }, instances, Passes, DtS, new[] { 0L }, memory, false);
            return new Frame(memory.Bytes, PassLayouts.Offsets(Width, Height, Passes));
        }

        /// <summary>The pictures that came back.</summary>
        private sealed class Frame
        {
            private readonly byte[] _bytes;
            private readonly IReadOnlyDictionary<PassImage, long> _offsets;

            public Frame(byte[] bytes, IReadOnlyDictionary<PassImage, long> offsets)
            {
                _bytes = bytes;
                _offsets = offsets;
            }

            public uint Instance(int row, int column) => BitConverter.ToUInt32(_bytes, At(PassImage.Instance, row, column));

            public byte Semantic(int row, int column) => _bytes[At(PassImage.Semantic, row, column)];

            public float Number(PassImage image, int row, int column, int channel) =>
                BitConverter.ToSingle(_bytes, At(image, row, column) + channel * sizeof(float));

            public int Bright(int row, int column) => _bytes.Skip(At(PassImage.Color, row, column)).Take(3).Min(b => (int)b);

            private int At(PassImage image, int row, int column) =>
                (int)_offsets[image] + (row * Width + column) * PassLayouts.PixelBytes(image);
        }
    }
}
