#nullable enable
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>What is answered to a call: messages, or a status with a sentence.</summary>
    public sealed class Reply
    {
        private static readonly byte[][] Nothing = new byte[0][];

        private Reply(StatusCode code, string sentence, IReadOnlyList<byte[]> messages)
        {
            Code = code;
            Sentence = sentence;
            Messages = messages;
        }

        /// <summary>Ok, or why not.</summary>
        public StatusCode Code { get; }

        /// <summary>Why not, in words; empty for Ok.</summary>
        public string Sentence { get; }

        /// <summary>Serialised responses, one but for Capture; none for a refusal.</summary>
        public IReadOnlyList<byte[]> Messages { get; }

        /// <summary>Returns an answer.</summary>
        public static Reply Of(IReadOnlyList<byte[]> messages) => new Reply(StatusCode.Ok, string.Empty, messages);

        /// <summary>Returns a refusal.</summary>
        public static Reply Refused(StatusCode code, string sentence) => new Reply(code, sentence, Nothing);
    }
}
