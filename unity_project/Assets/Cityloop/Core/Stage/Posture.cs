#nullable enable

namespace Cityloop.Core
{
    /// <summary>A body with bones as it stands or lies.</summary>
    public readonly struct Posture
    {
        /// <summary>Takes a posture; see the properties.</summary>
        public Posture(Vec3<WorldFrame> position, Quat<WorldFrame> rotation, float[] bones)
        {
            Position = position;
            Rotation = rotation;
            Bones = bones;
        }

        /// <summary>The body's origin, m, world.</summary>
        public Vec3<WorldFrame> Position { get; }

        /// <summary>World-from-body.</summary>
        public Quat<WorldFrame> Rotation { get; }

        /// <summary>B x 3 x 4, row-major body-from-bone skinning matrices, m, body frame.</summary>
        public float[] Bones { get; }
    }
}
