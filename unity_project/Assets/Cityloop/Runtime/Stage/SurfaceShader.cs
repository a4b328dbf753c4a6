#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using UnityEngine;
using UnityEngine.Rendering;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The shader that pictures are drawn with: our own in the built-in pipeline, the standard lit shader of
    /// any other one. Properties are set by the names that URP and HDRP gave them, those that a shader has.
    /// </summary>
    /// <remarks>
    /// Colours are linear and set as vectors: Unity would take what is set as a colour for sRGB-encoded. Builds leave
    /// out what no material of the project uses: a project with a pipeline of its own keeps one lit material with holes
    /// and emission among its assets, so that the shader is there with both.
    /// </remarks>
    public sealed class SurfaceShader
    {
        private static readonly string[] LitShaders = { "Universal Render Pipeline/Lit", "HDRP/Lit" };
        private static readonly string[] BaseColor = { "_BaseColor" };
        private static readonly string[] BaseMap = { "_BaseMap", "_BaseColorMap" };
        private static readonly string[] Emission = { "_EmissionColor", "_EmissiveColor" };
        private static readonly string[] AlphaClip = { "_AlphaClip", "_AlphaCutoffEnable" };
        private static readonly string[] Cutoff = { "_Cutoff", "_AlphaCutoff" };
        private static readonly string[] Cull = { "_Cull", "_CullMode", "_CullModeForward" };

        private readonly Shader _shader;

        /// <summary>Takes the shader that fits the project's render pipeline.</summary>
        /// <exception cref="InvalidOperationException">If the build has none.</exception>
        public SurfaceShader()
        {
            var pipeline = GraphicsSettings.currentRenderPipeline;
            IsBuiltIn = pipeline == null;
            _shader = IsBuiltIn ? Shaders.Find("Cityloop/Surface") : LitShaderOf(pipeline!);
        }

        /// <summary>Pictures are drawn by the built-in pipeline.</summary>
        public bool IsBuiltIn { get; }

        /// <summary>Returns a material for pictures.</summary>
        public Material Make(Wire.Material message, Texture? texture)
        {
            var material = new Material(_shader)
            {
                name = message.Name,
                hideFlags = HideFlags.DontSave,
                enableInstancing = true,
            };
            SetVector(material, BaseColor, Color(message.BaseColor));
            SetVector(material, Emission, message.Lamp == 0 ? Color(message.Emissive) : Vector4.zero);
            material.EnableKeyword("_EMISSION");
            if (texture != null)
            {
                foreach (string name in BaseMap)
                {
                    if (material.HasProperty(name))
                    {
                        material.SetTexture(name, texture);
                    }
                }
            }
            SetFloat(material, new[] { "_Panes" }, texture != null && !message.AlphaCutout ? 1f : 0f);
            SetFloat(material, new[] { "_Metallic" }, message.Metallic);
            SetFloat(material, new[] { "_Smoothness" }, 1f - message.Roughness);
            if (message.AlphaCutout)
            {
                SetFloat(material, AlphaClip, 1f);
                SetFloat(material, Cutoff, 127.5f / 255f);
                material.EnableKeyword("_ALPHATEST_ON");
                material.renderQueue = (int)RenderQueue.AlphaTest;
            }
            if (message.Pane)
            {
                MakePane(material);
            }
            SetFloat(material, Cull, (float)(message.TwoSided ? CullMode.Off : CullMode.Back));
            SetFloat(material, new[] { "_DoubleSidedEnable" }, message.TwoSided ? 1f : 0f);
            return material;
        }

        /// <summary>Lets a material add what it mirrors to the picture; in another pipeline it is not drawn at all.</summary>
        private void MakePane(Material material)
        {
            SetFloat(material, new[] { "_Pane" }, 1f);
            SetFloat(material, new[] { "_Source" }, (float)BlendMode.One);
            SetFloat(material, new[] { "_Destination" }, (float)BlendMode.One);
            SetFloat(material, new[] { "_DepthWrite" }, 0f);
            material.renderQueue = (int)RenderQueue.Transparent;
            if (!IsBuiltIn)
            {
                SetFloat(material, AlphaClip, 1f);
                SetFloat(material, Cutoff, 2f);
                material.EnableKeyword("_ALPHATEST_ON");
            }
        }

        /// <summary>Sets what differs from body to body.</summary>
        /// <param name="block">Of a renderer's submesh.</param>
        /// <param name="message">The material.</param>
        /// <param name="tint">Linear colour.</param>
        /// <param name="lit">Whether its lamp is on.</param>
        public void Vary(MaterialPropertyBlock block, Wire.Material message, Vector3 tint, bool lit)
        {
            var color = Vector4.Scale(Color(message.BaseColor), new Vector4(tint.x, tint.y, tint.z, 1f));
            foreach (string name in BaseColor)
            {
                block.SetVector(name, color);
            }
            foreach (string name in Emission)
            {
                block.SetVector(name, lit ? Color(message.Emissive) : Vector4.zero);
            }
        }

        /// <summary>Returns a pipeline's lit shader; some tell theirs in the Editor only.</summary>
        private static Shader LitShaderOf(RenderPipelineAsset pipeline)
        {
            Shader? shader = pipeline.defaultShader;
            foreach (string name in LitShaders)
            {
                shader = shader != null ? shader : Shader.Find(name);
            }
            if (shader == null)
            {
                throw new InvalidOperationException(
                    $"The build has no lit shader of the render pipeline {pipeline.name}: keep a material that uses it among " +
                    "the project's assets.");
            }
            return shader;
        }

        private static Vector4 Color(Wire.Color? color) =>
            color == null ? new Vector4(0, 0, 0, 1) : new Vector4(color.R, color.G, color.B, 1f);

        private static void SetVector(Material material, string[] names, Vector4 value)
        {
            foreach (string name in names)
            {
                if (material.HasProperty(name))
                {
                    material.SetVector(name, value);
                }
            }
        }

        private static void SetFloat(Material material, string[] names, float value)
        {
            foreach (string name in names)
            {
                if (material.HasProperty(name))
                {
                    material.SetFloat(name, value);
                }
            }
        }
    }
}
#endif
