#nullable enable
using System.Collections.Generic;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Everything that has objects in Unity's physics, in the order in which it was made, and unmade only in the
    /// opposite order.
    /// </summary>
    /// <remarks>
    /// PhysX treats bodies in the order of their places in its memory, and gives a place that becomes free, the last
    /// one first, to the next body. So that the same scene gives the same numbers whatever came before, who goes is
    /// hidden at first; before the next step, all that was made after it is unmade and made again.
    /// </remarks>
    internal sealed class Makings
    {
        private const float EmptyStepS = 0.01f;

        private readonly Room _room;
        private readonly List<IMade> _made = new List<IMade>();
        private readonly HashSet<IMade> _hidden = new HashSet<IMade>();

        /// <summary>Takes where they are.</summary>
        public Makings(Room room)
        {
            _room = room;
        }

        /// <summary>Somebody has gone since the world was put in order.</summary>
        public bool HasGaps => _hidden.Count > 0;

        /// <summary>Notes what was just made.</summary>
        public void Add(IMade thing) => _made.Add(thing);

        /// <summary>Lets something go.</summary>
        public void Hide(IMade thing)
        {
            thing.Hide();
            _hidden.Add(thing);
        }

        /// <summary>Returns how many of the first things are these, in this order, and none of them hidden.</summary>
        public int CountSame(IReadOnlyList<IMade> wanted)
        {
            int same = 0;
            while (same < wanted.Count && same < _made.Count && _made[same] == wanted[same])
            {
                same++;
            }
            return same;
        }

        /// <summary>Unmakes everything, and leaves the room for a new one.</summary>
        public void Renew()
        {
            UnmakeFrom(0);
            _room.Renew();
        }

        /// <summary>Unmakes all but the first things, and lets PhysX forget their contacts by an empty step.</summary>
        public void UnmakeFrom(int first)
        {
            for (int i = _made.Count - 1; i >= first; i--)
            {
                _made[i].Destroy();
            }
            _made.RemoveRange(first, _made.Count - first);
            _hidden.Clear();
            _room.Simulate(EmptyStepS);
        }
    }
}
