#nullable enable
using System.Globalization;
using Cityloop.Core;
using UnityEngine;

namespace Cityloop.Runtime
{
    /// <summary>Boxes over the bodies in view, with name, id and speed, for people; no pass of a capture shows them.</summary>
    public sealed class LabelOverlay : MonoBehaviour
    {
        private const double FarthestM = 120;
        private const float KmhPerMps = 3.6f;
        private const float LineHeight = 18, LineWidth = 220;

        private TrafficWatch? _traffic;
        private UnityEngine.Camera? _camera;

        /// <summary>Says what to label and through which camera.</summary>
        public void Show(TrafficWatch traffic, UnityEngine.Camera view)
        {
            _traffic = traffic;
            _camera = view;
        }

        private void OnGUI()
        {
            if (_traffic == null || _camera == null || Event.current.type != EventType.Repaint)
            {
                return;
            }

            Vec3<WorldFrame> eye = _camera.transform.position.World();
            foreach (WatchedBody body in _traffic.Moving)
            {
                if ((body.Position - eye).Length < FarthestM && InView(body, _camera, out Rect box))
                {
                    GUI.Box(box, GUIContent.none);
                    GUI.Label(new Rect(box.x, box.y - LineHeight, LineWidth, LineHeight), Text(body));
                }
            }
        }

        private static string Text(WatchedBody body)
        {
            double kmh = body.Velocity.Length * KmhPerMps;
            return string.Format(CultureInfo.InvariantCulture, "{0} #{1}  {2:0} km/h", body.Name, body.Id, kmh);
        }

        /// <summary>Returns the smallest upright box of the window around a body that is wholly before the camera.</summary>
        public static bool InView(WatchedBody body, UnityEngine.Camera camera, out Rect box)
        {
            box = default;
            Vector2 low = Vector2.positiveInfinity, high = Vector2.negativeInfinity;
            for (int corner = 0; corner < 8; corner++)
            {
                Vec3<BodyFrame> half = body.Box.Half;
                var offset = new Vec3<BodyFrame>(
                    (corner & 1) == 0 ? half.X : -half.X,
                    (corner & 2) == 0 ? half.Y : -half.Y,
                    (corner & 4) == 0 ? half.Z : -half.Z);
                Vec3<WorldFrame> world = body.Position + body.Rotation.Rotate(body.Box.Center + offset);
                Vector3 screen = camera.WorldToScreenPoint(world.Unity());
                if (screen.z < camera.nearClipPlane)
                {
                    return false;
                }

                // The window's rows are counted from its top here, from its bottom there.
                var point = new Vector2(screen.x, Screen.height - screen.y);
                low = Vector2.Min(low, point);
                high = Vector2.Max(high, point);
            }

            box = Rect.MinMaxRect(low.x, low.y, high.x, high.y);
            return box.Overlaps(new Rect(0, 0, Screen.width, Screen.height));
        }
    }
}
