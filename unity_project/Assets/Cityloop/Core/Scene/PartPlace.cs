#nullable enable

namespace Cityloop.Core
{
    /// <summary>Where a part of a prototype sits at rest, and what moves it.</summary>
    public readonly struct PartPlace
    {
        /// <summary>Takes a place; see the properties.</summary>
        public PartPlace(
            Vec3<BodyFrame> position, Quat<BodyFrame> rotation, int wheel, bool steersOnly, bool skinned)
        {
            SteersOnly = steersOnly;
            Position = position;
            Rotation = rotation;
            Wheel = wheel;
            Skinned = skinned;
        }

        /// <summary>Origin of the part, m, body.</summary>
        public Vec3<BodyFrame> Position { get; }

        /// <summary>Body-from-part.</summary>
        public Quat<BodyFrame> Rotation { get; }

        /// <summary>Index of the wheel that the part follows, -1 for none.</summary>
        public int Wheel { get; }

        /// <summary>It follows the wheel's steering about its own z axis, and nothing else.</summary>
        public bool SteersOnly { get; }

        /// <summary>Its meshes have bone weights.</summary>
        public bool Skinned { get; }
    }
}
