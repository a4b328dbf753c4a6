#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// The object that all pictures hang on. It tells when it is destroyed, as happens when Play ends in the Editor:
    /// meshes, textures and buffers are not part of a scene and must be given back by hand.
    /// </summary>
    public sealed class StageRoot : MonoBehaviour
    {
        /// <summary>Happens once.</summary>
        public event Action? Destroyed;

        /// <summary>Makes one that outlives changes of the scene.</summary>
        public static StageRoot Make()
        {
            var place = new GameObject("Cityloop stage");
            DontDestroyOnLoad(place);
            return place.AddComponent<StageRoot>();
        }

        private void OnDestroy() => Destroyed?.Invoke();
    }
}
#endif
