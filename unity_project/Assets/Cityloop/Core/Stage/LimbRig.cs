#nullable enable

namespace Cityloop.Core
{
    /// <summary>
    /// How the L limbs of a limp body, its bones and its origin hang together: the body stays where it is as seen from
    /// its first limb, a bone as seen from the limb that carries it.
    /// </summary>
    public sealed class LimbRig
    {
        private readonly Limbs _limbs;
        private readonly double[] _rootFromBody;
        private readonly double[][] _limbFromBone;

        /// <summary>Takes limbs, and the posture in which the body goes limp.</summary>
        public LimbRig(Limbs limbs, Posture posture)
        {
            _limbs = limbs;
            Places = new double[limbs.All.Length][];
            for (int i = 0; i < Places.Length; i++)
            {
                Places[i] = WorldBone(posture, limbs.All[i].Bone);
            }
            _rootFromBody = Rigid.Compose(Rigid.Inverse(Places[0]), Rigid.Of(posture.Position, posture.Rotation));
            _limbFromBone = new double[limbs.Carrier.Length][];
            for (int bone = 0; bone < _limbFromBone.Length; bone++)
            {
                _limbFromBone[bone] = Rigid.Compose(
                    Rigid.Inverse(Places[limbs.Carrier[bone]]), WorldBone(posture, bone));
            }
        }

        /// <summary>L matrices world-from-limb at the start, m; a limb at rest has the axes and origin of the body.</summary>
        public double[][] Places { get; }

        /// <summary>Returns world-from-rest of a bone, made rigid, m.</summary>
        public static double[] WorldBone(Posture posture, int bone) =>
            Rigid.Compose(
                Rigid.Of(posture.Position, posture.Rotation), Rigid.Nearest(Rigid.At(posture.Bones, bone)));

        /// <summary>Returns the centre of mass of a limb at the start, m.</summary>
        public Vec3<WorldFrame> CenterOf(int limb) =>
            Rigid.Move<WorldFrame, BodyFrame>(Places[limb], _limbs.All[limb].Center);

        /// <summary>Returns world-from-limb of a limb at the start.</summary>
        public Quat<WorldFrame> RotationOf(int limb) => Rigid.Rotation<WorldFrame>(Places[limb]);

        /// <summary>Finds the body where its limbs are now.</summary>
        /// <param name="centers">L centres of mass, m.</param>
        /// <param name="rotations">L rotations world-from-limb.</param>
        /// <param name="position">The body's origin, m.</param>
        /// <param name="rotation">World-from-body.</param>
        /// <param name="bones">Takes B x 3 x 4 body-from-bone skinning matrices, m.</param>
        public void Read(
            Vec3<WorldFrame>[] centers,
            Quat<WorldFrame>[] rotations,
            out Vec3<WorldFrame> position,
            out Quat<WorldFrame> rotation,
            float[] bones)
        {
            var places = new double[centers.Length][];
            for (int i = 0; i < places.Length; i++)
            {
                Quat<WorldFrame> turn = rotations[i].Normalized;
                places[i] = Rigid.Of(centers[i] - turn.Rotate(_limbs.All[i].Center), turn);
            }
            double[] body = Rigid.Compose(places[0], _rootFromBody);
            position = Rigid.Position<WorldFrame>(body);
            rotation = Rigid.Rotation<WorldFrame>(body);
            double[] inward = Rigid.Inverse(body);
            for (int bone = 0; bone < _limbFromBone.Length; bone++)
            {
                double[] world = Rigid.Compose(places[_limbs.Carrier[bone]], _limbFromBone[bone]);
                double[] matrix = Rigid.Compose(inward, world);
                for (int i = 0; i < 12; i++)
                {
                    bones[bone * 12 + i] = (float)matrix[i];
                }
            }
        }
    }
}
