#nullable enable
using System;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Checks the limbs of a prototype that can go limp.</summary>
    internal static class LimbChecks
    {
        /// <summary>Returns a ragdoll that can fall; <paramref name="what"/> names its prototype in a refusal.</summary>
        public static Limbs Read(Ragdoll message, int boneCount, string what)
        {
            int count = message.Limbs.Count;
            if (count == 0)
            {
                throw Refusal.Invalid($"{what} has a ragdoll without limbs: give it one at least.");
            }
            if (message.BoneLimbs.Count != boneCount)
            {
                throw Refusal.Invalid(
                    $"{what} has {boneCount} bones, but its ragdoll says of {message.BoneLimbs.Count} " +
                    "which limb carries them.");
            }
            var carrier = new int[boneCount];
            for (int bone = 0; bone < boneCount; bone++)
            {
                carrier[bone] = message.BoneLimbs[bone] < count ? (int)message.BoneLimbs[bone] : -1;
            }
            if (boneCount == 0 || Array.IndexOf(carrier, -1) >= 0)
            {
                throw Refusal.Invalid(
                    $"{what} has a ragdoll of {count} limbs that does not carry its " +
                    $"{boneCount} bones: each bone needs a limb.");
            }
            var limbs = new Limbs.Limb[count];
            for (int i = 0; i < count; i++)
            {
                limbs[i] = ReadLimb(message.Limbs[i], i, boneCount, what);
            }
            return new Limbs(limbs, carrier);
        }

        private static Limbs.Limb ReadLimb(Limb limb, int index, int boneCount, string what)
        {
            what = $"{what}, limb {Words.Quoted(limb.Name)}";
            Decode.Positive(limb.RadiusM, $"{what}: its radius");
            Decode.Positive(limb.MassKg, $"{what}: its mass");
            Vec3<BodyFrame> start = Decode.Vector<BodyFrame>(limb.Start, what);
            Vec3<BodyFrame> end = Decode.Vector<BodyFrame>(limb.End, what);
            Vec3<BodyFrame> joint = Decode.Vector<BodyFrame>(limb.Joint, what);
            if (limb.HasParent && limb.Parent >= index)
            {
                throw Refusal.Invalid(
                    $"{what} is limb {index} and hangs on limb {limb.Parent}: limbs come after those that " +
                    "they hang on.");
            }
            if (limb.Bone >= boneCount)
            {
                throw Refusal.Invalid(
                    $"{what} takes the place of bone {limb.Bone}: there are {boneCount} bones.");
            }
            Vec3<BodyFrame> lower = Decode.Raw<BodyFrame>(limb.LowerRad), upper = Decode.Raw<BodyFrame>(limb.UpperRad);
            CheckBounds(lower.X, upper.X, what);
            CheckBounds(lower.Y, upper.Y, what);
            CheckBounds(lower.Z, upper.Z, what);
            return new Limbs.Limb(
                limb.Name,
                limb.HasParent ? (int)limb.Parent : -1,
                start,
                end,
                limb.RadiusM,
                limb.MassKg,
                joint,
                lower,
                upper,
                (int)limb.Bone);
        }

        private static void CheckBounds(double low, double high, string what)
        {
            if (!(-Math.PI <= low && low <= high && high <= Math.PI))
            {
                throw Refusal.Invalid(
                    $"{what} turns from {Words.Short(low)} to {Words.Short(high)} rad: bounds rise and lie within " +
                    "-pi and pi.");
            }
        }
    }
}
