#nullable enable
using System;
using System.Diagnostics;

namespace Cityloop.Runtime
{
    /// <summary>Notices when the process that started the engine is gone, so that no engine is left behind.</summary>
    internal sealed class ParentWatch
    {
        private const long LookEveryMs = 500;

        private readonly int _parent;
        private readonly Stopwatch _sinceLook = Stopwatch.StartNew();

        /// <summary>Takes the id of the process, 0 for none.</summary>
        internal ParentWatch(int parent)
        {
            _parent = parent;
        }

        /// <summary>True once the process is no longer there; looks twice a second at most.</summary>
        internal bool IsGone()
        {
            if (_parent == 0 || _sinceLook.ElapsedMilliseconds < LookEveryMs)
            {
                return false;
            }

            _sinceLook.Restart();
            try
            {
                using Process process = Process.GetProcessById(_parent);
                return process.HasExited;
            }
            catch (ArgumentException)
            {
                return true;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }
}
