#nullable enable
namespace Cityloop.Core
{
    /// <summary>
    /// What the stage hands the renderer: N parts of bodies as columns, all that could be drawn, moving
    /// ones first, the parts of a body one after another in the order of its prototype. "Previous",
    /// "current" and "next" are one tick apart. Matrices are 3 x 4, row-major, 12 numbers each.
    /// </summary>
    public sealed class Instances
    {
        /// <summary>Handle of the part, see <see cref="IRendering.AddPrototype"/>; N.</summary>
        public readonly int[] Part;

        /// <summary>Id of the body (not what the instance pass shows); N.</summary>
        public readonly uint[] Body;

        /// <summary>Current origin of the body, by whose distance the level of detail is chosen; N x 3,
        /// world, m.</summary>
        public readonly double[] Origin;

        /// <summary>World-from-part at t-dt; N x 12, m.</summary>
        public readonly double[] Previous;

        /// <summary>World-from-part at t; N x 12, m.</summary>
        public readonly double[] Current;

        /// <summary>World-from-part at t+dt; N x 12, m.</summary>
        public readonly double[] Next;

        /// <summary>Velocity of the part's origin at t; N x 3, world, m/s.</summary>
        public readonly double[] Velocity;

        /// <summary>Angular velocity of the part at t, a wheel's spin included; N x 3, world, rad/s.</summary>
        public readonly double[] AngularVelocity;

        /// <summary>What the instance pass shows; N.</summary>
        public readonly uint[] InstanceId;

        /// <summary>What the semantic pass shows unless the material says otherwise; N.</summary>
        public readonly byte[] Semantic;

        /// <summary>Lit lamps, a bit set; N.</summary>
        public readonly uint[] Lamps;

        /// <summary>Linear colours, 1 where a body has none; N x 8 x 3.</summary>
        public readonly float[] Tints;

        /// <summary>First matrix in the bone columns, -1 for a rigid part; N.</summary>
        public readonly int[] Bones;

        /// <summary>Parts from this one on belong to static bodies.</summary>
        public int FirstStatic;

        /// <summary>Changes with the static bodies: who draws may keep what it made of them till then.</summary>
        public object? StaticsVersion;

        /// <summary>Body-from-bone skinning matrices at t-dt; B x 12, m.</summary>
        public float[] BonesPrevious = new float[0];

        /// <summary>Body-from-bone skinning matrices at t; B x 12, m.</summary>
        public float[] BonesCurrent = new float[0];

        /// <summary>Body-from-bone skinning matrices at t+dt; B x 12, m.</summary>
        public float[] BonesNext = new float[0];

        public Instances(int count)
        {
            Part = new int[count];
            Body = new uint[count];
            Origin = new double[count * 3];
            Previous = new double[count * 12];
            Current = new double[count * 12];
            Next = new double[count * 12];
            Velocity = new double[count * 3];
            AngularVelocity = new double[count * 3];
            InstanceId = new uint[count];
            Semantic = new byte[count];
            Lamps = new uint[count];
            Tints = new float[count * 24];
            Bones = new int[count];
            FirstStatic = count;
        }

        /// <summary>Number of parts.</summary>
        public int Count => Part.Length;
    }
}
