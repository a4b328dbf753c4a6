#nullable enable
using BodyKind = Cityloop.V1.BodyKind;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Which collision shapes push and meet each other, as layers of Unity's physics.</summary>
    /// <remarks>
    /// Who goes limp when hit does not stop a driven car like a post before. Limbs meet neither each other nor who
    /// walks: people step over the fallen, and would else tread them into the ground.
    /// </remarks>
    internal static class Layers
    {
        /// <summary>Meshes of static bodies.</summary>
        public const int Ground = 20;

        /// <summary>Boxes and capsules of static bodies.</summary>
        public const int Fixed = 21;

        /// <summary>Kinematic bodies that cannot fall.</summary>
        public const int Led = 22;

        /// <summary>People who go limp when hit, kinematic or walking.</summary>
        public const int Frail = 23;

        /// <summary>Walkers who cannot fall.</summary>
        public const int Walking = 24;

        /// <summary>Driven vehicles.</summary>
        public const int Driven = 25;

        /// <summary>Limbs of limp bodies.</summary>
        public const int Limb = 26;

        /// <summary>What carries wheels and feet.</summary>
        public const int GroundMask = 1 << Ground | 1 << Fixed;

        /// <summary>What carries limbs.</summary>
        public const int LandMask = 1 << Ground;

        /// <summary>Everything of ours.</summary>
        public const int AllMask =
            GroundMask | 1 << Led | 1 << Frail | 1 << Walking | 1 << Driven | 1 << Limb;

        private const int First = Ground, Last = Limb, Count = 32;

        /// <summary>Tells Unity's physics who pushes whom.</summary>
        public static void Apply()
        {
            for (int one = First; one <= Last; one++)
            {
                for (int other = 0; other < Count; other++)
                {
                    Physics.IgnoreLayerCollision(one, other, !Push(one, other) && !Push(other, one));
                }
            }
        }

        /// <summary>Returns the layer of a shape.</summary>
        public static int Of(BodyKind kind, bool canFall, bool isMesh)
        {
            switch (kind)
            {
                case BodyKind.Static:
                    return isMesh ? Ground : Fixed;
                case BodyKind.Driven:
                    return Driven;
                case BodyKind.Walker:
                    return canFall ? Frail : Walking;
                default:
                    return canFall ? Frail : Led;
            }
        }

        private static bool Push(int one, int other)
        {
            switch (one)
            {
                case Driven:
                    return other >= First && other <= Last && other != Frail;
                case Limb:
                    return other == Ground || other == Fixed || other == Led || other == Driven;
                default:
                    return false;
            }
        }
    }
}
