#nullable enable
using System;

namespace Cityloop.Core
{
    /// <summary>
    /// Makes the <see cref="Instances"/> that the renderer draws of three instants: all parts of all bodies
    /// of the drawn tick, moving ones first. Keeps where the static bodies are while they stay.
    /// </summary>
    public sealed class InstanceBuilder
    {
        private Cast _statics = Cast.Empty;
        private double[] _staticMatrices = new double[0];

        /// <summary>Returns what stands there.</summary>
        public Instances Build(ThreeInstants instants)
        {
            Snapshot drawn = instants.Drawn;
            int moving = drawn.Cast.Row.Length;
            var instances = new Instances(moving + drawn.Statics.Row.Length)
            {
                FirstStatic = moving,
                StaticsVersion = drawn.Statics,
                BonesPrevious = instants.Before.Bones,
                BonesCurrent = drawn.Motions.Bones,
                BonesNext = instants.After.Bones,
            };
            Place(drawn.Cast, instants.Before, instances.Previous);
            Place(drawn.Cast, drawn.Motions, instances.Current);
            Place(drawn.Cast, instants.After, instances.Next);
            for (int k = 0; k < moving; k++)
            {
                int row = drawn.Cast.Row[k];
                Describe(instances, k, drawn.Cast, k, drawn.Lamps[row], drawn.Motions.Position);
                instances.Bones[k] = drawn.Cast.Skinned[k] ? drawn.Cast.Bones.Start[row] : -1;
                Rates(instants, k, instances);
            }
            AddStatics(drawn, instances);
            return instances;
        }

        private void AddStatics(Snapshot drawn, Instances instances)
        {
            Cast statics = drawn.Statics;
            if (statics != _statics)
            {
                _statics = statics;
                _staticMatrices = StaticMatrices(drawn);
            }
            int first = instances.FirstStatic * 12;
            foreach (double[] matrices in new[] { instances.Previous, instances.Current, instances.Next })
            {
                Array.Copy(_staticMatrices, 0, matrices, first, _staticMatrices.Length);
            }
            for (int k = 0; k < statics.Row.Length; k++)
            {
                int to = instances.FirstStatic + k;
                Describe(instances, to, statics, k, drawn.StaticLamps[statics.Row[k]], drawn.StaticPosition);
                instances.Bones[to] = -1;
            }
        }

        private static double[] StaticMatrices(Snapshot drawn)
        {
            Cast statics = drawn.Statics;
            var matrices = new double[statics.Row.Length * 12];
            for (int k = 0; k < statics.Row.Length; k++)
            {
                double[] body = Pose(drawn.StaticPosition, drawn.StaticQuaternion, statics.Row[k]);
                Array.Copy(Rigid.Compose(body, PartAtRest(statics, k)), 0, matrices, k * 12, 12);
            }
            return matrices;
        }

        private static void Describe(Instances instances, int to, Cast cast, int part, uint lamps, double[] position)
        {
            int row = cast.Row[part];
            BodyInfo info = cast.Infos[row];
            instances.Part[to] = cast.Part[part];
            instances.Body[to] = info.Id;
            instances.InstanceId[to] = info.InstanceId;
            instances.Semantic[to] = info.Semantic;
            instances.Lamps[to] = lamps;
            Array.Copy(info.Tints, 0, instances.Tints, to * 24, 24);
            Array.Copy(position, row * 3, instances.Origin, to * 3, 3);
        }

        /// <summary>Writes world-from-part of all parts, m.</summary>
        private static void Place(Cast cast, Motions motions, double[] matrices)
        {
            for (int k = 0; k < cast.Row.Length; k++)
            {
                double[] body = Pose(motions.Position, motions.Quaternion, cast.Row[k]);
                double[] world = Rigid.Compose(body, PartNow(cast, k, motions.Wheels));
                Array.Copy(world, 0, matrices, k * 12, 12);
            }
        }

