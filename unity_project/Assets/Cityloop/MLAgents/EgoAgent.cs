#nullable enable
using System;
using Cityloop.Core;
using Cityloop.Runtime;
using Unity.MLAgents;
using Unity.MLAgents.Actuators;
using Unity.MLAgents.Sensors;
using UnityEngine;

namespace Cityloop.MLAgents
{
    /// <summary>
    /// A driver for ML-Agents: sees the road through a camera and its own motion as a vector, and holds throttle or
    /// brake and the steering wheel for a tick. <see cref="EgoSeat"/> puts it into a vehicle and asks it.
    /// </summary>
    /// <remarks>
    /// Vector: speed forward and to the left (m/s), yaw rate (rad/s), acceleration forward (m/s^2), pedal and steering
    /// of the last tick; body frame. Actions: pedal (-1 full brake, 1 full throttle), steering (1 full left).
    /// </remarks>
    public sealed class EgoAgent : Agent, IEgoDriver
    {
        /// <summary>Numbers of the vector observation.</summary>
        public const int VectorSize = 6;

        /// <summary>Continuous actions.</summary>
        public const int ActionSize = 2;

        private Vec3<BodyFrame> _velocity;
        private double _yawRate, _acceleration;
        private bool _collided;

        /// <summary>What a tick is worth; replace it from a script of your own.</summary>
        public Func<EgoTick, float> Reward { get; set; } = DrivingReward.Of;

        /// <inheritdoc/>
        public float Pedal { get; private set; }

        /// <inheritdoc/>
        public float Steering { get; private set; }

        /// <inheritdoc/>
        public void Take(WatchedBody vehicle)
        {
            _velocity = vehicle.Rotation.ToBody(vehicle.Velocity);
            _acceleration = 0;
            Place(vehicle);
        }

        /// <summary>Exchanges one step with the trainer: observations and reward there, the action back.</summary>
        public void Decide()
        {
            RequestDecision();
            Academy.Instance.EnvironmentStep();
        }

        /// <inheritdoc/>
        public void Live(WatchedBody vehicle, double lengthS, double impulseNs)
        {
            Vec3<BodyFrame> before = _velocity;
            _velocity = vehicle.Rotation.ToBody(vehicle.Velocity);
            _acceleration = (_velocity.X - before.X) / lengthS;
            Place(vehicle);
            var tick = new EgoTick(lengthS, _velocity.X, impulseNs, Pedal, Steering);
            _collided |= tick.Collided;
            AddReward(Reward(tick));
        }

        /// <summary>Ends the episode: a collision has ended it for good, anything else has cut it short.</summary>
        public void Leave()
        {
            if (_collided)
            {
                EndEpisode();
            }
            else
            {
                EpisodeInterrupted();
            }
        }

        /// <inheritdoc/>
        public override void OnEpisodeBegin()
        {
            _collided = false;
            Pedal = 0;
            Steering = 0;
        }

        /// <inheritdoc/>
        public override void CollectObservations(VectorSensor sensor)
        {
            sensor.AddObservation((float)_velocity.X);
            sensor.AddObservation((float)_velocity.Y);
            sensor.AddObservation((float)_yawRate);
            sensor.AddObservation((float)_acceleration);
            sensor.AddObservation(Pedal);
            sensor.AddObservation(Steering);
        }

        /// <inheritdoc/>
        public override void OnActionReceived(ActionBuffers actions)
        {
            Pedal = Mathf.Clamp(actions.ContinuousActions[0], -1, 1);
            Steering = Mathf.Clamp(actions.ContinuousActions[1], -1, 1);
        }

        /// <summary>Without a trainer or a model: rolls on, wheels straight.</summary>
        public override void Heuristic(in ActionBuffers actionsOut)
        {
            actionsOut.ContinuousActions.Clear();
        }

        private void Place(WatchedBody vehicle)
        {
            _yawRate = vehicle.Rotation.ToBody(vehicle.AngularVelocity).Z;
            transform.SetPositionAndRotation(vehicle.Position.Unity(), vehicle.Rotation.Unity());
        }
    }
}
