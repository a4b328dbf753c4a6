#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using UnityEngine;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>The lights of prototypes, each hung on the first of its parts that is no wheel.</summary>
    public sealed class LampLibrary
    {
        private readonly Dictionary<int, Wire.Prototype> _byPart = new Dictionary<int, Wire.Prototype>();

        /// <summary>Takes the lights of a prototype whose parts have these handles.</summary>
        public void Add(Wire.Prototype prototype, int[] handles)
        {
            for (int i = 0; prototype.Lights.Count > 0 && i < handles.Length; i++)
            {
                if (!prototype.Parts[i].HasWheel)
                {
                    _byPart[handles[i]] = prototype;
                    return;
                }
            }
        }

        /// <summary>Returns the lamps of a part below its place, null for a part without any.</summary>
        public PartLamps? Make(int part, Transform place) =>
            _byPart.TryGetValue(part, out Wire.Prototype? prototype) ? new PartLamps(place, prototype) : null;
    }
}
#endif
