#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Experimental.Rendering;
using UnityEngine.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>The images that the label shaders write at once, in the order of LabelPixel, and their depth buffer.</summary>
    public sealed class LabelTargets
    {
        private static readonly (PassImage Image, GraphicsFormat Format)[] Formats =
        {
            (PassImage.Depth, GraphicsFormat.R32_SFloat),
            (PassImage.Instance, GraphicsFormat.R32_UInt),
            (PassImage.Semantic, GraphicsFormat.R8_UInt),
            (PassImage.Flow, GraphicsFormat.R32G32B32A32_SFloat),
            (PassImage.Normal, GraphicsFormat.R32G32B32A32_SFloat),
            (PassImage.Velocity, GraphicsFormat.R32G32B32A32_SFloat),
        };

        private readonly Dictionary<PassImage, RenderTexture> _images = new Dictionary<PassImage, RenderTexture>();
        private readonly RenderTexture _depth;

        /// <summary>Makes images of a size, pixels.</summary>
        public LabelTargets(int width, int height)
        {
            Colors = new RenderTargetIdentifier[Formats.Length];
            for (int i = 0; i < Formats.Length; i++)
            {
                var image = new RenderTexture(width, height, Formats[i].Format, GraphicsFormat.None)
                {
                    name = "Cityloop " + Formats[i].Image,
                    filterMode = FilterMode.Point,
                    hideFlags = HideFlags.DontSave,
                };
                image.Create();
                _images[Formats[i].Image] = image;
                Colors[i] = image;
            }
            _depth = new RenderTexture(width, height, GraphicsFormat.None, GraphicsFormat.D32_SFloat)
            {
                name = "Cityloop depth buffer",
                hideFlags = HideFlags.DontSave,
            };
            _depth.Create();
        }

        /// <summary>All images, for the one draw.</summary>
        public RenderTargetIdentifier[] Colors { get; }

        /// <summary>The depth buffer.</summary>
        public RenderTargetIdentifier DepthBuffer => _depth;

        /// <summary>Returns an image.</summary>
        public RenderTexture this[PassImage image] => _images[image];

        /// <summary>Returns why this device cannot draw labels, empty if it can.</summary>
        public static string Shortcoming()
        {
            if (SystemInfo.supportedRenderTargetCount < Formats.Length)
            {
                return $"it draws into {SystemInfo.supportedRenderTargetCount} images at once, {Formats.Length} are needed";
            }
            if (!SystemInfo.supportsAsyncGPUReadback)
            {
                return "its images cannot be read back";
            }
            foreach (var (image, format) in Formats)
            {
                if (!SystemInfo.IsFormatSupported(format, GraphicsFormatUsage.Render))
                {
                    return $"it cannot draw into {format}, which {image} needs";
                }
            }
            return string.Empty;
        }

        /// <summary>Returns an image of instance ids for objects that are drawn alone.</summary>
        public static RenderTexture MakeLayer(int width, int height)
        {
            var layer = new RenderTexture(width, height, GraphicsFormat.R32_UInt, GraphicsFormat.None)
            {
                name = "Cityloop objects alone",
                filterMode = FilterMode.Point,
                hideFlags = HideFlags.DontSave,
            };
            layer.Create();
            return layer;
        }

        /// <summary>Gives an image back.</summary>
        public static void Release(RenderTexture image)
        {
            image.Release();
            Object.Destroy(image);
        }

        /// <summary>Gives all images back.</summary>
        public void Release()
        {
            foreach (var image in _images.Values)
            {
                Release(image);
            }
            Release(_depth);
        }
    }
}
#endif
