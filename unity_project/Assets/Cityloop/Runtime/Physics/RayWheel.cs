#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// One wheel of a driven vehicle: a ray with a spring, a damper and a tyre. World frame, SI units. A copy of it is
    /// all that has to be kept.
    /// </summary>
    internal struct RayWheel
    {
        /// <summary>Length of a spring that nothing presses, m.</summary>
        public const double FreeLengthM = 0.3;
        private const double TravelM = 0.15;

        // Springs push at most with this many times the weight.
        private const double MostWeights = 10;

        // Share of a forward impulse that counts against the grip while a wheel also slips sideways.
        private const double ForwardShare = 0.5;

        /// <summary>Where the ray starts, m, body.</summary>
        public Vec3<BodyFrame> Top;

        /// <summary>Of the wheel, m.</summary>
        public double RadiusM;

        /// <summary>Per mass of the vehicle, 1/s^2.</summary>
        public double Stiffness;

        /// <summary>Per mass of the vehicle, 1/s.</summary>
        public double Damping;

        /// <summary>Of the vehicle, kg.</summary>
        public double MassKg;

        /// <summary>Length of the spring now, m.</summary>
        public double LengthM;

        /// <summary>Touches the ground.</summary>
        public bool Grounded;

        /// <summary>How hard it pushes, N.</summary>
        public double ForceN;

        /// <summary>Of the ground.</summary>
        public Vec3<WorldFrame> Normal;

        /// <summary>Where it touches, m.</summary>
        public Vec3<WorldFrame> Contact;

        /// <summary>Rolling direction on the ground.</summary>
        public Vec3<WorldFrame> Forward;

        /// <summary>Its axle on the ground, to the right.</summary>
        public Vec3<WorldFrame> Side;

        /// <summary>Impulse along it, N s.</summary>
        public double ForwardNs;

        /// <summary>Impulse along its axle, N s.</summary>
        public double SideNs;

        /// <summary>Finds the ground of a room under it, and with what force its spring pushes.</summary>
        public void Feel(Chassis chassis, Room room)
        {
            Vec3<WorldFrame> down = chassis.Rotation.Rotate(new Vec3<BodyFrame>(0, 0, -1));
            Vec3<WorldFrame> top = chassis.Position + chassis.Rotation.Rotate(Top);
            double reach = FreeLengthM + RadiusM;
            Grounded = room.Raycast(top.Unity(), down.Unity(), out RaycastHit hit, (float)reach, Layers.GroundMask);
            if (!Grounded)
            {
                LengthM = FreeLengthM;
                ForceN = 0;
                Normal = -down;
                Contact = top + down * reach;
                return;
            }
            double length = hit.distance - RadiusM;
            LengthM = Numbers.Clamp(length, FreeLengthM - TravelM, FreeLengthM + TravelM);
            Normal = hit.normal.World();
            Contact = top + down * hit.distance;
            double slope = Normal.Dot(down);
            double lever = slope >= -0.1 ? 10.0 : -1.0 / slope;
            double closing = slope >= -0.1 ? 0.0 : Normal.Dot(chassis.VelocityAt(Contact)) * lever;
            double perMass = Stiffness * (FreeLengthM - LengthM) * lever - Damping * closing;
            ForceN = Numbers.Clamp(perMass * MassKg, 0.0, MostWeights * MassKg * Gravity.Mps2);
        }

        /// <summary>Finds the impulses that it would pass on if its tyre held everything.</summary>
        /// <param name="chassis">The body.</param>
        /// <param name="grounded">How many of its wheels touch the ground.</param>
        /// <param name="sideShare">What this one takes off of their sideways slip.</param>
        /// <param name="driveNs">Along the wheel.</param>
        /// <param name="brakeNs">Against its rolling, at most.</param>
        /// <param name="steeringRad">Positive to the left.</param>
        public void Roll(
            Chassis chassis, int grounded, double sideShare, double driveNs, double brakeNs, double steeringRad)
        {
            ForwardNs = 0;
            SideNs = 0;
            if (!Grounded)
            {
                return;
            }
            double sine = Math.Sin(steeringRad), cosine = Math.Cos(steeringRad);
            Vec3<WorldFrame> right = chassis.Rotation.Rotate(new Vec3<BodyFrame>(sine, -cosine, 0));
            Side = Unit(right - Normal * right.Dot(Normal));
            Forward = Unit(Normal.Cross(Side));
            double slip = Side.Dot(chassis.VelocityAt(Contact));
            SideNs = -sideShare * slip / chassis.Yielding(Contact, Side);
            if (driveNs != 0.0)
            {
                ForwardNs = driveNs;
                return;
            }
            double rolling = Forward.Dot(chassis.VelocityAt(Contact));
            double stop = -rolling / (chassis.Yielding(Contact, Forward) * grounded);
            ForwardNs = Numbers.Clamp(stop, -brakeNs, brakeNs);
        }

        /// <summary>Keeps both impulses within what its tyre holds: its grip for the time of a substep, s.</summary>
        public void Slip(double gripS)
        {
            double most = ForceN * gripS;
            double along = ForwardNs * ForwardShare, aside = SideNs;
            double sum = Math.Sqrt(along * along + aside * aside);
            if (Grounded && sum > most && aside != 0.0)
            {
                ForwardNs *= most / sum;
                SideNs *= most / sum;
            }
        }

        private static Vec3<WorldFrame> Unit(Vec3<WorldFrame> v)
        {
            double length = v.Length;
            return length > 1e-5 ? v / length : default;
        }
    }
}
