#nullable enable
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Everything that changes about a dynamic body, to the last bit. Unity's axes.</summary>
    internal readonly struct RigidState
    {
        private readonly Vector3 _position;
        private readonly Quaternion _rotation;
        private readonly Vector3 _velocity;
        private readonly Vector3 _angularVelocity;
        private readonly bool _sleeps;

        /// <summary>Takes the state of a body.</summary>
        public RigidState(Rigidbody body)
        {
            _position = body.position;
            _rotation = body.rotation;
            _velocity = UnityBridge.VelocityOf(body);
            _angularVelocity = body.angularVelocity;
            _sleeps = body.IsSleeping();
        }

        /// <summary>Gives it to a body.</summary>
        public void Apply(Rigidbody body)
        {
            body.transform.position = _position;
            body.transform.rotation = _rotation;
            body.position = _position;
            body.rotation = _rotation;
            UnityBridge.SetVelocity(body, _velocity);
            body.angularVelocity = _angularVelocity;
            if (_sleeps)
            {
                body.Sleep();
            }
        }
    }
}
