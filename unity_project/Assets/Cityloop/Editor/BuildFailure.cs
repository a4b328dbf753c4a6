#nullable enable
using System;

namespace Cityloop.Editor
{
    /// <summary>A player cannot be built; the message is one line that says why.</summary>
    internal sealed class BuildFailure : Exception
    {
        /// <summary>Takes the line.</summary>
        internal BuildFailure(string line)
            : base(line)
        {
        }
    }
}
