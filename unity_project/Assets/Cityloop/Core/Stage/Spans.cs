#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>Rows of a column that holds a varying number of items for each of M bodies.</summary>
    public sealed class Spans
    {
        /// <summary>Takes the number of items of each body.</summary>
        public Spans(IReadOnlyList<int> counts)
        {
            Counts = new int[counts.Count];
            Start = new int[counts.Count + 1];
            for (int i = 0; i < counts.Count; i++)
            {
                Counts[i] = counts[i];
                Start[i + 1] = Start[i] + counts[i];
            }
        }

        /// <summary>M items of each body.</summary>
        public int[] Counts { get; }

        /// <summary>M + 1 first rows of each body.</summary>
        public int[] Start { get; }

        /// <summary>Number of items of all bodies.</summary>
        public int Total => Start[Counts.Length];
    }
}
