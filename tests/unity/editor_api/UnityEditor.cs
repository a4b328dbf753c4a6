#nullable enable
using System;
using UnityEngine;

// The part of Unity's Editor interface that unity_project uses, by its documentation (6000.0): enough to compile
// against, so that a wrong type or name in our own code is found without an Editor. It cannot show that the
// documentation was read rightly; a licensed Editor does.
namespace UnityEditor
{
    public enum BuildTarget { StandaloneOSX = 2, StandaloneWindows64 = 19, StandaloneLinux64 = 24 }

    public enum BuildTargetGroup { Standalone = 1 }

    public enum StandaloneBuildSubtarget { Player = 2 }

    public enum PlayModeStateChange { EnteredEditMode, ExitingEditMode, EnteredPlayMode, ExitingPlayMode }

    [Flags]
    public enum BuildOptions { None = 0, StrictMode = 1 << 21 }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class InitializeOnLoadAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class MenuItem : Attribute
    {
        public bool validate;
        public int priority;

        public MenuItem(string itemName)
        {
        }
    }

    public static class Menu
    {
        public static void SetChecked(string menuPath, bool isChecked) => throw new NotSupportedException();
    }

    public static class EditorApplication
    {
        public static event Action<PlayModeStateChange>? playModeStateChanged;

        public static bool isPlaying { get; set; }

        public static void Exit(int returnValue) => playModeStateChanged?.Invoke(default);
    }

    public static class EditorPrefs
    {
        public static bool GetBool(string key, bool defaultValue) => throw new NotSupportedException();

        public static void SetBool(string key, bool value) => throw new NotSupportedException();

        public static int GetInt(string key, int defaultValue) => throw new NotSupportedException();

        public static void SetInt(string key, int value) => throw new NotSupportedException();
    }

    public static class AssetDatabase
    {
        public static T? LoadAssetAtPath<T>(string assetPath)
            where T : UnityEngine.Object => throw new NotSupportedException();
    }

    public class SceneAsset : UnityEngine.Object
    {
    }

    public class EditorWindow : ScriptableObject
    {
        public Vector2 minSize { get; set; }

        public static T GetWindow<T>(bool utility, string title)
            where T : EditorWindow => throw new NotSupportedException();
    }

    public static class EditorGUILayout
    {
        public static int DelayedIntField(string label, int value, params GUILayoutOption[] options) =>
            throw new NotSupportedException();

        public static void LabelField(string label, string label2, params GUILayoutOption[] options) =>
            throw new NotSupportedException();
    }

    public class EditorBuildSettingsScene
    {
        public bool enabled { get; set; }

        public string path { get; set; } = string.Empty;
    }

    public static class EditorBuildSettings
    {
        public static EditorBuildSettingsScene[] scenes { get; set; } = Array.Empty<EditorBuildSettingsScene>();
    }

    public struct BuildPlayerOptions
    {
        public string[] scenes { get; set; }

        public string locationPathName { get; set; }

        public BuildTargetGroup targetGroup { get; set; }

        public BuildTarget target { get; set; }

        public int subtarget { get; set; }

        public BuildOptions options { get; set; }
    }

    public static class BuildPipeline
    {
        public static bool IsBuildTargetSupported(BuildTargetGroup group, BuildTarget target) =>
            throw new NotSupportedException();

        public static Build.Reporting.BuildReport BuildPlayer(BuildPlayerOptions options) =>
            throw new NotSupportedException();
    }
}

namespace UnityEditor.SceneManagement
{
    public static class EditorSceneManager
    {
        public static SceneAsset? playModeStartScene { get; set; }
    }
}

namespace UnityEditor.Build.Reporting
{
    public enum BuildResult { Unknown, Succeeded, Failed, Cancelled }

    public struct BuildSummary
    {
        public BuildResult result => throw new NotSupportedException();
    }

    public struct BuildStepMessage
    {
        public LogType type => throw new NotSupportedException();

        public string content => throw new NotSupportedException();
    }

    public struct BuildStep
    {
        public BuildStepMessage[] messages => throw new NotSupportedException();
    }

    public sealed class BuildReport : UnityEngine.Object
    {
        public BuildStep[] steps => throw new NotSupportedException();

        public BuildSummary summary => throw new NotSupportedException();
    }
}
