#nullable enable
using System.Collections.Generic;

namespace Cityloop.Runtime
{
    /// <summary>Bodies by id, in the order in which they came.</summary>
    internal sealed class Roster<TBody>
        where TBody : class
    {
        private readonly List<uint> _ids = new List<uint>();
        private readonly List<TBody> _all = new List<TBody>();
        private readonly Dictionary<uint, TBody> _byId = new Dictionary<uint, TBody>();

        /// <summary>Their ids.</summary>
        public IReadOnlyCollection<uint> Ids => _ids;

        /// <summary>All of them.</summary>
        public IReadOnlyList<TBody> All => _all;

        /// <summary>Rises whenever one comes or goes.</summary>
        public int Version { get; private set; }

        /// <summary>One of them.</summary>
        public TBody this[uint id] => _byId[id];

        /// <summary>Adds one behind all others.</summary>
        public void Add(uint id, TBody body)
        {
            _ids.Add(id);
            _all.Add(body);
            _byId.Add(id, body);
            Version++;
        }

        /// <summary>Removes one and returns it; null where there is none.</summary>
        public TBody? Take(uint id)
        {
            if (!_byId.TryGetValue(id, out TBody? body))
            {
                return null;
            }
            _byId.Remove(id);
            int row = _ids.IndexOf(id);
            _ids.RemoveAt(row);
            _all.RemoveAt(row);
            Version++;
            return body;
        }

        /// <summary>Finds one.</summary>
        public bool TryGet(uint id, out TBody body) => _byId.TryGetValue(id, out body!);

        /// <summary>Removes all.</summary>
        public void Clear()
        {
            _ids.Clear();
            _all.Clear();
            _byId.Clear();
            Version++;
        }
    }
}
