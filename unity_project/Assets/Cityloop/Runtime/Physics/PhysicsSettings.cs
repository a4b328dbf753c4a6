#nullable enable
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Every setting of Unity's physics and time that the engine relies on.</summary>
    internal static class PhysicsSettings
    {
        // Passes of the solver over positions and over velocities; Unity's own 6 and 1 let pushed bodies sink in.
        private const int PositionPasses = 12, VelocityPasses = 8;

        // Bodies closer than this are contacts already, m.
        private const float ContactOffsetM = 0.01f;
        // Slower impacts do not bounce, m/s.
        private const float BounceThresholdMps = 2f;

        /// <summary>Sets them, whatever the project or its scenes have set.</summary>
        public static void Apply()
        {
            UnityBridge.TakePhysicsInHand();
            Physics.gravity = new Vector3(0, (float)-Gravity.Mps2, 0);
            Physics.defaultSolverIterations = PositionPasses;
            Physics.defaultSolverVelocityIterations = VelocityPasses;
            Physics.defaultContactOffset = ContactOffsetM;
            Physics.bounceThreshold = BounceThresholdMps;
            Physics.sleepThreshold = 0;
            Physics.queriesHitBackfaces = true;
            Physics.queriesHitTriggers = false;
            Physics.autoSyncTransforms = false;
            Time.timeScale = 1;
            Layers.Apply();
        }
    }
}
