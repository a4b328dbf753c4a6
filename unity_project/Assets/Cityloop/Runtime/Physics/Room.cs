#nullable enable
using UnityEngine;
#if UNITY_6000_0_OR_NEWER
using UnityEngine.SceneManagement;
#endif

namespace Cityloop.Runtime
{
    /// <summary>
    /// Where the bodies are: a physics scene of its own, which can be left for a new one. Unity's axes, m, s.
    /// </summary>
    /// <remarks>
    /// PhysX solves contacts in an order that depends on what was in its scene before. The older player of the
    /// licence-free checks has one scene for all: there a new room is the old one, emptied.
    /// </remarks>
    internal sealed class Room
    {
        private const string Name = "Cityloop physics";

#if UNITY_6000_0_OR_NEWER
        private static int s_count;

        private Scene _scene;
        private PhysicsScene _physics;
        private GameObject _root = null!;

        /// <summary>Opens a room.</summary>
        public Room() => Open();

        /// <summary>A new room has nothing in it but what is put there.</summary>
        public static bool StartsEmpty => true;

        /// <summary>Leaves the room, with all that is in it, for a new one.</summary>
        public void Renew()
        {
            Leave();
            Open();
        }

        /// <summary>Closes it.</summary>
        public void Leave()
        {
            Object.DestroyImmediate(_root);
            SceneManager.UnloadSceneAsync(_scene);
        }

        /// <summary>Advances physics by one step, s.</summary>
        public void Simulate(float stepS) => _physics.Simulate(stepS);

        /// <summary>Returns whether a ray hits a shape of some layers, and the first one.</summary>
        public bool Raycast(Vector3 origin, Vector3 direction, out RaycastHit hit, float reach, int layers) =>
            _physics.Raycast(origin, direction, out hit, reach, layers, QueryTriggerInteraction.Ignore);

        /// <summary>Finds the shapes of some layers on the way of a capsule between two points; returns how many.</summary>
        public int CapsuleCast(
            Vector3 one, Vector3 other, float radius, Vector3 direction, RaycastHit[] hits, float reach, int layers) =>
            _physics.CapsuleCast(
                one, other, radius, direction, hits, reach, layers, QueryTriggerInteraction.Ignore);

        private void Open()
        {
            // Names of open scenes differ, and an old one closes only at the end of the frame.
            string name = $"{Name} {++s_count}";
            _scene = SceneManager.CreateScene(name, new CreateSceneParameters(LocalPhysicsMode.Physics3D));
            _physics = _scene.GetPhysicsScene();
            _root = new GameObject(Name);
            SceneManager.MoveGameObjectToScene(_root, _scene);
        }
#else
        private readonly GameObject _root = new GameObject(Name);

        /// <summary>Opens a room.</summary>
        public Room() => Object.DontDestroyOnLoad(_root);

        /// <summary>A new room has nothing in it but what is put there.</summary>
        public static bool StartsEmpty => false;

        /// <summary>Leaves the room, with all that is in it, for a new one.</summary>
        public void Renew()
        {
        }

        /// <summary>Closes it.</summary>
        public void Leave() => Object.DestroyImmediate(_root);

        /// <summary>Advances physics by one step, s.</summary>
        public void Simulate(float stepS) => Physics.Simulate(stepS);

        /// <summary>Returns whether a ray hits a shape of some layers, and the first one.</summary>
        public bool Raycast(Vector3 origin, Vector3 direction, out RaycastHit hit, float reach, int layers) =>
            Physics.Raycast(origin, direction, out hit, reach, layers, QueryTriggerInteraction.Ignore);

        /// <summary>Finds the shapes of some layers on the way of a capsule between two points; returns how many.</summary>
        public int CapsuleCast(
            Vector3 one, Vector3 other, float radius, Vector3 direction, RaycastHit[] hits, float reach, int layers) =>
            Physics.CapsuleCastNonAlloc(
                one, other, radius, direction, hits, reach, layers, QueryTriggerInteraction.Ignore);
#endif

        /// <summary>What the bodies' objects hang on.</summary>
        public Transform Root => _root.transform;
    }
}
