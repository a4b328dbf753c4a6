#if !CITYLOOP_PLAYER_2017
#nullable enable
using Cityloop.Core;
using UnityEngine;
using UnityEngine.Rendering;
using Wire = Cityloop.V1;

namespace Cityloop.Runtime
{
    /// <summary>
    /// Sun, sky and air of the wire: a directional light, ambient light, fog and sky box for any pipeline, and
    /// globals for our own shaders (see CityloopLighting.hlsl).
    /// </summary>
    public sealed class EnvironmentLight
    {
        // Of streets and pavements: what of the light that falls on them goes back up.
        private static readonly Vector3 GroundAlbedo = new Vector3(0.20f, 0.19f, 0.18f);

        private static readonly int SunDirection = Shader.PropertyToID("_CityloopSunDirection");
        private static readonly int SunIrradiance = Shader.PropertyToID("_CityloopSunIrradiance");
        private static readonly int Zenith = Shader.PropertyToID("_CityloopZenithRadiance");
        private static readonly int Horizon = Shader.PropertyToID("_CityloopHorizonRadiance");
        private static readonly int Ground = Shader.PropertyToID("_CityloopGroundRadiance");
        private static readonly int Dusk = Shader.PropertyToID("_CityloopDusk");
        private static readonly int Weather = Shader.PropertyToID("_CityloopWeather");

        // As in the embedded engine's light.py, which says why.
        private static readonly Vector3 SnowAlbedo = new Vector3(0.55f, 0.56f, 0.58f);
        private static readonly Vector3 DuskColor = new Vector3(2.1f, 0.85f, 0.30f);
        private const float LensExposure = 1.6f;
        private const float LampsExposure = 8f;

        private readonly Light _sun;
        private readonly Material _sky;

        /// <summary>Makes the sun below a transform.</summary>
        public EnvironmentLight(Transform stage)
        {
            var place = new GameObject("Sun");
            place.transform.SetParent(stage, false);
            _sun = place.AddComponent<Light>();
            _sun.type = LightType.Directional;
            _sun.shadows = LightShadows.Soft;
            _sun.useColorTemperature = false;
            _sky = Shaders.Make("Cityloop/Sky");
            RenderSettings.sun = _sun;
            RenderSettings.skybox = _sky;
            RenderSettings.ambientMode = AmbientMode.Trilight;
            RenderSettings.fogMode = FogMode.Exponential;
        }

        /// <summary>Sets light and air.</summary>
        public void Set(Wire.Environment environment)
        {
            Vector3 toSun = Decode.Raw<WorldFrame>(environment.SunDirection).Unity();
            Vector3 sun = Linear(environment.SunIrradiance);
            Vector3 zenith = Linear(environment.ZenithRadiance), horizon = Linear(environment.HorizonRadiance);
            Vector3 falling = sun * Mathf.Max(0f, toSun.y) + 0.5f * (zenith + horizon);
            Vector3 albedo = Vector3.Lerp(GroundAlbedo, SnowAlbedo, (float)environment.SnowCover);
            Vector3 ground = Vector3.Scale(albedo, falling);
            float cover = (float)environment.CloudCover, exposure = (float)environment.Exposure;
            float height = (toSun.y + 0.02f) / 0.13f;
            float low = toSun == Vector3.zero ? 0f : Mathf.Exp(-height * height) * (1f - 0.9f * cover * cover);
            float mean = (horizon.x + horizon.y + horizon.z) / 3f;
            float lamps = Mathf.Min(1f, exposure / LampsExposure);
            Shader.SetGlobalVector(Dusk, With(low * mean * DuskColor, lamps));
            Shader.SetGlobalVector(
                Weather,
                new Vector4((float)environment.SnowCover, 1f / Mathf.Max(1f, exposure / LensExposure), 0f, 0f));
            SetSun(toSun, sun);
            RenderSettings.ambientSkyColor = Encoded(0.4f * zenith + 0.6f * horizon);
            RenderSettings.ambientEquatorColor = Encoded(0.34f * horizon + 0.55f * ground);
            RenderSettings.ambientGroundColor = Encoded(0.8f * ground);
            RenderSettings.fog = environment.FogDensityPerM > 0;
            RenderSettings.fogDensity = (float)environment.FogDensityPerM;
            RenderSettings.fogColor = Encoded(horizon);
            Shader.SetGlobalVector(SunDirection, With(toSun, toSun.y > 0 && sun != Vector3.zero ? 1f : 0f));
            Shader.SetGlobalVector(SunIrradiance, With(sun, (float)environment.Exposure));
            Shader.SetGlobalVector(Zenith, With(zenith, (float)environment.CloudCover));
            Shader.SetGlobalVector(Horizon, With(horizon, (float)environment.FogDensityPerM));
            Shader.SetGlobalVector(Ground, With(ground, (float)environment.Wetness));
        }

        /// <summary>Gives back what does not hang on the stage.</summary>
        public void Release() => Object.Destroy(_sky);

        private void SetSun(Vector3 toSun, Vector3 irradiance)
        {
            float strength = Mathf.Max(irradiance.x, Mathf.Max(irradiance.y, irradiance.z));
            _sun.enabled = toSun.y > 0 && strength > 0;
            if (!_sun.enabled)
            {
                return;
            }
            _sun.transform.rotation = Quaternion.LookRotation(-toSun);
            _sun.intensity = strength;
            _sun.color = Encoded(irradiance / strength);
        }

        private static Vector3 Linear(Wire.Color? color) =>
            color == null ? Vector3.zero : new Vector3(color.R, color.G, color.B);

        /// <summary>Unity takes what is set as a colour for sRGB-encoded.</summary>
        private static Color Encoded(Vector3 linear) => new Color(linear.x, linear.y, linear.z).gamma;

        private static Vector4 With(Vector3 v, float w) => new Vector4(v.x, v.y, v.z, w);
    }
}
#endif
