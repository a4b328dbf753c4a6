#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// A project's own prefabs for kinds of bodies: an asset (Create > Cityloop > Prefab Overrides) that
    /// names them by the kind's name in the scene.
    /// </summary>
    [CreateAssetMenu(menuName = "Cityloop/Prefab Overrides", fileName = "PrefabOverrides")]
    public sealed class PrefabOverrides : ScriptableObject
    {
        [SerializeField] private List<Entry> entries = new List<Entry>();

        /// <summary>Registers a prefab for a kind of body, in place of an earlier one.</summary>
        /// <param name="asset">Name of the prototype in the scene.</param>
        /// <param name="prefab">Its axes are those of the body: z forward, x right, y up; m.</param>
        public void Register(string asset, GameObject prefab)
        {
            entries.RemoveAll(entry => entry.asset == asset);
            entries.Add(new Entry { asset = asset, prefab = prefab });
        }

        /// <summary>Returns the prefab of a kind of body, null where it has none.</summary>
        public GameObject? Find(string asset)
        {
            foreach (var entry in entries)
            {
                if (entry.asset == asset)
                {
                    return entry.prefab;
                }
            }
            return null;
        }

        [Serializable]
        private sealed class Entry
        {
            [Tooltip("Name of the prototype in the scene")]
            public string asset = string.Empty;

            [Tooltip("Its axes are those of the body: z forward, x right, y up; metres")]
            public GameObject? prefab;
        }
    }
}
#endif
