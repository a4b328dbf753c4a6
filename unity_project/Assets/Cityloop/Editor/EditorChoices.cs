#nullable enable
using UnityEditor;

namespace Cityloop.Editor
{
    /// <summary>What a developer has chosen for the engine in this Editor; kept for all projects on the machine.</summary>
    internal static class EditorChoices
    {
        private const string StartsKey = "cityloop.starts-on-play", PortKey = "cityloop.port";
        private const int UsualPort = 50051;

        /// <summary>Whether Play starts the engine.</summary>
        internal static bool StartsOnPlay
        {
            get => EditorPrefs.GetBool(StartsKey, true);
            set => EditorPrefs.SetBool(StartsKey, value);
        }

        /// <summary>Port on loopback.</summary>
        internal static int Port
        {
            get => EditorPrefs.GetInt(PortKey, UsualPort);
            set => EditorPrefs.SetInt(PortKey, value);
        }
    }
}
