#nullable enable
using System.Collections.Generic;
using Cityloop.Core;

namespace Cityloop.Runtime
{
    /// <summary>Everything from which the physics world can be built anew.</summary>
    internal sealed class SavedPhysics
    {
        /// <summary>Takes who was touched in the last tick, and half a substep as a share of it.</summary>
        public SavedPhysics(IEnumerable<uint> touched, double lag)
        {
            Touched = new List<uint>(touched);
            Lag = lag;
        }

        /// <summary>Bodies that are not limp, in their order.</summary>
        public List<Kept> Bodies { get; } = new List<Kept>();

        /// <summary>Limp bodies, in their order.</summary>
        public List<RagdollBody.Saved> Ragdolls { get; } = new List<RagdollBody.Saved>();

        /// <summary>Who was touched in the last tick.</summary>
        public List<uint> Touched { get; }

        /// <summary>Half a substep as a share of the last tick.</summary>
        public double Lag { get; }

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
