#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>A buffer of records on the graphics card that grows with what is written to it.</summary>
    public sealed class TableBuffer<T>
        where T : struct
    {
        private readonly int _perRecord;
        private readonly int _perElement;
        private readonly int _itemBytes;
        private T[] _items = new T[0];

        /// <summary>Takes the numbers of a record and of the vectors that it consists of.</summary>
        public TableBuffer(int perRecord, int perElement, int itemBytes)
        {
            _perRecord = perRecord;
            _perElement = perElement;
            _itemBytes = itemBytes;
        }

        /// <summary>What the shaders read; never null once something was written.</summary>
        public GraphicsBuffer? Buffer { get; private set; }

        /// <summary>Returns room for this many records, to be filled before <see cref="Upload"/>.</summary>
        public T[] Room(int records)
        {
            int needed = Math.Max(1, records) * _perRecord;
            if (_items.Length < needed)
            {
                _items = new T[Mathf.NextPowerOfTwo(needed)];
            }
            return _items;
        }

        /// <summary>Brings the first records to the card.</summary>
        public void Upload(int records)
        {
            if (Buffer == null || Buffer.count * _perElement < _items.Length)
            {
                Buffer?.Release();
                int elements = (_items.Length + _perElement - 1) / _perElement;
                Buffer = new GraphicsBuffer(GraphicsBuffer.Target.Structured, elements, _perElement * _itemBytes);
            }
            Buffer.SetData(_items, 0, 0, Math.Max(1, records) * _perRecord);
        }

        /// <summary>Gives the card's memory back.</summary>
        public void Release()
        {
            Buffer?.Release();
            Buffer = null;
        }
    }
}
#endif
