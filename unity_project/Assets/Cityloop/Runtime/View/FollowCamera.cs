#nullable enable
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>A camera for people: it flies behind the body that carries a camera, or the first driven one.</summary>
    [RequireComponent(typeof(UnityEngine.Camera))]
    public sealed class FollowCamera : MonoBehaviour
    {
        private const float BehindM = 9, AboveM = 4, LookAboveM = 1.2f;

        // Time in which it makes up most of its lag, s.
        private const float LagS = 0.4f;

        // A body that is farther away than this has not moved there: the camera jumps as well.
        private const float JumpM = 30;

        private TrafficWatch? _traffic;

        /// <summary>Makes the camera, with the labels over the bodies.</summary>
        public static FollowCamera Begin(TrafficWatch traffic)
        {
            var place = new GameObject("Cityloop view");
            DontDestroyOnLoad(place);
            var camera = place.AddComponent<UnityEngine.Camera>();
            camera.nearClipPlane = 0.2f;
            camera.farClipPlane = 1500;
            camera.depth = 100;
            FollowCamera follow = place.AddComponent<FollowCamera>();
            follow._traffic = traffic;
            place.AddComponent<LabelOverlay>().Show(traffic, camera);
            return follow;
        }

        private void LateUpdate()
        {
            WatchedBody? body = _traffic?.Leading;
            if (body == null)
            {
                return;
            }

            Vector3 target = body.Position.Unity();
            Vector3 ahead = Quat<WorldFrame>.FromYaw(body.Rotation.YawRad).Unity() * Vector3.forward;
            Vector3 wanted = target - (BehindM * ahead) + (AboveM * Vector3.up);
            bool jumps = (wanted - transform.position).sqrMagnitude > JumpM * JumpM;
            float share = jumps ? 1 : 1 - Mathf.Exp(-Time.unscaledDeltaTime / LagS);
            transform.position = Vector3.Lerp(transform.position, wanted, share);
            transform.LookAt(target + (LookAboveM * Vector3.up));
        }
    }
}
