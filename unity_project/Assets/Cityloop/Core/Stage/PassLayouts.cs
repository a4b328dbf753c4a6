#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>An image that the passes of a camera are read from; several passes may share one.</summary>
    public enum PassImage
    {
        /// <summary>RGBA, 8 bits each, sRGB-encoded; A means nothing.</summary>
        Color,

        /// <summary>One float32.</summary>
        Depth,

        /// <summary>One uint32.</summary>
        Instance,

        /// <summary>One uint8.</summary>
        Semantic,

        /// <summary>Four float32: backward, forward.</summary>
        Flow,

        /// <summary>Four float32, the last is the change of depth, backward.</summary>
        Normal,

        /// <summary>Four float32, the last is the change of depth, forward.</summary>
        Velocity,
    }

    /// <summary>How the passes of a camera lie in its memory: image after image, as they are read back.</summary>
    public static class PassLayouts
    {
        private const long Alignment = 64; // bytes; every image starts at a multiple of this

        /// <summary>Returns the image that a pass is part of.</summary>
        public static PassImage ImageOf(Pass pass) => pass switch
        {
            Pass.Rgb => PassImage.Color,
            Pass.Depth => PassImage.Depth,
            Pass.Instance => PassImage.Instance,
            Pass.Semantic => PassImage.Semantic,
            Pass.FlowBackward => PassImage.Flow,
            Pass.FlowForward => PassImage.Flow,
            Pass.Normal => PassImage.Normal,
            Pass.Velocity => PassImage.Velocity,
            Pass.DepthChangeBackward => PassImage.Normal,
            Pass.DepthChangeForward => PassImage.Velocity,
            _ => throw new ArgumentOutOfRangeException(nameof(pass)),
        };

        /// <summary>Returns the bytes of one pixel of an image.</summary>
        public static int PixelBytes(PassImage image) => image switch
        {
            PassImage.Color => 4,
            PassImage.Depth => 4,
            PassImage.Instance => 4,
            PassImage.Semantic => 1,
            _ => 16,
        };

        /// <summary>Returns where each needed image starts, bytes from the start of the camera's memory.</summary>
        public static IReadOnlyDictionary<PassImage, long> Offsets(int width, int height, IReadOnlyList<Pass> passes) =>
            Place(width, height, passes, out _);

        /// <summary>Returns the bytes that the passes of one camera take.</summary>
        public static long FrameSize(int width, int height, IReadOnlyList<Pass> passes)
        {
            Place(width, height, passes, out long size);
            return size;
        }

        /// <summary>Returns where each pass lies, offsets from the start of the camera's memory.</summary>
        public static List<PassLayout> Layouts(int width, int height, IReadOnlyList<Pass> passes)
        {
            var offsets = Place(width, height, passes, out _);
            var layouts = new List<PassLayout>();
            foreach (var pass in passes)
            {
                var image = ImageOf(pass);
                uint pixel = (uint)PixelBytes(image);
                int channels = Channels(pass);
                uint item = image == PassImage.Color ? 1u : 4u;
                uint first = First(pass);
                var layout = new PassLayout
                {
                    Pass = pass,
                    DataType = TypeOf(image),
                    Offset = (ulong)offsets[image] + first * item,
                };
                layout.Shape.Add((uint)height);
                layout.Shape.Add((uint)width);
                layout.Strides.Add((uint)width * pixel);
                layout.Strides.Add(pixel);
                if (channels > 0)
                {
                    layout.Shape.Add((uint)channels);
                    layout.Strides.Add(item);
                }
                layouts.Add(layout);
            }
            return layouts;
        }

        private static Dictionary<PassImage, long> Place(int width, int height, IReadOnlyList<Pass> passes, out long size)
        {
            var offsets = new Dictionary<PassImage, long>();
            size = 0;
            foreach (var pass in passes)
            {
                var image = ImageOf(pass);
                if (offsets.ContainsKey(image))
                {
                    continue;
                }
                offsets[image] = size;
                long bytes = (long)width * height * PixelBytes(image);
                size += (bytes + Alignment - 1) / Alignment * Alignment;
            }
            return offsets;
        }

        /// <summary>Returns the first number of a pass in a pixel of its image.</summary>
        private static uint First(Pass pass) => pass switch
        {
            Pass.FlowForward => 2,
            Pass.DepthChangeBackward => 3,
            Pass.DepthChangeForward => 3,
            _ => 0,
        };

        private static int Channels(Pass pass) => pass switch
        {
            Pass.Rgb => 3,
            Pass.Normal => 3,
            Pass.Velocity => 3,
            Pass.FlowBackward => 2,
            Pass.FlowForward => 2,
            _ => 0,
        };

        private static DataType TypeOf(PassImage image) => image switch
        {
            PassImage.Color => DataType.Uint8,
            PassImage.Semantic => DataType.Uint8,
            PassImage.Instance => DataType.Uint32,
            _ => DataType.Float32,
        };
    }
}
