#nullable enable

namespace Cityloop.Core
{
    /// <summary>The box around a shape, body frame, m.</summary>
    public readonly struct Outline
    {
        /// <summary>Takes a centre and half lengths.</summary>
        public Outline(Vec3<BodyFrame> center, Vec3<BodyFrame> half)
        {
            Center = center;
            Half = half;
        }

        /// <summary>Its centre, m.</summary>
        public Vec3<BodyFrame> Center { get; }

        /// <summary>Half its lengths along the axes, m.</summary>
        public Vec3<BodyFrame> Half { get; }
    }
}
