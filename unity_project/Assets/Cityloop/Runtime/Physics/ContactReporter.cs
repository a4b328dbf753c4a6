#nullable enable
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Sits on a body that forces move and hands its collisions on; Unity calls it within a step.</summary>
    internal sealed class ContactReporter : MonoBehaviour
    {
        /// <summary>Who wants to know.</summary>
        public ContactLog? Log { get; set; }

        private void OnCollisionEnter(Collision collision) => Log?.Take(collision, this);

        private void OnCollisionStay(Collision collision) => Log?.Take(collision, this);
    }
}
