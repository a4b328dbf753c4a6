#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>A checked kind of body.</summary>
    public sealed class LoadedPrototype
    {
        // Greatest distance of a limb from where a limp body is.
        private const double LimpReachM = 2.0;

        /// <summary>Takes a checked prototype; see the properties.</summary>
        public LoadedPrototype(
            Prototype message,
            int[] handles,
            IReadOnlyList<PartPlace> parts,
            IReadOnlyList<CollisionShape> shapes,
            Limbs? limbs)
        {
            Message = message;
            Handles = handles;
            Parts = parts;
            Shapes = shapes;
            Limbs = limbs;
            ReachM = limbs == null ? 0.0 : LimpReachM;
            foreach (CollisionShape shape in shapes)
            {
                Outline box = shape.Outline;
                double x = Math.Abs(box.Center.X) + box.Half.X, y = Math.Abs(box.Center.Y) + box.Half.Y;
                ReachM = Math.Max(ReachM, Math.Sqrt(x * x + y * y));
            }
        }

        /// <summary>Name in the scene.</summary>
        public string Name => Message.Name;

        /// <summary>As it was sent.</summary>
        public Prototype Message { get; }

        /// <summary>What the renderer calls each of its parts.</summary>
        public int[] Handles { get; }

        /// <summary>Its parts, in the order of the message.</summary>
        public IReadOnlyList<PartPlace> Parts { get; }

        /// <summary>Its collision shapes.</summary>
        public IReadOnlyList<CollisionShape> Shapes { get; }

        /// <summary>How it drives; null for a kind that cannot be driven.</summary>
        public VehicleDynamics? Dynamics => Message.Dynamics;

        /// <summary>How it falls; null for a kind that cannot go limp.</summary>
        public Limbs? Limbs { get; }

        /// <summary>Number of bones, 0 for none.</summary>
        public int BoneCount => (int)Message.BoneCount;

        /// <summary>Number of wheels, 0 for a kind that cannot be driven.</summary>
        public int WheelCount => Dynamics == null ? 0 : Dynamics.Wheels.Count;

        /// <summary>Radius around the origin that holds all limbs or collision shapes seen from above, m.</summary>
        public double ReachM { get; }

        /// <summary>
        /// Goes limp when a vehicle runs into it: has limbs, and a capsule for its first collision shape.
        /// </summary>
        public bool CanFall => Limbs != null && Shapes.Count > 0 && Shapes[0].IsCapsule;
    }
}
