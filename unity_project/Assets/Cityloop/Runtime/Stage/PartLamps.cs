#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Rendering;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>The lamps of one body, as lights of Unity that go where its part goes.</summary>
    public sealed class PartLamps
    {
        // As in the embedded engine's lamp_map.py: below this a lamp's light is left out, and none reaches farther.
        private const float Faintest = 0.004f;
        private const float FarthestM = 60f;

        private readonly Light[] _lights;
        private readonly uint[] _masks;

        /// <summary>Makes the lights of a prototype below the place of its carrying part.</summary>
        public PartLamps(Transform place, Wire.Prototype prototype)
        {
            _lights = new Light[prototype.Lights.Count];
            _masks = new uint[_lights.Length];
            Wire.Part carrier = CarrierOf(prototype);
            Vector3 origin = Decode.Raw<BodyFrame>(carrier.BodyFromPart?.Position).Unity();
            UnityEngine.Quaternion turned = Decode.Rotation<BodyFrame>(carrier.BodyFromPart?.Rotation, "part").Unity();
            UnityEngine.Quaternion back = UnityEngine.Quaternion.Inverse(turned);
            for (int i = 0; i < _lights.Length; i++)
            {
                Wire.Light message = prototype.Lights[i];
                var lamp = new GameObject("lamp");
                lamp.transform.SetParent(place, false);
                lamp.transform.localPosition = back * (Decode.Raw<BodyFrame>(message.Position).Unity() - origin);
                lamp.transform.localRotation = back * UnityEngine.Quaternion.LookRotation(
                    Decode.Raw<BodyFrame>(message.Direction).Unity());
                _lights[i] = lamp.AddComponent<Light>();
                _masks[i] = message.Lamp == 0 ? uint.MaxValue : 1u << (int)(message.Lamp - 1);
                Shape(_lights[i], message);
            }
        }

        /// <summary>Lights those whose bits are set.</summary>
        public void Show(uint lamps)
        {
            for (int i = 0; i < _lights.Length; i++)
            {
                _lights[i].enabled = _masks[i] == uint.MaxValue || (_masks[i] & lamps) != 0;
            }
        }

        private static void Shape(Light light, Wire.Light message)
        {
            Wire.Color color = message.Intensity ?? new Wire.Color();
            float strength = Mathf.Max(color.R, Mathf.Max(color.G, color.B));
            light.type = LightType.Spot;
            light.shadows = LightShadows.None;
            light.useColorTemperature = false;
            light.spotAngle = Mathf.Min(179f, 2f * Mathf.Rad2Deg * (float)message.OuterAngleRad);
            light.innerSpotAngle = Mathf.Min(light.spotAngle, 2f * Mathf.Rad2Deg * (float)message.InnerAngleRad);
            light.range = Mathf.Clamp(Mathf.Sqrt(strength / Faintest), 0.1f, FarthestM);
            // The built-in pipeline lets light fall as 1 / (1 + 25 (d / range)^2), others with the square.
            bool isBuiltIn = GraphicsSettings.currentRenderPipeline == null;
            light.intensity = isBuiltIn ? 25f * strength / (light.range * light.range) : strength;
            light.color = strength > 0
                ? new Color(color.R / strength, color.G / strength, color.B / strength).gamma
                : Color.black;
        }

        private static Wire.Part CarrierOf(Wire.Prototype prototype)
        {
            foreach (Wire.Part part in prototype.Parts)
            {
                if (!part.HasWheel)
                {
                    return part;
                }
            }
            return new Wire.Part();
        }
    }
}
#endif