        private static double[] Pose(double[] position, double[] quaternion, int row) =>
            Rigid.Of(
                new Vec3<WorldFrame>(position[row * 3], position[row * 3 + 1], position[row * 3 + 2]),
                new Quat<WorldFrame>(
                    quaternion[row * 4], quaternion[row * 4 + 1], quaternion[row * 4 + 2], quaternion[row * 4 + 3]));

        /// <summary>Returns body-from-part at rest, m.</summary>
        private static double[] PartAtRest(Cast cast, int k)
        {
            var m = new double[12];
            for (int axis = 0; axis < 3; axis++)
            {
                Array.Copy(cast.Rotation, k * 9 + axis * 3, m, axis * 4, 3);
                m[axis * 4 + 3] = cast.Position[k * 3 + axis];
            }
            return m;
        }

        /// <summary>Returns body-from-part at rest, or as the wheel stands that the part follows, m.</summary>
        private static double[] PartNow(Cast cast, int k, double[] wheels)
        {
            double[] rest = PartAtRest(cast, k);
            if (cast.Wheel[k] < 0)
            {
                return rest;
            }
            int at = cast.Wheel[k] * 5;
            bool rolls = !cast.SteersOnly[k];
            double steering = wheels[at], spin = rolls ? wheels[at + 1] : 0.0, travel = rolls ? wheels[at + 3] : 0.0;
            // The part turns about its own axle, then steers about the body's z through its own origin.
            double c = Math.Cos(spin), s = Math.Sin(spin);
            double[] spun = Rigid.Compose(rest, new[] { c, 0.0, s, 0.0, 0.0, 1.0, 0.0, 0.0, -s, 0.0, c, 0.0 });
            double cs = Math.Cos(steering), ss = Math.Sin(steering);
            double[] turned = Rigid.Compose(new[] { cs, -ss, 0.0, 0.0, ss, cs, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0 }, spun);
            turned[3] = rest[3];
            turned[7] = rest[7];
            turned[11] = rest[11] + travel;
            return turned;
        }

        /// <summary>
        /// Writes the velocity of the part's origin and the angular velocity of the part. A wheel adds the
        /// rates of its spring, its steering and its spin to those of the body; the first two are central
        /// differences, since the protocol carries them as positions only.
        /// </summary>
        private static void Rates(ThreeInstants instants, int k, Instances instances)
        {
            Cast cast = instants.Drawn.Cast;
            Motion body = instants.Drawn.Motions.At(cast.Row[k]);
            double[] local = PartNow(cast, k, instants.Drawn.Motions.Wheels);
            Vec3<WorldFrame> lever = body.Rotation.Rotate(Rigid.Position<BodyFrame>(local));
            Vec3<WorldFrame> velocity = body.Velocity + body.AngularVelocity.Cross(lever);
            Vec3<WorldFrame> angular = body.AngularVelocity;
            if (cast.Wheel[k] >= 0)
            {
                int at = cast.Wheel[k] * 5;
                double span = instants.BeforeDtS + instants.AfterDtS;
                double[] before = instants.Before.Wheels, after = instants.After.Wheels;
                Vec3<WorldFrame> up = body.Rotation.Rotate(new Vec3<BodyFrame>(0, 0, 1));
                Vec3<WorldFrame> axle = body.Rotation.Rotate(new Vec3<BodyFrame>(local[1], local[5], local[9]));
                angular += up * ((after[at] - before[at]) / span);
                if (!cast.SteersOnly[k])
                {
                    velocity += up * ((after[at + 3] - before[at + 3]) / span);
                    angular += axle * instants.Drawn.Motions.Wheels[at + 2];
                }
            }
            Put(instances.Velocity, k, velocity);
            Put(instances.AngularVelocity, k, angular);
        }

        private static void Put(double[] column, int row, Vec3<WorldFrame> v)
        {
            column[row * 3] = v.X;
            column[row * 3 + 1] = v.Y;
            column[row * 3 + 2] = v.Z;
        }
    }
}
