#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Says which transform of a prefab is which bone of the kind of body that it stands for. The prefab must
    /// be in the rest pose of the kind's streamed meshes.
    /// </summary>
    public sealed class PrefabBones : MonoBehaviour
    {
        [Tooltip("In the order of the kind's skeleton, see cityloop.world.people.skeleton(kind).names")]
        [SerializeField] private List<Transform> bones = new List<Transform>();

        /// <summary>Number of bones that are named.</summary>
        public int Count => bones.Count;

        /// <summary>
        /// Returns the index of a transform or, where it is none of the bones, of the nearest above it; 0 for none.
        /// </summary>
        public int IndexOf(Transform? transform)
        {
            for (; transform != null; transform = transform.parent)
            {
                int index = bones.IndexOf(transform);
                if (index >= 0)
                {
                    return index;
                }
            }
            return 0;
        }
    }
}
#endif
