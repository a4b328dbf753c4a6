#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>Thrown when a call cannot be answered: a gRPC status code, and one sentence that says why.</summary>
    public sealed class Refusal : Exception
    {
        /// <summary>Takes a code and a sentence.</summary>
        public Refusal(StatusCode code, string sentence)
            : base(sentence)
        {
            Code = code;
        }

        /// <summary>What kind of refusal it is.</summary>
        public StatusCode Code { get; }

        /// <summary>Why.</summary>
        public string Sentence => Message;

        /// <summary>Returns a refusal of a request that no state of the engine would make right.</summary>
        public static Refusal Invalid(string sentence) => new Refusal(StatusCode.InvalidArgument, sentence);

        /// <summary>Returns a refusal of a request that names something that is not there.</summary>
        public static Refusal NotFound(string sentence) => new Refusal(StatusCode.NotFound, sentence);

        /// <summary>Returns a refusal of a request that comes at the wrong moment.</summary>
        public static Refusal NotNow(string sentence) => new Refusal(StatusCode.FailedPrecondition, sentence);

        /// <summary>Returns a refusal of a request that this engine cannot do.</summary>
        public static Refusal Unimplemented(string sentence) => new Refusal(StatusCode.Unimplemented, sentence);
    }
}
