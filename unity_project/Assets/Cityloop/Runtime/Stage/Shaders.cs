#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Finds the shaders of this package.</summary>
    public static class Shaders
    {
        /// <summary>Returns a shader by its name.</summary>
        /// <exception cref="InvalidOperationException">If the build left it out or this device cannot run it.</exception>
        public static Shader Find(string name)
        {
            var shader = Shader.Find(name);
            if (shader == null)
            {
                throw new InvalidOperationException(
                    $"The shader {name} is not in this build: add it to Always Included Shaders in Project Settings > Graphics.");
            }
            if (!shader.isSupported)
            {
                throw new InvalidOperationException(
                    $"The shader {name} does not run on {SystemInfo.graphicsDeviceName} ({SystemInfo.graphicsDeviceType}): " +
                    "it needs buffers in vertex shaders and six render targets (Vulkan, Direct3D 11, Metal or OpenGL 4.3).");
            }
            return shader;
        }

        /// <summary>Returns a new material with a shader of this package.</summary>
        /// <exception cref="InvalidOperationException">As <see cref="Find"/>.</exception>
        public static Material Make(string name) => new Material(Find(name)) { hideFlags = HideFlags.DontSave };
    }
}
#endif
