#nullable enable

namespace Cityloop.Core
{
    /// <summary>Tick n with the bodies of n one tick before and after.</summary>
    public sealed class ThreeInstants
    {
        private ThreeInstants(Snapshot drawn, Motions before, Motions after, double beforeDtS, double afterDtS)
        {
            Drawn = drawn;
            Before = before;
            After = after;
            BeforeDtS = beforeDtS;
            AfterDtS = afterDtS;
        }

        /// <summary>Tick n.</summary>
        public Snapshot Drawn { get; }

        /// <summary>The bodies of n at n-1.</summary>
        public Motions Before { get; }

        /// <summary>The bodies of n at n+1.</summary>
        public Motions After { get; }

        /// <summary>Length of the tick before n, s.</summary>
        public double BeforeDtS { get; }

        /// <summary>Length of the tick after n, s.</summary>
        public double AfterDtS { get; }

        /// <summary>Returns the instants around a tick; before tick 0 time went by as it does after it.</summary>
        public static ThreeInstants Around(Snapshot? previous, Snapshot drawn, Snapshot newest)
        {
            double after = newest.DtS, before = previous != null ? drawn.DtS : after;
            return new ThreeInstants(
                drawn, Neighbour.Of(drawn, previous, -before), Neighbour.Of(drawn, newest, after), before, after);
        }
    }
}
