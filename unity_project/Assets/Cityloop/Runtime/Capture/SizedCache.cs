#if !CITYLOOP_PLAYER_2017
#nullable enable
using System;
using System.Collections.Generic;

namespace Cityloop.Runtime
{
    /// <summary>Keeps images by their size; of the sizes used last, so many as captures usually mix.</summary>
    public sealed class SizedCache<T>
    {
        private const int MostSizes = 4;

        private readonly List<(int Width, int Height, T Item)> _items = new List<(int Width, int Height, T Item)>();
        private readonly Func<int, int, T> _make;
        private readonly Action<T> _release;

        /// <summary>Takes what makes an item of a width and height, pixels, and what releases it.</summary>
        public SizedCache(Func<int, int, T> make, Action<T> release)
        {
            _make = make;
            _release = release;
        }

        /// <summary>Returns the item of a size, pixels.</summary>
        public T Of(int width, int height)
        {
            int found = _items.FindIndex(entry => entry.Width == width && entry.Height == height);
            T item = found >= 0 ? _items[found].Item : _make(width, height);
            if (found >= 0)
            {
                _items.RemoveAt(found);
            }
            _items.Add((width, height, item));
            return item;
        }

        /// <summary>Releases what was not used lately; nobody may be reading it.</summary>
        public void Trim() => ReleaseTo(MostSizes);

        /// <summary>Releases everything.</summary>
        public void Clear() => ReleaseTo(0);

        private void ReleaseTo(int most)
        {
            while (_items.Count > most)
            {
                _release(_items[0].Item);
                _items.RemoveAt(0);
            }
        }
    }
}
#endif
