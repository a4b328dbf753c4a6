#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Finds out when a vehicle stands, held by its brakes: it was slower than anybody sees for a while, and is held
    /// where it is, without a look at its wheels, until its brake eases or something pushes it. SI units.
    /// </summary>
    internal struct Standing
    {
        private const double StillMps = 2e-3, StillRadps = 2e-3, StillS = 0.3;

        // Brakes act before the weight does: on a slope they leave what it adds in a substep. Up to this slope a
        // braked vehicle is held.
        private const double Steepest = 0.3;

        // What rolled faster than this a substep ago is not slower than that now, m/s.
        private const double RollingMps = 0.5;

        private double _forS;

        /// <summary>Lets it find out anew.</summary>
        public void Rouse() => _forS = 0;

        /// <summary>Returns whether it stands in the coming substep, s.</summary>
        /// <param name="body">The vehicle.</param>
        /// <param name="braked">Its brake is pressed.</param>
        /// <param name="speedMps">How fast it rolled a substep ago.</param>
        /// <param name="onItsWheels">Whether only roads carry it: what leans on something else moves when that does.</param>
        /// <param name="stepS">Length of the substep.</param>
        public bool Look(Rigidbody body, bool braked, double speedMps, bool onItsWheels, double stepS)
        {
            double before = _forS;
            bool still = braked && Math.Abs(speedMps) < RollingMps && IsStill(body, stepS);
            _forS = still ? _forS + stepS : 0;
            if (_forS >= StillS && before < StillS && !onItsWheels)
            {
                _forS = 0;
            }
            return _forS >= StillS;
        }

        private static bool IsStill(Rigidbody body, double stepS)
        {
            if (body.IsSleeping())
            {
                return true;
            }
            double creep = StillMps + Steepest * Gravity.Mps2 * stepS;
            return Largest(UnityBridge.VelocityOf(body)) <= creep && Largest(body.angularVelocity) <= StillRadps;
        }

        private static float Largest(Vector3 v) => Mathf.Max(Mathf.Abs(v.x), Mathf.Abs(v.y), Mathf.Abs(v.z));
    }
}
