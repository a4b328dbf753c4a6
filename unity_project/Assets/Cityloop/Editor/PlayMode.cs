#nullable enable
using Cityloop.Runtime;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace Cityloop.Editor
{
    /// <summary>
    /// Pressing Play starts the engine's server in the Editor: what a client does is seen in the Game view, where a
    /// camera follows and labels stand over the bodies. The menu Cityloop turns this off, and chooses the port.
    /// </summary>
    [InitializeOnLoad]
    internal static class PlayMode
    {
        private const string StagePath = "Assets/Cityloop/Scenes/Stage.unity";
        private const string TestScenePrefix = "InitTestScene";
        private const string Menu = "Cityloop/Start the engine on Play";

        static PlayMode()
        {
            EditorApplication.playModeStateChanged += Changed;
        }

        [MenuItem(Menu, priority = 0)]
        private static void Toggle()
        {
            EditorChoices.StartsOnPlay = !EditorChoices.StartsOnPlay;
        }

        [MenuItem(Menu, validate = true)]
        private static bool ShowToggle()
        {
            UnityEditor.Menu.SetChecked(Menu, EditorChoices.StartsOnPlay);
            return !EditorApplication.isPlaying;
        }

        private static void Changed(PlayModeStateChange change)
        {
            switch (change)
            {
                case PlayModeStateChange.ExitingEditMode:
                    // An empty scene, whatever is open: another one's lights and bodies would be in the pictures.
                    EditorSceneManager.playModeStartScene =
                        IsWanted() ? AssetDatabase.LoadAssetAtPath<SceneAsset>(StagePath) : null;
                    break;
                case PlayModeStateChange.EnteredPlayMode when IsWanted():
                    Begin();
                    break;
                case PlayModeStateChange.EnteredEditMode:
                    EditorSceneManager.playModeStartScene = null;
                    break;
            }
        }

        /// <summary>Whether this is to be an engine, not a test run of the Test Framework.</summary>
        private static bool IsWanted()
        {
            return EditorChoices.StartsOnPlay
                && !Application.isBatchMode
                && !SceneManager.GetActiveScene().name.StartsWith(TestScenePrefix, System.StringComparison.Ordinal);
        }

        private static void Begin()
        {
            try
            {
                EngineHost host = EngineStart.Begin(Arguments.Loopback(EditorChoices.Port), watched: true);
                host.Ended += () => EditorApplication.isPlaying = false;
            }
            catch (EngineException refused)
            {
                Debug.LogError(refused.Message);
                EditorApplication.isPlaying = false;
            }
        }
    }
}
