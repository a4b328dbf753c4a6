#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>What came of a tick beside its states.</summary>
    public sealed class TickResult
    {
        /// <summary>Takes the results; see the properties.</summary>
        public TickResult(IReadOnlyList<Touch> touches, Snapshot settled, IReadOnlyList<int> settledRows)
        {
            Touches = touches;
            Settled = settled;
            SettledRows = settledRows;
        }

        /// <summary>What touched on the way.</summary>
        public IReadOnlyList<Touch> Touches { get; }

        /// <summary>The tick before, its rates put right.</summary>
        public Snapshot Settled { get; }

        /// <summary>Which of its rows were put right.</summary>
        public IReadOnlyList<int> SettledRows { get; }
    }
}
