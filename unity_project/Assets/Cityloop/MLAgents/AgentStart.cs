#nullable enable
using Cityloop.Runtime;
using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Policies;
using Unity.MLAgents.Sensors;
using UnityEngine;
using UnityEngine.Rendering;

namespace Cityloop.MLAgents
{
    /// <summary>Puts an agent at the wheel of an engine that was started with "-cityloop-agent".</summary>
    public static class AgentStart
    {
        /// <summary>Name that a trainer's configuration knows the agent by.</summary>
        public const string BehaviorName = "CityloopEgo";

        private const int PictureWidth = 160, PictureHeight = 90;
        private const float FieldOfViewDeg = 58;

        // Where a driver's eyes are in a sedan, Unity's axes, m from the ground under the rear axle.
        private static readonly Vector3 Eyes = new Vector3(0, 1.4f, 1.6f);

        /// <summary>Makes an agent and puts it into the calls of an engine.</summary>
        public static EgoAgent Begin(EngineHost host)
        {
            // Steps are the client's: it advances the world, and each tick is one step of the trainer.
            Academy.Instance.AutomaticSteppingEnabled = false;
            EgoAgent agent = Make();
            var channel = new ScenarioChannel(Academy.Instance.EnvironmentParameters);
            var seat = new EgoSeat(agent, () => channel.Capabilities);
            host.Wrap(seat.Around);
            return agent;
        }

        [RuntimeInitializeOnLoadMethod(RuntimeInitializeLoadType.BeforeSceneLoad)]
        private static void WaitForEngine()
        {
            EngineStart.Begun -= Enter;
            EngineStart.Begun += Enter;
        }

        private static void Enter(EngineHost host, Arguments arguments)
        {
            if (arguments.Agent)
            {
                Begin(host);
            }
        }

        private static EgoAgent Make()
        {
            var place = new GameObject("Cityloop agent");
            Object.DontDestroyOnLoad(place);

            // Asleep until it is complete: an agent reads its behaviour and sensors when it wakes up.
            place.SetActive(false);
            BehaviorParameters behavior = place.AddComponent<BehaviorParameters>();
            behavior.BehaviorName = BehaviorName;
            behavior.BrainParameters.VectorObservationSize = EgoAgent.VectorSize;
            behavior.BrainParameters.ActionSpec = ActionSpec.MakeContinuous(EgoAgent.ActionSize);
            if (SystemInfo.graphicsDeviceType != GraphicsDeviceType.Null)
            {
                AddCamera(place);
            }

            EgoAgent agent = place.AddComponent<EgoAgent>();
            place.SetActive(true);
            return agent;
        }

        private static void AddCamera(GameObject place)
        {
            var eyes = new GameObject("Eyes");
            eyes.transform.SetParent(place.transform, false);
            eyes.transform.localPosition = Eyes;
            Camera camera = eyes.AddComponent<Camera>();
            camera.fieldOfView = FieldOfViewDeg;

            // The sensor draws with it when the agent looks.
            camera.enabled = false;
            CameraSensorComponent sensor = place.AddComponent<CameraSensorComponent>();
            sensor.Camera = camera;
            sensor.SensorName = "front";
            sensor.Width = PictureWidth;
            sensor.Height = PictureHeight;
        }
    }
}
