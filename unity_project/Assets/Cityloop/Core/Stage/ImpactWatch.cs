#nullable enable
using System.Collections.Generic;
using Cityloop.V1;

namespace Cityloop.Core
{
    /// <summary>Finds who could be run into within a tick: people that go limp because a vehicle hits them.</summary>
    public static class ImpactWatch
    {
        // Vehicles may gain this speed within a tick and are looked at nevertheless.
        private const double SlackMps = 1.0;

        /// <summary>Returns the pairs that could meet, by rising ids.</summary>
        /// <param name="cast">M bodies.</param>
        /// <param name="kinds">M, who moves them in the tick.</param>
        /// <param name="nearby">Where they could get in it.</param>
        public static List<Suspect> Suspects(Cast cast, IReadOnlyList<BodyKind> kinds, Nearby nearby)
        {
            var vehicles = new List<int>();
            var people = new List<int>();
            for (int row = 0; row < cast.Count; row++)
            {
                LoadedPrototype prototype = cast.Infos[row].Prototype;
                if (prototype.Dynamics != null && prototype.Shapes.Count > 0 &&
                    nearby.Speed[row] > Impacts.ImpactMps - SlackMps)
                {
                    vehicles.Add(row);
                }
                if (prototype.CanFall && (kinds[row] == BodyKind.Kinematic || kinds[row] == BodyKind.Walker))
                {
                    people.Add(row);
                }
            }
            var suspects = new List<Suspect>();
            nearby.ForPairs(
                vehicles, people, (vehicle, person) => suspects.Add(new Suspect(cast.Ids[vehicle], cast.Ids[person])));
            suspects.Sort(
                (a, b) => a.Vehicle != b.Vehicle ? a.Vehicle.CompareTo(b.Vehicle) : a.Person.CompareTo(b.Person));
            return suspects;
        }
    }
}
