#nullable enable

namespace Cityloop.Core
{
    /// <summary>A vehicle and a person that could meet within a tick.</summary>
    public readonly struct Suspect
    {
        /// <summary>Takes the two ids.</summary>
        public Suspect(uint vehicle, uint person)
        {
            Vehicle = vehicle;
            Person = person;
        }

        /// <summary>Id of a body whose prototype has dynamics; of any kind.</summary>
        public uint Vehicle { get; }

        /// <summary>Id of a kinematic body or a walker that goes limp when hit.</summary>
        public uint Person { get; }
    }
}
