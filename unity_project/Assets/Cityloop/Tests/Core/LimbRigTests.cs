#nullable enable
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace Cityloop.Core.Tests
{
    [TestFixture]
    public sealed class LimbRigTests
    {
        [Test]
        public void LimbsThatDoNotMoveGiveTheBodyAndItsBonesBack()
        {
            var draw = new Draw(7);
            for (int i = 0; i < 50; i++)
            {
                Posture posture = PostureOf(draw);
                Limbs limbs = LimbsOf();
                var rig = new LimbRig(limbs, posture);
                Vec3<WorldFrame>[] centers = { rig.CenterOf(0), rig.CenterOf(1) };
                Quat<WorldFrame>[] rotations = { rig.RotationOf(0), rig.RotationOf(1) };
                var bones = new float[24];
                rig.Read(centers, rotations, out Vec3<WorldFrame> position, out Quat<WorldFrame> rotation, bones);
                Near.Equal(position, posture.Position, 1e-6);
                Near.Same(rotation, posture.Rotation);
                Near.Equal(Wide(bones), Wide(posture.Bones), 1e-5, "bones");
            }
        }

        [Test]
        public void ABodyWhoseLimbsMoveTogetherMovesWithThem()
        {
            var draw = new Draw(8);
            Posture posture = PostureOf(draw);
            var rig = new LimbRig(LimbsOf(), posture);
            var shift = new Vec3<WorldFrame>(1, 2, 3);
            Vec3<WorldFrame>[] centers = { rig.CenterOf(0) + shift, rig.CenterOf(1) + shift };
            Quat<WorldFrame>[] rotations = { rig.RotationOf(0), rig.RotationOf(1) };
            var bones = new float[24];
            rig.Read(centers, rotations, out Vec3<WorldFrame> position, out _, bones);
            Near.Equal(position, posture.Position + shift, 1e-6);
            Near.Equal(Wide(bones), Wide(posture.Bones), 1e-5, "bones");
        }

        [Test]
        public void AFallGoesOnWithTheMotionOfTheTick()
        {
            float[] rest = Rest();
            var start = new Posture(default, Quat<WorldFrame>.Identity, rest);
            var end = new Posture(new Vec3<WorldFrame>(0.1, 0, 0), Quat<WorldFrame>.FromYaw(0.05), rest);
            Fall fall = Falls.Between(LimbsOf(), start, end, 0.5, 0.05);
            Near.Equal(fall.Posture.Position, new Vec3<WorldFrame>(0.05, 0, 0));
            Near.Same(fall.Posture.Rotation, Quat<WorldFrame>.FromYaw(0.025));
            Near.Equal(fall.Velocities[0], new Vec3<WorldFrame>(2, 0, 0));
            Near.Equal(fall.AngularVelocities[1], new Vec3<WorldFrame>(0, 0, 1));
        }

        [Test]
        public void ARigidFallTurnsAboutTheOrigin()
        {
            var posture = new Posture(default, Quat<WorldFrame>.Identity, Rest());
            Fall fall = Falls.OfRigid(
                LimbsOf(), posture, new Vec3<WorldFrame>(1, 0, 0), new Vec3<WorldFrame>(0, 2, 0));
            // The centre of the trunk is 1.3 m up.
            Near.Equal(fall.Velocities[1], new Vec3<WorldFrame>(1 + 2.6, 0, 0));
        }

        [Test]
        public void TheNearestRotationOfAStretchedOneIsTheOne()
        {
            var draw = new Draw(9);
            for (int i = 0; i < 50; i++)
            {
                Quat<WorldFrame> q = draw.Rotation<WorldFrame>();
                double[] matrix = Rigid.Of(draw.Vector<WorldFrame>(3), q);
                for (int k = 0; k < 12; k++)
                {
                    matrix[k] *= k % 4 == 3 ? 1 : 1.3;
                }
                Near.Same(Rigid.Rotation<WorldFrame>(Rigid.Nearest(matrix)), q);
            }
        }

        private static Posture PostureOf(Draw draw)
        {
            var bones = new float[24];
            for (int bone = 0; bone < 2; bone++)
            {
                double[] matrix = Rigid.Of(draw.Vector<BodyFrame>(0.3), draw.Rotation<BodyFrame>());
                for (int k = 0; k < 12; k++)
                {
                    bones[bone * 12 + k] = (float)matrix[k];
                }
            }
            return new Posture(draw.Vector<WorldFrame>(5), draw.Rotation<WorldFrame>(), bones);
        }

        private static Limbs LimbsOf()
        {
            var store = new SceneStore(new NullRendering());
            foreach (V1.LoadSceneRequest item in SmallScene.Items())
            {
                store.Add(item);
            }
            return store.Prototypes["person"].Limbs!;
        }

        private static float[] Rest() => Enumerable.Range(0, 24).Select(i => i % 12 % 5 == 0 ? 1f : 0f).ToArray();

        private static double[] Wide(IEnumerable<float> numbers) => numbers.Select(n => (double)n).ToArray();
    }
}
