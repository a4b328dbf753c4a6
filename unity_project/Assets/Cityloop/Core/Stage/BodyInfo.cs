#nullable enable

namespace Cityloop.Core
{
    /// <summary>What never changes about a body.</summary>
    public sealed class BodyInfo
    {
        /// <summary>Takes the facts; see the properties.</summary>
        public BodyInfo(uint id, LoadedPrototype prototype, uint instanceId, byte semantic, float[] tints)
        {
            Id = id;
            Prototype = prototype;
            InstanceId = instanceId;
            Semantic = semantic;
            Tints = tints;
        }

        /// <summary>The handle of the protocol.</summary>
        public uint Id { get; }

        /// <summary>What it is one of.</summary>
        public LoadedPrototype Prototype { get; }

        /// <summary>What the instance pass shows.</summary>
        public uint InstanceId { get; }

        /// <summary>Class id that the semantic pass shows.</summary>
        public byte Semantic { get; }

        /// <summary>8 x 3 linear colours, 1 where none is given.</summary>
        public float[] Tints { get; }
    }
}
