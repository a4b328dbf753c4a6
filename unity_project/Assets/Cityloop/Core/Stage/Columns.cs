#nullable enable
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>The next tick's columns of the bodies that can move, while they are being filled.</summary>
    public sealed class Columns
    {
        private Columns(Snapshot s)
        {
            Kinds = (BodyKind[])s.Kinds.Clone();
            Motions = s.Motions.Copy();
            Jumped = new bool[s.Cast.Count];
        }

        /// <summary>M, who moves each body.</summary>
        public BodyKind[] Kinds { get; }

        /// <summary>Where they are to be.</summary>
        public Motions Motions { get; }

        /// <summary>M, the body jumps.</summary>
        public bool[] Jumped { get; }

        /// <summary>Returns copies of the columns of a tick.</summary>
        public static Columns After(Snapshot s) => new Columns(s);
    }
}
