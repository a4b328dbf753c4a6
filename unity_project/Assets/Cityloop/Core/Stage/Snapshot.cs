#nullable enable
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>The stage at one tick. Who has one does not change it.</summary>
    /// <remarks>
    /// Membership (which bodies there are, and which parts they consist of) changes rarely and is kept apart from the
    /// poses, which change every tick.
    /// </remarks>
    public sealed class Snapshot
    {
        /// <summary>The tick.</summary>
        public ulong Tick;

        /// <summary>Its time since tick 0, s.</summary>
        public double TimeS;

        /// <summary>Length of the tick that led here, s, 0 at tick 0.</summary>
        public double DtS;

        /// <summary>The M bodies that can move.</summary>
        public Cast Cast = Cast.Empty;

        /// <summary>Where they are.</summary>
        public Motions Motions = new Motions(0, 0, 0);

        /// <summary>M, who moved each body here.</summary>
        public BodyKind[] Kinds = new BodyKind[0];

        /// <summary>M bit sets of the lit lamps.</summary>
        public uint[] Lamps = new uint[0];

        /// <summary>M, the body did not move here from where it was a tick ago: it jumped.</summary>
        public bool[] Jumped = new bool[0];

        /// <summary>The S bodies that never move.</summary>
        public Cast Statics = Cast.Empty;

        /// <summary>S x 3 origins of the static bodies, m, world.</summary>
        public double[] StaticPosition = new double[0];

        /// <summary>S x 4 quaternions x y z w of the static bodies, world-from-body.</summary>
        public double[] StaticQuaternion = new double[0];

        /// <summary>S bit sets of the lit lamps.</summary>
        public uint[] StaticLamps = new uint[0];

        /// <summary>Returns another snapshot with the same contents, to be told apart before anybody has it.</summary>
        public Snapshot With() => (Snapshot)MemberwiseClone();

        /// <summary>Returns the kind of a body that must be there.</summary>
        public BodyKind KindOf(uint id)
        {
            int row = Cast.RowOf(id);
            if (row >= 0)
            {
                return Kinds[row];
            }
            if (Statics.RowOf(id) >= 0)
            {
                return BodyKind.Static;
            }
            throw Refusal.NotFound($"There is no body {id} at tick {Tick}.");
        }
    }
}
