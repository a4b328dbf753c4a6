#nullable enable
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>What a prototype must have to be moved in a certain way.</summary>
    public static class Requirements
    {
        /// <summary>Refuses a prototype that cannot be moved as a kind; <paramref name="what"/> names the body.</summary>
        public static void Check(BodyKind kind, LoadedPrototype prototype, string what)
        {
            switch (kind)
            {
                case BodyKind.Static:
                    CheckStatic(prototype, what);
                    break;
                case BodyKind.Kinematic:
                    RefuseMesh(prototype, what);
                    break;
                case BodyKind.Driven:
                    CheckDriven(prototype, what);
                    break;
                case BodyKind.Walker:
                    CheckWalker(prototype, what);
                    break;
                case BodyKind.Ragdoll:
                    if (prototype.Limbs == null)
                    {
                        throw Refusal.Invalid(
                            $"{what} is limp, but its prototype {Words.Quoted(prototype.Name)} has no ragdoll: give " +
                            "it limbs.");
                    }
                    break;
                default:
                    throw Refusal.Invalid(
                        $"{what} has no kind: make it static, kinematic, driven or a walker.");
            }
        }

        private static void CheckStatic(LoadedPrototype prototype, string what)
        {
            if (prototype.BoneCount > 0)
            {
                throw Refusal.Invalid(
                    $"{what} is static, but its prototype {Words.Quoted(prototype.Name)} has bones, which only " +
                    "bodies that can move have: make the body kinematic.");
            }
        }

        private static void CheckDriven(LoadedPrototype prototype, string what)
        {
            string kind = Words.Quoted(prototype.Name);
            if (prototype.Dynamics == null)
            {
                throw Refusal.Invalid(
                    $"{what} is driven, but its prototype {kind} has no dynamics: give it " +
                    "wheels and a mass, or make the body kinematic.");
            }
            RefuseMesh(prototype, what);
            if (WheelLoads.Of(prototype.Dynamics) == null)
            {
                throw Refusal.Invalid(
                    $"{what} is driven, but its prototype {kind} cannot stand: its wheels do not span its centre of " +
                    "mass.");
            }
        }

        private static void CheckWalker(LoadedPrototype prototype, string what)
        {
            if (prototype.Shapes.Count == 0 || !prototype.Shapes[0].IsCapsule)
            {
                throw Refusal.Invalid(
                    $"{what} walks, but the first collider of its prototype {Words.Quoted(prototype.Name)} is not a " +
                    "capsule: a character controller moves an upright capsule.");
            }
            RefuseMesh(prototype, what);
        }

        private static void RefuseMesh(LoadedPrototype prototype, string what)
        {
            foreach (CollisionShape shape in prototype.Shapes)
            {
                if (shape.IsMesh)
                {
                    throw Refusal.Invalid(
                        $"{what} moves, but its prototype {Words.Quoted(prototype.Name)} collides with a mesh: meshes " +
                        "are for static bodies; give it boxes or a capsule.");
                }
            }
        }
    }
}
