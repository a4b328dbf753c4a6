#nullable enable

namespace Cityloop.Core
{
    /// <summary>A contact during a tick; see Contact in state.proto.</summary>
    public sealed class Touch
    {
        /// <summary>Takes a contact; <paramref name="a"/> is the smaller id.</summary>
        public Touch(uint a, uint b, Vec3<WorldFrame> point, Vec3<WorldFrame> normal, double impulseNs)
        {
            A = a;
            B = b;
            Point = point;
            Normal = normal;
            ImpulseNs = impulseNs;
        }

        /// <summary>Id of one body, the smaller one.</summary>
        public uint A { get; }

        /// <summary>Id of the other body.</summary>
        public uint B { get; }

        /// <summary>Where they touch, m, world.</summary>
        public Vec3<WorldFrame> Point { get; }

        /// <summary>Unit direction of the push on <see cref="B"/>, world.</summary>
        public Vec3<WorldFrame> Normal { get; }

        /// <summary>Size of the impulse that the contact passed on in the tick, N s.</summary>
        public double ImpulseNs { get; }
    }
}
