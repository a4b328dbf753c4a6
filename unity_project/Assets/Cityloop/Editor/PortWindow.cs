#nullable enable
using UnityEditor;
using UnityEngine;

namespace Cityloop.Editor
{
    /// <summary>Asks for the port that the engine listens on in Play mode.</summary>
    internal sealed class PortWindow : EditorWindow
    {
        private const int LeastPort = 1024, MostPort = 65535;

        [MenuItem("Cityloop/Port…", priority = 1)]
        private static void Open()
        {
            PortWindow window = GetWindow<PortWindow>(utility: true, title: "Cityloop engine");
            window.minSize = new Vector2(260, 60);
        }

        private void OnGUI()
        {
            int port = EditorGUILayout.DelayedIntField("Port on loopback", EditorChoices.Port);
            EditorChoices.Port = Mathf.Clamp(port, LeastPort, MostPort);
            EditorGUILayout.LabelField("Connect with", $"127.0.0.1:{EditorChoices.Port}");
        }
    }
}
