#nullable enable

namespace Cityloop.Core
{
    /// <summary>How bodies begin to fall.</summary>
    public static class Falls
    {
        /// <summary>Returns the fall of a body that is a share of the way between two postures, a tick apart.</summary>
        /// <param name="limbs">Its limbs.</param>
        /// <param name="start">At the start of the tick.</param>
        /// <param name="end">At its end.</param>
        /// <param name="share">How much of the tick has gone by, 0 to 1.</param>
        /// <param name="dtS">Length of the tick, s.</param>
        public static Fall Between(Limbs limbs, Posture start, Posture end, double share, double dtS)
        {
            int count = limbs.All.Length;
            var velocities = new Vec3<WorldFrame>[count];
            var rates = new Vec3<WorldFrame>[count];
            for (int i = 0; i < count; i++)
            {
                Limbs.Limb limb = limbs.All[i];
                double[] first = LimbRig.WorldBone(start, limb.Bone), last = LimbRig.WorldBone(end, limb.Bone);
                Vec3<WorldFrame> from = Rigid.Move<WorldFrame, BodyFrame>(first, limb.Center);
                Vec3<WorldFrame> to = Rigid.Move<WorldFrame, BodyFrame>(last, limb.Center);
                velocities[i] = (to - from) / dtS;
                Quat<WorldFrame> turn = Rigid.Rotation<WorldFrame>(last) * Rigid.Rotation<WorldFrame>(first).Inverse;
                rates[i] = turn.RotationVector / dtS;
            }
            var bones = new float[start.Bones.Length];
            for (int i = 0; i < bones.Length; i++)
            {
                bones[i] = (float)((1 - share) * start.Bones[i] + share * end.Bones[i]);
            }
            Quat<WorldFrame> a = start.Rotation, b = end.Rotation;
            double nearer = a.X * b.X + a.Y * b.Y + a.Z * b.Z + a.W * b.W >= 0 ? share : -share;
            var rotation = new Quat<WorldFrame>(
                (1 - share) * a.X + nearer * b.X,
                (1 - share) * a.Y + nearer * b.Y,
                (1 - share) * a.Z + nearer * b.Z,
                (1 - share) * a.W + nearer * b.W);
            var posture = new Posture(
                start.Position * (1 - share) + end.Position * share, rotation.Normalized, bones);
            return new Fall(posture, velocities, rates);
        }

        /// <summary>Returns the fall of a body whose limbs move with its origin's velocity and turning.</summary>
        public static Fall OfRigid(
            Limbs limbs, Posture posture, Vec3<WorldFrame> velocity, Vec3<WorldFrame> angularVelocity)
        {
            int count = limbs.All.Length;
            var velocities = new Vec3<WorldFrame>[count];
            var rates = new Vec3<WorldFrame>[count];
            for (int i = 0; i < count; i++)
            {
                Limbs.Limb limb = limbs.All[i];
                double[] place = LimbRig.WorldBone(posture, limb.Bone);
                Vec3<WorldFrame> center = Rigid.Move<WorldFrame, BodyFrame>(place, limb.Center);
                velocities[i] = velocity + angularVelocity.Cross(center - posture.Position);
                rates[i] = angularVelocity;
            }
            return new Fall(posture, velocities, rates);
        }
    }
}
