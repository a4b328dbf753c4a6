#nullable enable
using System;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Joins limbs by Unity's configurable joints: bounds about three axes, and damping.</summary>
    internal static class LimbJoint
    {
        // How fast the joints of a limp body lose their motion, 1/s.
        private const double DampingPerS = 20;

        // Unity's joints take no smaller and no larger bounds, degrees.
        private const double LeastDeg = 3, MostDeg = 177;

        /// <summary>Hangs a limb on another, where both are now.</summary>
        /// <remarks>
        /// Unity's bounds are the same to both sides but for one axis, and counted from how the bodies stand when the
        /// joint is made. So it is made with the limb turned to the middle of its bounds (widened to where it is, so
        /// that nothing snaps).
        /// </remarks>
        public static void Join(Rigidbody child, Rigidbody parent, Limbs.Limb limb, Vec3<BodyFrame> parentCenter)
        {
            Quat<WorldFrame> outer = parent.rotation.World(), own = child.transform.rotation.World();
            Quat<WorldFrame> turned = outer.Inverse * own;
            if (turned.W < 0)
            {
                turned = new Quat<WorldFrame>(-turned.X, -turned.Y, -turned.Z, -turned.W);
            }
            Middle(turned.X, limb.LowerRad.X, limb.UpperRad.X, out double x, out float halfX);
            Middle(turned.Y, limb.LowerRad.Y, limb.UpperRad.Y, out double y, out float halfY);
            Middle(turned.Z, limb.LowerRad.Z, limb.UpperRad.Z, out double z, out float halfZ);
            Quaternion now = child.transform.rotation;
            child.transform.rotation = (outer * OfSines(x, y, z)).Unity();
            var joint = child.gameObject.AddComponent<ConfigurableJoint>();
            joint.autoConfigureConnectedAnchor = false;
            joint.connectedBody = parent;
            // Twist about z of the body at rest, bending and stretching about y, spreading about x.
            joint.axis = new Vec3<BodyFrame>(0, 0, 1).Unity();
            joint.secondaryAxis = new Vec3<BodyFrame>(0, 1, 0).Unity();
            joint.anchor = (limb.Joint - limb.Center).Unity();
            joint.connectedAnchor = (limb.Joint - parentCenter).Unity();
            joint.xMotion = joint.yMotion = joint.zMotion = ConfigurableJointMotion.Locked;
            joint.angularXMotion = ConfigurableJointMotion.Limited;
            joint.angularYMotion = joint.angularZMotion = ConfigurableJointMotion.Limited;
            joint.lowAngularXLimit = new SoftJointLimit { limit = -halfZ };
            joint.highAngularXLimit = new SoftJointLimit { limit = halfZ };
            joint.angularYLimit = new SoftJointLimit { limit = halfY };
            joint.angularZLimit = new SoftJointLimit { limit = halfX };
            joint.rotationDriveMode = RotationDriveMode.Slerp;
            Vector3 inertia = child.inertiaTensor;
            joint.slerpDrive = new JointDrive
            {
                positionDamper = (float)DampingPerS * Mathf.Max(inertia.x, inertia.y, inertia.z),
                maximumForce = float.MaxValue,
            };
            joint.enableCollision = false;
            joint.enablePreprocessing = false;
            child.transform.rotation = now;
        }

        /// <summary>Returns middle, as the sine of half the angle, and half the width, degrees, of bounds, rad.</summary>
        private static void Middle(double sine, double lower, double upper, out double middle, out float halfDeg)
        {
            double now = 2 * Math.Asin(Numbers.Clamp(sine, -1, 1));
            double low = Math.Min(lower, now), high = Math.Max(upper, now);
            middle = Math.Sin((low + high) / 4);
            halfDeg = (float)Numbers.Clamp((high - low) / 2 * 180 / Math.PI, LeastDeg, MostDeg);
        }

        private static Quat<WorldFrame> OfSines(double x, double y, double z)
        {
            double rest = 1 - x * x - y * y - z * z;
            return new Quat<WorldFrame>(x, y, z, Math.Sqrt(Math.Max(rest, 0))).Normalized;
        }
    }
}
