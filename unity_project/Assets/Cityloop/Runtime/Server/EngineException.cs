#nullable enable
using System;

namespace Cityloop.Runtime
{
    /// <summary>The engine cannot start as asked; the message is a sentence that says what to do.</summary>
    public sealed class EngineException : Exception
    {
        /// <summary>Takes the sentence.</summary>
        public EngineException(string sentence)
            : base(sentence)
        {
        }
    }
}
