#nullable enable
using System;
using System.Collections.Generic;

namespace Cityloop.Core
{
    /// <summary>Bodies by rising id, and the columns of their parts: M bodies, K parts, W wheels, B bones.</summary>
    public sealed class Cast
    {
        /// <summary>Nobody.</summary>
        public static readonly Cast Empty = new Cast(new BodyInfo[0]);

        private readonly Dictionary<uint, int> _rows = new Dictionary<uint, int>();

        /// <summary>Takes bodies in any order.</summary>
        public Cast(IReadOnlyList<BodyInfo> infos)
        {
            Infos = new BodyInfo[infos.Count];
            for (int i = 0; i < Infos.Length; i++)
            {
                Infos[i] = infos[i];
            }
            Array.Sort(Infos, (a, b) => a.Id.CompareTo(b.Id));
            Ids = new uint[Infos.Length];
            var wheels = new int[Infos.Length];
            var bones = new int[Infos.Length];
            int parts = 0;
            for (int row = 0; row < Infos.Length; row++)
            {
                Ids[row] = Infos[row].Id;
                _rows[Ids[row]] = row;
                wheels[row] = Infos[row].Prototype.WheelCount;
                bones[row] = Infos[row].Prototype.BoneCount;
                parts += Infos[row].Prototype.Parts.Count;
            }
            Wheels = new Spans(wheels);
            Bones = new Spans(bones);
            Row = new int[parts];
            Part = new int[parts];
            Rotation = new double[parts * 9];
            Position = new double[parts * 3];
            Skinned = new bool[parts];
            Wheel = new int[parts];
            SteersOnly = new bool[parts];
            FillParts();
        }

        /// <summary>M bodies.</summary>
        public BodyInfo[] Infos { get; }

        /// <summary>M ids, rising.</summary>
        public uint[] Ids { get; }

        /// <summary>Rows of each body in columns of W wheels.</summary>
        public Spans Wheels { get; }

        /// <summary>Rows of each body in columns of B bones.</summary>
        public Spans Bones { get; }

        /// <summary>K rows of the parts' bodies.</summary>
        public int[] Row { get; }

        /// <summary>K handles that the renderer gave the parts.</summary>
        public int[] Part { get; }

        /// <summary>K x 9, row-major body-from-part at rest.</summary>
        public double[] Rotation { get; }

        /// <summary>K x 3 origins of the parts at rest, m, body frame.</summary>
        public double[] Position { get; }

        /// <summary>K, the part has bone weights.</summary>
        public bool[] Skinned { get; }

        /// <summary>K wheel rows that the parts follow, -1 for none.</summary>
        public int[] Wheel { get; }

        /// <summary>K, the part follows the wheel's steering about its own z axis, and nothing else.</summary>
        public bool[] SteersOnly { get; }

        /// <summary>Number of bodies.</summary>
        public int Count => Infos.Length;

        /// <summary>Returns the row of a body, -1 if it is not here.</summary>
        public int RowOf(uint id) => _rows.TryGetValue(id, out int row) ? row : -1;

        private void FillParts()
        {
            int k = 0;
            for (int row = 0; row < Infos.Length; row++)
            {
                LoadedPrototype prototype = Infos[row].Prototype;
                for (int i = 0; i < prototype.Parts.Count; i++, k++)
                {
                    PartPlace part = prototype.Parts[i];
                    double[] place = Rigid.Of(part.Position, part.Rotation);
                    Row[k] = row;
                    Part[k] = prototype.Handles[i];
                    Skinned[k] = part.Skinned;
                    SteersOnly[k] = part.SteersOnly;
                    Wheel[k] = part.Wheel >= 0 ? Wheels.Start[row] + part.Wheel : -1;
                    for (int axis = 0; axis < 3; axis++)
                    {
                        Array.Copy(place, axis * 4, Rotation, k * 9 + axis * 3, 3);
                        Position[k * 3 + axis] = place[axis * 4 + 3];
                    }
                }
            }
        }
    }
}
