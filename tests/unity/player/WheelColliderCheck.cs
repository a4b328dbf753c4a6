#nullable enable
using System;
using System.Globalization;
using Cityloop.Runtime;
using UnityEngine;

namespace Cityloop.Player
{
    /// <summary>
    /// Says what Unity's own WheelCollider makes of a car of 1500 kg: its deceleration, m/s^2, under 12 kN of brakes
    /// with wheels of 20 kg and of 5 kg, its speed, m/s, a second after it entered with 20 m/s and idle wheels, and how
    /// far, m, it creeps in ten seconds, braked on a slope of 10 %. docs/unity.md says why the engine has its own wheels.
    /// </summary>
    public static class WheelColliderCheck
    {
        /// <summary>What it is asked for by.</summary>
        public const string Name = "wheel-colliders";

        private const float MassKg = 1500, BrakeN = 12000, RadiusM = 0.32f, StartMps = 20, Slope = 0.1f;
        private const float HeavyKg = 20, LightKg = 5;
        private const float StepS = 0.01f, SpringM = 0.3f, SagM = 0.1f, Grip = 1.1f, GravityMps2 = 9.81f;

        /// <summary>Measures, logs and ends the player.</summary>
        public static void Start()
        {
            UnityBridge.TakePhysicsInHand();
            // Nothing falls asleep, as in the engine, whose runs have to go on alike whenever they were kept.
            Physics.sleepThreshold = 0;
            Physics.gravity = new Vector3(0, -GravityMps2, 0);
            Debug.Log(string.Format(
                CultureInfo.InvariantCulture,
                "cityloop: {0}: {1} {2} {3} {4}",
                Name, Braking(HeavyKg), Braking(LightKg), Rolling(), Creeping()));
            Application.Quit();
        }

        private static double Braking(float wheelKg)
        {
            Rigidbody car = Car(0, StartMps, wheelKg);
            Steps(50);
            Brake(car);
            Steps(20);
            double before = Speed(car);
            Steps(50);
            return (before - Speed(car)) / (50 * StepS);
        }

        private static double Rolling()
        {
            Rigidbody car = Car(0, StartMps, HeavyKg);
            Steps(100);
            return Speed(car);
        }

        private static double Creeping()
        {
            Rigidbody car = Car(Slope, 0, HeavyKg);
            Brake(car);
            Steps(300);
            Vector3 from = car.position;
            Steps(1000);
            return (car.position - from).magnitude;
        }

        private static double Speed(Rigidbody car) => UnityBridge.VelocityOf(car).magnitude;

        private static void Steps(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Physics.Simulate(StepS);
            }
        }

        private static void Brake(Rigidbody car)
        {
            foreach (WheelCollider wheel in car.GetComponentsInChildren<WheelCollider>())
            {
                wheel.brakeTorque = BrakeN / 4 * RadiusM;
            }
        }

        /// <summary>Puts a car on a road of its own that rises forward.</summary>
        private static Rigidbody Car(float slope, float speedMps, float wheelKg)
        {
            foreach (Rigidbody other in UnityEngine.Object.FindObjectsOfType<Rigidbody>())
            {
                UnityEngine.Object.DestroyImmediate(other.gameObject);
            }
            Quaternion turned = Quaternion.Euler(-Mathf.Atan(slope) * Mathf.Rad2Deg, 0, 0);
            GameObject road = GameObject.Find("road") ?? new GameObject("road", typeof(BoxCollider));
            road.transform.rotation = turned;
            road.transform.localScale = new Vector3(100, 1, 1000);
            road.transform.position = turned * new Vector3(0, -0.5f, 0);
            var thing = new GameObject("car");
            Rigidbody car = thing.AddComponent<Rigidbody>();
            thing.AddComponent<BoxCollider>().size = new Vector3(1.8f, 0.8f, 4.4f);
            car.mass = MassKg;
            car.centerOfMass = Vector3.zero;
            UnityBridge.SetDamping(car, 0, 0);
            foreach (float x in new[] { -0.8f, 0.8f })
            {
                foreach (float z in new[] { -1.35f, 1.35f })
                {
                    Wheel(thing.transform, new Vector3(x, -0.3f, z), wheelKg);
                }
            }
            thing.transform.rotation = turned;
            // The wheels' springs hang by half their length.
            thing.transform.position = turned * new Vector3(0, 0.3f + SpringM / 2 + RadiusM, 0);
            Physics.SyncTransforms();
            UnityBridge.SetVelocity(car, turned * new Vector3(0, 0, speedMps));
            return car;
        }

        private static void Wheel(Transform car, Vector3 at, float wheelKg)
        {
            var thing = new GameObject("wheel");
            thing.transform.SetParent(car, false);
            thing.transform.localPosition = at;
            WheelCollider wheel = thing.AddComponent<WheelCollider>();
            wheel.radius = RadiusM;
            wheel.mass = wheelKg;
            wheel.suspensionDistance = SpringM;
            float stiffness = MassKg / 4 * GravityMps2 / SagM;
            wheel.suspensionSpring = new JointSpring
            {
                spring = stiffness,
                damper = 2 * 0.35f * Mathf.Sqrt(stiffness * MassKg / 4),
                targetPosition = 0.5f,
            };
            // A tyre that holds, however much it slips, what the brakes ask for and some more.
            var friction = new WheelFrictionCurve
            {
                extremumSlip = 0.2f, extremumValue = 1, asymptoteSlip = 0.5f, asymptoteValue = 1, stiffness = Grip,
            };
            wheel.forwardFriction = friction;
            wheel.sidewaysFriction = friction;
        }
    }
}
