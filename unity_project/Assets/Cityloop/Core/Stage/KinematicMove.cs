#nullable enable

namespace Cityloop.Core
{
    /// <summary>The way of a kinematic body through a tick.</summary>
    public readonly struct KinematicMove
    {
        /// <summary>Takes a way; see the fields.</summary>
        public KinematicMove(uint id, in Motion start, in Motion end, bool jumps, bool involved)
        {
            Id = id;
            Start = start;
            End = end;
            Jumps = jumps;
            Involved = involved;
        }

        /// <summary>The body.</summary>
        public uint Id { get; }

        /// <summary>Where it is; only position and rotation count.</summary>
        public Motion Start { get; }

        /// <summary>Where it is at the end of the tick; only position and rotation count.</summary>
        public Motion End { get; }

        /// <summary>True: it is put at its end at once, at rest.</summary>
        public bool Jumps { get; }

        /// <summary>
        /// True: it could meet a body that physics moves, and goes in substeps at the constant velocity that brings
        /// it to its end. False: nothing can push it or be pushed, so it may be put at its end at once.
        /// </summary>
        public bool Involved { get; }
    }
}
