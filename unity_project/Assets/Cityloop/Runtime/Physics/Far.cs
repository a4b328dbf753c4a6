#nullable enable
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>A place that nothing of the scene reaches.</summary>
    internal static class Far
    {
        /// <summary>Below everything, Unity's axes, m.</summary>
        public static readonly Vector3 Hidden = new Vector3(0, -1e5f, 0);
    }
}
