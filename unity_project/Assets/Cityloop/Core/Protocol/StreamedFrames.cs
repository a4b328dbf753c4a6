#nullable enable
using System;
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>Pictures that are sent with the answer, in chunks.</summary>
    public sealed class StreamedFrames : IFrameMemory
    {
        private const int ChunkBytes = 1024 * 1024;

        private readonly byte[] _bytes;

        /// <summary>Takes the size of all pictures together, bytes.</summary>
        /// <exception cref="Refusal">If one answer cannot hold that much.</exception>
        public StreamedFrames(long size)
        {
            if (size > int.MaxValue)
            {
                throw new Refusal(
                    StatusCode.ResourceExhausted,
                    $"The pictures have {size} bytes, more than can be streamed at once: ask for fewer cameras or " +
                    "connect with shared memory.");
            }
            _bytes = new byte[size];
        }

        /// <summary>Start and length of each chunk of <see cref="Bytes"/>, in order.</summary>
        public IEnumerable<(int Start, int Count)> Chunks
        {
            get
            {
                for (int start = 0; start < _bytes.Length; start += ChunkBytes)
                {
                    yield return (start, Math.Min(ChunkBytes, _bytes.Length - start));
                }
            }
        }

        /// <summary>All pictures.</summary>
        public byte[] Bytes => _bytes;

        /// <inheritdoc/>
        public void Write(long offset, byte[] source, int start, int count) =>
            Buffer.BlockCopy(source, start, _bytes, (int)offset, count);
    }
}
