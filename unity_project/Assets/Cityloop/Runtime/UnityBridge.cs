#nullable enable
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Where Unity 6 and the older player of the licence-free checks (Unity 2017.2) name things differently.
    /// Unity's axes, m, s, rad.
    /// </summary>
    public static class UnityBridge
    {
        /// <summary>Lets physics move only when told to.</summary>
        public static void TakePhysicsInHand()
        {
#if UNITY_6000_0_OR_NEWER
            Physics.simulationMode = SimulationMode.Script;
#else
            Physics.autoSimulation = false;
#endif
        }

        /// <summary>Ends the player with an exit code, of which the older player knows only 0.</summary>
        public static void Quit(int exitCode)
        {
#if UNITY_6000_0_OR_NEWER
            Application.Quit(exitCode);
#else
            Application.Quit();
#endif
        }

        /// <summary>Returns the velocity of the centre of mass, m/s.</summary>
        public static Vector3 VelocityOf(Rigidbody body)
        {
#if UNITY_6000_0_OR_NEWER
            return body.linearVelocity;
#else
            return body.velocity;
#endif
        }

        /// <summary>Sets the velocity of the centre of mass, m/s.</summary>
        public static void SetVelocity(Rigidbody body, Vector3 velocity)
        {
#if UNITY_6000_0_OR_NEWER
            body.linearVelocity = velocity;
#else
            body.velocity = velocity;
#endif
        }

        /// <summary>Sets the damping of both motions, 1/s.</summary>
        public static void SetDamping(Rigidbody body, float linear, float angular)
        {
#if UNITY_6000_0_OR_NEWER
            body.linearDamping = linear;
            body.angularDamping = angular;
#else
            body.drag = linear;
            body.angularDrag = angular;
#endif
        }

        /// <summary>Lets a mesh have more than 65,535 vertices, which the older player cannot.</summary>
        public static void AllowManyVertices(Mesh mesh)
        {
#if UNITY_6000_0_OR_NEWER
            mesh.indexFormat = UnityEngine.Rendering.IndexFormat.UInt32;
#endif
        }

        /// <summary>Gives a collider a surface that does not bounce.</summary>
        /// <param name="collider">The collider.</param>
        /// <param name="friction">Coulomb friction coefficient, at rest and in motion.</param>
        /// <param name="takesTheLesser">The lesser of two coefficients counts, not their mean.</param>
        public static void SetSurface(Collider collider, float friction, bool takesTheLesser)
        {
#if UNITY_6000_0_OR_NEWER
            collider.sharedMaterial = new PhysicsMaterial
            {
                dynamicFriction = friction,
                staticFriction = friction,
                bounciness = 0,
                frictionCombine =
                    takesTheLesser ? PhysicsMaterialCombine.Minimum : PhysicsMaterialCombine.Average,
                bounceCombine = PhysicsMaterialCombine.Minimum,
            };
#else
            collider.sharedMaterial = new PhysicMaterial
            {
                dynamicFriction = friction,
                staticFriction = friction,
                bounciness = 0,
                frictionCombine = takesTheLesser ? PhysicMaterialCombine.Minimum : PhysicMaterialCombine.Average,
                bounceCombine = PhysicMaterialCombine.Minimum,
            };
#endif
        }
    }
}
