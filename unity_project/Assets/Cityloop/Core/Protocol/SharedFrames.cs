#nullable enable
using System;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;

namespace Cityloop.Core
{
    /// <summary>
    /// A file whose memory the engine writes pictures to and a client on the same machine reads. It starts
    /// with a random key, by which a client knows that it sees the engine's own file, and goes on with up
    /// to 8 slots. A slot that becomes too small is given a new place at the end.
    /// </summary>
    public sealed class SharedFrames : IDisposable
    {
        /// <summary>Number of slots.</summary>
        public const int Slots = 8;

        private const int Page = 4096; // bytes
        private const int KeyBytes = 32;
        private const string MemoryFiles = "/dev/shm";

        // Below this much room (containers often have 64 MiB) an ordinary temporary file is the safer place.
        private const long RoomWanted = 512L * 1024 * 1024;

        private readonly FileStream _file;
        private readonly long[] _offsets = new long[Slots];
        private readonly long[] _capacities = new long[Slots];
        private MemoryMappedFile? _map;
        private MemoryMappedViewAccessor? _view;

        /// <summary>Makes the file, in memory where there is room.</summary>
        /// <exception cref="Refusal">If there is no room for it.</exception>
        public SharedFrames()
            : this(RoomyFolder())
        {
        }

        /// <summary>Makes the file in a folder.</summary>
        /// <exception cref="Refusal">If there is no room for it.</exception>
        public SharedFrames(string folder)
        {
            Key = new byte[KeyBytes];
            using (var random = RandomNumberGenerator.Create())
            {
                random.GetBytes(Key);
            }
            Path = System.IO.Path.Combine(folder, "cityloop-" + Guid.NewGuid().ToString("N") + ".frames");
            _file = new FileStream(
                Path, FileMode.CreateNew, FileAccess.ReadWrite,
                FileShare.ReadWrite | FileShare.Delete);
            try
            {
                Grow(Page);
                Mapped().WriteArray(0, Key, 0, KeyBytes);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Where the file is.</summary>
        public string Path { get; }

        /// <summary>Its first bytes.</summary>
        public byte[] Key { get; }

        /// <summary>Returns <paramref name="size"/> writable bytes of a slot, and where it starts in the file.</summary>
        /// <param name="index">0 to 7.</param>
        /// <param name="size">Bytes.</param>
        /// <param name="offset">Bytes from the start of the file.</param>
        /// <exception cref="Refusal">If there is no room left for it.</exception>
        public IFrameMemory Slot(int index, long size, out long offset)
        {
            if (_capacities[index] < size)
            {
                long pages = (size + Page - 1) / Page * Page;
                long end = _file.Length;
                Grow(end + pages);
                _offsets[index] = end;
                _capacities[index] = pages;
            }
            offset = _offsets[index];
            return new SlotMemory(Mapped(), offset);
        }

        /// <summary>Unmaps and removes the file; a client that has it mapped keeps its pictures.</summary>
        public void Dispose()
        {
            Unmap();
            _file.Dispose();
            File.Delete(Path);
        }

        private MemoryMappedViewAccessor Mapped()
        {
            _map ??= MemoryMappedFile.CreateFromFile(Path, FileMode.Open, null, _file.Length);
            return _view ??= _map.CreateViewAccessor();
        }

        private void Unmap()
        {
            _view?.Dispose();
            _map?.Dispose();
            _view = null;
            _map = null;
        }

        /// <summary>Extends the file; room is really taken, so that no later write can fail.</summary>
        private void Grow(long size)
        {
            Unmap();
            long missing = size - _file.Length;
            var zeros = new byte[Math.Min(missing, 1024 * 1024)];
            try
            {
                _file.Seek(0, SeekOrigin.End);
                for (long left = missing; left > 0; left -= zeros.Length)
                {
                    _file.Write(zeros, 0, (int)Math.Min(left, zeros.Length));
                }
                _file.Flush();
            }
            catch (IOException error)
            {
                throw new Refusal(
                    StatusCode.ResourceExhausted,
                    $"There is no room for {missing / 1048576} MiB of pictures in " +
                    $"{System.IO.Path.GetDirectoryName(Path)} ({error.Message}): free some, set TMPDIR to a larger " +
                    "place, or connect without shared memory.");
            }
        }

        private static string RoomyFolder()
        {
            try
            {
                if (Directory.Exists(MemoryFiles) && new DriveInfo(MemoryFiles).AvailableFreeSpace >= RoomWanted)
                {
                    return MemoryFiles;
                }
            }
            catch (Exception error) when (error is IOException || error is UnauthorizedAccessException)
            {
                // Nobody can say how much room there is: then it is not the place.
            }
            return System.IO.Path.GetTempPath();
        }

        private sealed class SlotMemory : IFrameMemory
        {
            private readonly MemoryMappedViewAccessor _view;
            private readonly long _start;

            public SlotMemory(MemoryMappedViewAccessor view, long start)
            {
                _view = view;
                _start = start;
            }

            public void Write(long offset, byte[] source, int start, int count) =>
                _view.WriteArray(_start + offset, source, start, count);
        }
    }
}
