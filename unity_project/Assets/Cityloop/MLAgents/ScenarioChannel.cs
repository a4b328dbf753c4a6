#nullable enable
using System.Collections.Generic;
using System.Globalization;
using Unity.MLAgents;

namespace Cityloop.MLAgents
{
    /// <summary>
    /// The trainer's environment parameters "scenario" and "seed": whole numbers, below 2^24 because they travel as
    /// float. The engine tells them to its client as capabilities, "scenario=3" and "seed=17", with each handshake.
    /// </summary>
    public sealed class ScenarioChannel
    {
        private const string ScenarioName = "scenario", SeedName = "seed";

        private readonly EnvironmentParameters _parameters;

        /// <summary>Listens to the trainer.</summary>
        public ScenarioChannel(EnvironmentParameters parameters)
        {
            _parameters = parameters;
        }

        /// <summary>Number of the scenario that the trainer wants, 0 if it says nothing.</summary>
        public int Scenario => Whole(ScenarioName);

        /// <summary>Seed that the trainer wants, 0 if it says nothing.</summary>
        public int Seed => Whole(SeedName);

        /// <summary>Both, as an engine's capabilities.</summary>
        public IEnumerable<string> Capabilities => new[] { Told(ScenarioName, Scenario), Told(SeedName, Seed) };

        private int Whole(string name)
        {
            return (int)System.Math.Round(_parameters.GetWithDefault(name, 0));
        }

        private static string Told(string name, int value)
        {
            return name + "=" + value.ToString(CultureInfo.InvariantCulture);
        }
    }
}
