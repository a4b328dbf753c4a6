#if !CITYLOOP_PLAYER_2017
#nullable enable
using System.Collections.Generic;
using Cityloop.Core;
using Unity.Collections;
using UnityEngine;
using UnityEngine.Rendering;

namespace Cityloop.Runtime
{
    /// <summary>Reads images back from the graphics card, all of a capture at once.</summary>
    public sealed class Readback
    {
        private readonly List<Pending> _pending = new List<Pending>();
        private byte[] _buffer = new byte[0];

        /// <summary>Asks for an image.</summary>
        /// <param name="image">As it is when all that was drawn so far is done.</param>
        /// <param name="offset">Where its first byte goes in the capture's memory.</param>
        /// <param name="lowerRowFirst">Its rows are to be turned round.</param>
        public void Add(RenderTexture image, long offset, bool lowerRowFirst) =>
            _pending.Add(new Pending(AsyncGPUReadback.Request(image), offset, lowerRowFirst ? image.height : 0));

        /// <summary>Waits for all images and writes them.</summary>
        /// <exception cref="Refusal">If the graphics card did not give one.</exception>
        public void Finish(IFrameMemory memory)
        {
            try
            {
                foreach (var pending in _pending)
                {
                    pending.Request.WaitForCompletion();
                    if (pending.Request.hasError)
                    {
                        throw NotHandedOver();
                    }
                    Write(pending, memory);
                }
            }
            finally
            {
                _pending.Clear();
            }
        }

        /// <summary>Waits for an image of ids and returns them row by row.</summary>
        /// <exception cref="Refusal">If the graphics card did not give it.</exception>
        public static uint[] Ids(RenderTexture image)
        {
            var request = AsyncGPUReadback.Request(image);
            request.WaitForCompletion();
            if (request.hasError)
            {
                throw NotHandedOver();
            }
            return request.GetData<uint>().ToArray();
        }

        private static Refusal NotHandedOver() => new Refusal(
            StatusCode.ResourceExhausted,
            "The graphics card did not hand over a picture: it may be out of memory; ask for fewer or smaller ones.");

        private void Write(Pending pending, IFrameMemory memory)
        {
            NativeArray<byte> pixels = pending.Request.GetData<byte>();
            if (_buffer.Length < pixels.Length)
            {
                _buffer = new byte[pixels.Length];
            }
            NativeArray<byte>.Copy(pixels, _buffer, pixels.Length);
            if (pending.RowsToTurn == 0)
            {
                memory.Write(pending.Offset, _buffer, 0, pixels.Length);
                return;
            }
            int row = pixels.Length / pending.RowsToTurn;
            for (int i = 0; i < pending.RowsToTurn; i++)
            {
                memory.Write(pending.Offset + (long)i * row, _buffer, (pending.RowsToTurn - 1 - i) * row, row);
            }
        }

        private readonly struct Pending
        {
            public readonly AsyncGPUReadbackRequest Request;
            public readonly long Offset;
            public readonly int RowsToTurn;

            public Pending(AsyncGPUReadbackRequest request, long offset, int rowsToTurn)
            {
                Request = request;
                Offset = offset;
                RowsToTurn = rowsToTurn;
            }
        }
    }
}
#endif
