#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>A body to be spawned, checked.</summary>
    public sealed class Newcomer
    {
        private Newcomer(BodyInfo info, BodyKind kind, in Motion motion, double[] wheels, uint lamps, float[] bones)
        {
            Info = info;
            Kind = kind;
            Motion = motion;
            Wheels = wheels;
            Lamps = lamps;
            Bones = bones;
        }

        /// <summary>What never changes about it.</summary>
        public BodyInfo Info { get; }

        /// <summary>Who moves it.</summary>
        public BodyKind Kind { get; }

        /// <summary>Where it is and how it moves.</summary>
        public Motion Motion { get; }

        /// <summary>W x 5 wheels, the fields of WheelState.</summary>
        public double[] Wheels { get; }

        /// <summary>Bit set of the lit lamps.</summary>
        public uint Lamps { get; }

        /// <summary>B x 3 x 4 skinning matrices.</summary>
        public float[] Bones { get; }

        /// <summary>Returns a body to be spawned; what no world can hold is refused.</summary>
        public static Newcomer Check(Body body, IReadOnlyDictionary<string, LoadedPrototype> prototypes)
        {
            string what = $"Body {body.Id}";
            if (body.Id == 0)
            {
                throw Refusal.Invalid("A body has the id 0: ids are 1 or more, 0 is the background.");
            }
            if (!prototypes.TryGetValue(body.Prototype, out LoadedPrototype? prototype))
            {
                throw Refusal.NotFound(
                    $"{what} is of the prototype {Words.Quoted(body.Prototype)}, which the scene does not have.");
            }
            if (body.Kind == BodyKind.Ragdoll)
            {
                throw Refusal.Invalid(
                    $"{what} cannot enter as a ragdoll: let it enter as a kinematic body, then change its kind.");
            }
            Requirements.Check(body.Kind, prototype, what);
            if (body.Semantic > 255)
            {
                throw Refusal.Invalid($"{what} has class id {body.Semantic}: class ids are 0 to 255.");
            }
            if (body.Tints.Count > 8)
            {
                throw Refusal.Invalid($"{what} has {body.Tints.Count} tints: at most 8 can be.");
            }
            float[] bones = prototype.BoneCount > 0 && body.Bones.IsEmpty
                ? RestBones(prototype.BoneCount)
                : Decode.Bones(body.Bones, prototype.BoneCount, what);
            var motion = new Motion
            {
                Position = Decode.Vector<WorldFrame>(body.Pose?.Position, $"The position of body {body.Id}"),
                Rotation = Decode.Rotation<WorldFrame>(body.Pose?.Rotation, what),
                Velocity = Decode.Vector<WorldFrame>(body.Velocity, $"The velocity of body {body.Id}"),
                AngularVelocity = Decode.Vector<WorldFrame>(body.AngularVelocity, $"The turning of body {body.Id}"),
                Acceleration = Decode.Vector<WorldFrame>(body.Acceleration, $"The acceleration of body {body.Id}"),
            };
            var info = new BodyInfo(body.Id, prototype, body.InstanceId, (byte)body.Semantic, TintsOf(body));
            double[] wheels = WheelsAtStart(body, prototype, motion);
            return new Newcomer(info, body.Kind, motion, wheels, body.Lamps, bones);
        }

        private static float[] TintsOf(Body body)
        {
            var tints = new float[24];
            for (int i = 0; i < 8; i++)
            {
                Color? tint = i < body.Tints.Count ? body.Tints[i] : null;
                tints[i * 3] = tint?.R ?? 1;
                tints[i * 3 + 1] = tint?.G ?? 1;
                tints[i * 3 + 2] = tint?.B ?? 1;
            }
            return tints;
        }

        private static float[] RestBones(int count)
        {
            var bones = new float[count * 12];
            for (int i = 0; i < bones.Length; i += 12)
            {
                bones[i] = bones[i + 5] = bones[i + 10] = 1;
            }
            return bones;
        }

        /// <summary>Returns the wheels as given, else unturned on the ground and, if driven, rolling.</summary>
        private static double[] WheelsAtStart(Body body, LoadedPrototype prototype, in Motion motion)
        {
            if (body.Wheels.Count > 0)
            {
                return Decode.Wheels(body.Wheels, prototype.WheelCount, $"Body {body.Id}");
            }
            var wheels = new double[prototype.WheelCount * 5];
            for (int i = 0; i < prototype.WheelCount; i++)
            {
                wheels[i * 5 + 4] = 1.0;
                if (body.Kind == BodyKind.Driven)
                {
                    wheels[i * 5 + 2] = Rolling.Rate(prototype.Dynamics!.Wheels[i], motion, 0.0);
                }
            }
            return wheels;
        }
    }
}
