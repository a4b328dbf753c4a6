#nullable enable

namespace Cityloop.Core
{
    /// <summary>L checked limbs, parents before children; Limb in scene.proto defines each field.</summary>
    public sealed class Limbs
    {
        /// <summary>Takes the columns; see the properties.</summary>
        public Limbs(Limb[] all, int[] carrier)
        {
            All = all;
            Carrier = carrier;
        }

        /// <summary>The limbs.</summary>
        public Limb[] All { get; }

        /// <summary>For each bone the limb that carries it.</summary>
        public int[] Carrier { get; }

        /// <summary>One limb; at rest, body frame.</summary>
        public readonly struct Limb
        {
            /// <summary>Takes a limb; see the properties.</summary>
            public Limb(
                string name,
                int parent,
                Vec3<BodyFrame> start,
                Vec3<BodyFrame> end,
                double radiusM,
                double massKg,
                Vec3<BodyFrame> joint,
                Vec3<BodyFrame> lowerRad,
                Vec3<BodyFrame> upperRad,
                int bone)
            {
                Name = name;
                Parent = parent;
                Start = start;
                End = end;
                RadiusM = radiusM;
                MassKg = massKg;
                Joint = joint;
                LowerRad = lowerRad;
                UpperRad = upperRad;
                Bone = bone;
            }

            /// <summary>What to call it.</summary>
            public string Name { get; }

            /// <summary>The limb that it hangs on, -1 for the first one and for loose ones.</summary>
            public int Parent { get; }

            /// <summary>One end of the capsule's axis, m.</summary>
            public Vec3<BodyFrame> Start { get; }

            /// <summary>The other end, m.</summary>
            public Vec3<BodyFrame> End { get; }

            /// <summary>Radius of the capsule, m.</summary>
            public double RadiusM { get; }

            /// <summary>Mass, kg.</summary>
            public double MassKg { get; }

            /// <summary>Centre of the ball joint to the parent, m.</summary>
            public Vec3<BodyFrame> Joint { get; }

            /// <summary>Lower bounds of the joint's rotation, rad.</summary>
            public Vec3<BodyFrame> LowerRad { get; }

            /// <summary>Upper bounds of the joint's rotation, rad.</summary>
            public Vec3<BodyFrame> UpperRad { get; }

            /// <summary>The bone whose place it takes.</summary>
            public int Bone { get; }

            /// <summary>Centre of mass, m.</summary>
            public Vec3<BodyFrame> Center => (Start + End) / 2;
        }
    }
}
