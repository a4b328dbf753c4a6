#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Experimental.Rendering;
using UnityEngine.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Finds out, by drawing a triangle, in which order this graphics API keeps rows and which way round it
    /// takes a triangle's front to be: both differ between APIs, and Unity changes either on the way.
    /// </summary>
    public readonly struct TargetProbe
    {
        private const int BothSides = 7, FrontOnly = 8; // passes of CityloopLabels.shader

        /// <summary>Order of rows and range of depths.</summary>
        public readonly TargetConvention Convention;

        /// <summary>What leaves out the triangles that are seen from behind.</summary>
        public readonly CullMode CullBehind;

        private TargetProbe(bool upperRowFirst, bool counterClockwiseIsFront)
        {
            Convention = new TargetConvention(upperRowFirst, SystemInfo.usesReversedZBuffer);
            // Seen from outside a triangle is clockwise in the image, so it is counter-clockwise in clip space
            // where the upper end of clip space is the lower end of the image.
            CullBehind = counterClockwiseIsFront != upperRowFirst ? CullMode.Back : CullMode.Front;
        }

        /// <summary>Draws and looks.</summary>
        /// <param name="labels">A material with the label shader.</param>
        public static TargetProbe Find(Material labels)
        {
            var target = new RenderTexture(2, 2, GraphicsFormat.R8G8B8A8_UNorm, GraphicsFormat.None);
            target.Create();
            using var commands = new CommandBuffer { name = "Cityloop probe" };
            commands.SetRenderTarget(target);
            commands.ClearRenderTarget(false, true, Color.clear);
            commands.DrawProcedural(Matrix4x4.identity, labels, BothSides, MeshTopology.Triangles, 3);
            commands.DrawProcedural(Matrix4x4.identity, labels, FrontOnly, MeshTopology.Triangles, 3);
            Graphics.ExecuteCommandBuffer(commands);
            var request = AsyncGPUReadback.Request(target);
            request.WaitForCompletion();
            var pixels = request.GetData<Color32>();
            // The triangle covers one row, and adds a quarter with each draw that shows it.
            byte first = pixels[0].r, last = pixels[2].r;
            target.Release();
            Object.Destroy(target);
            return new TargetProbe(first > last, Mathf.Max(first, last) > 96);
        }
    }
}
#endif
