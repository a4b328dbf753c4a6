#nullable enable
using System.Collections.Generic;
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>Everything from which who is in Unity's physics can be made anew.</summary>
    internal sealed class SavedPopulation
    {
        /// <summary>Bodies that are not limp, in their order.</summary>
        public List<Kept> Bodies { get; } = new List<Kept>();

        /// <summary>Limp bodies, in their order.</summary>
        public List<RagdollBody.Saved> Ragdolls { get; } = new List<RagdollBody.Saved>();

        /// <summary>One body.</summary>
        internal readonly struct Kept
        {
            /// <summary>Takes a body; see the properties.</summary>
            public Kept(PhysicalBody body, Motion place, object? state)
            {
                Body = body;
                Place = place;
                State = state;
            }

            /// <summary>The body, for what never changes about it; it may be destroyed by now.</summary>
            public PhysicalBody Body { get; }

            /// <summary>Where it was.</summary>
            public Motion Place { get; }

            /// <summary>What else changes; null for nothing.</summary>
            public object? State { get; }
        }
    }
}
