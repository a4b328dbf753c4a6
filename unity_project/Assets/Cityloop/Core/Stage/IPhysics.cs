#nullable enable
using System;
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>
    /// The physics world that the stage needs: all bodies that can touch or be touched, by id. World frame, SI units.
    /// </summary>
    /// <remarks>
    /// The stage has checked everything before it calls: prototypes fit the kinds, ids are there, numbers are finite.
    /// Everything is called on one thread.
    /// </remarks>
    public interface IPhysics
    {
        /// <summary>Those who are limp now, who went limp in the last <see cref="Step"/> included.</summary>
        IReadOnlyCollection<uint> Ragdolls { get; }

        /// <summary>Removes all bodies; the grip stays.</summary>
        void Clear();

        /// <summary>Adds a static, kinematic, driven or walking body.</summary>
        /// <param name="info">The body; one without colliders is nothing that touches.</param>
        /// <param name="kind">Who moves it; not a ragdoll.</param>
        /// <param name="motion">Where it is and how it moves now.</param>
        void Add(BodyInfo info, BodyKind kind, in Motion motion);

        /// <summary>Adds a limp body; its prototype has limbs.</summary>
        void AddRagdoll(BodyInfo info, Fall fall);

        /// <summary>Removes a body, limp or not, if it was ever added.</summary>
        void Remove(uint id);

        /// <summary>Says how much tyres hold: the coefficient of friction, see <see cref="Tyres.Grip"/>.</summary>
        void SetGrip(double friction);

        /// <summary>Gives a driven body its command until the next: throttle -1 to 1, brake 0 to 1, steering -1 to 1.</summary>
        void SetPedals(uint id, double throttle, double brake, double steering);

        /// <summary>
        /// Lets a driven body that was just moved otherwise go on without a build-up: its actuators stand where its
        /// pedals want them, its steered wheels at an angle, rad, positive to the left.
        /// </summary>
        void TakeOver(uint id, double steeringRad);

        /// <summary>Gives a walker its goal for the next tick.</summary>
        /// <param name="id">The walker.</param>
        /// <param name="velocity">Wanted velocity, m/s; z does not count.</param>
        /// <param name="headingRad">Wanted heading about z, rad; null keeps the heading.</param>
        void SetGoal(uint id, Vec3<WorldFrame> velocity, double? headingRad);

        /// <summary>Advances by one tick.</summary>
        /// <param name="dtS">Length of the tick, s.</param>
        /// <param name="substeps">Equal steps that it is taken in.</param>
        /// <param name="moves">All kinematic bodies.</param>
        /// <param name="suspects">Who could meet; a person who is hit (<see cref="Impacts.RunsInto"/>) goes limp.</param>
        /// <param name="fall">
        /// For a person and the share of the tick that has gone by, how the fall begins. It may call
        /// <see cref="ReadWalker"/>, which gives the state that the walker would have at the end of the tick.
        /// </param>
        /// <returns>What touched, by rising ids; ground under wheels and feet is left out.</returns>
        IReadOnlyList<Touch> Step(
            double dtS,
            int substeps,
            IReadOnlyList<KinematicMove> moves,
            IReadOnlyList<Suspect> suspects,
            Func<uint, double, Fall> fall);

        /// <summary>Reads a driven body at the end of the tick; the stage fills in its acceleration.</summary>
        /// <param name="id">The body.</param>
        /// <param name="velocityBefore">Of its origin a tick ago, m/s: a solver's velocity lags by half a substep.</param>
        /// <param name="motion">Pose and rates of its origin.</param>
        /// <param name="steeringRad">Angle of its steered wheels, positive to the left.</param>
        /// <param name="springs">Takes its wheels, in prototype order.</param>
        void ReadDriven(
            uint id, Vec3<WorldFrame> velocityBefore, out Motion motion, out double steeringRad, WheelSpring[] springs);

        /// <summary>Reads a walker at the end of the tick; the stage fills in its acceleration.</summary>
        void ReadWalker(uint id, out Motion motion);

        /// <summary>Reads a limp body at the end of the tick; the stage fills in its acceleration.</summary>
        /// <param name="id">The body.</param>
        /// <param name="velocityBefore">Of its origin a tick ago, m/s.</param>
        /// <param name="motion">Pose and rates of its origin, which goes with the first limb.</param>
        /// <param name="bones">Takes its B x 3 x 4 skinning matrices.</param>
        void ReadRagdoll(uint id, Vec3<WorldFrame> velocityBefore, out Motion motion, float[] bones);

        /// <summary>Shoots a ray at the collision shapes as they are now.</summary>
        /// <param name="origin">Start, m.</param>
        /// <param name="direction">Unit vector.</param>
        /// <param name="maxM">No hit beyond this, m.</param>
        /// <param name="body">Who was hit, 0 for nobody.</param>
        /// <param name="distanceM">How far away, m, 0 for nobody.</param>
        /// <param name="normal">Unit normal of the surface, 0 for nobody.</param>
        /// <returns>Whether anything was hit.</returns>
        bool CastRay(
            Vec3<WorldFrame> origin,
            Vec3<WorldFrame> direction,
            double maxM,
            out uint body,
            out double distanceM,
            out Vec3<WorldFrame> normal);

        /// <summary>Returns everything that changes, to be kept as it is.</summary>
        object Save();

        /// <summary>Goes back to what <see cref="Save"/> returned; the grip stays as it is now.</summary>
        void Restore(object saved);
    }
}
