// Sunlight, skylight and reflections of a surface, as functions of their arguments and of the light that
// EnvironmentLight.cs sets; radiance is linear, 1 = a white surface in the sun at exposure 1. Directions
// are unit vectors in Unity's world frame, y up.

#ifndef CITYLOOP_LIGHTING_INCLUDED
#define CITYLOOP_LIGHTING_INCLUDED

float4 _CityloopSunDirection;    // w: 1 if the sun shines
float4 _CityloopSunIrradiance;   // w: exposure
float4 _CityloopZenithRadiance;  // w: cloud cover
float4 _CityloopHorizonRadiance; // w: fog density, 1/m
float4 _CityloopGroundRadiance;  // light that the ground throws back up; w: wetness
float4 _CityloopDusk;            // glow of the horizon towards a low sun; w: share of the lamps' light
float4 _CityloopWeather;         // x: lying snow, 0 to 1; y: factor on what shines by itself

static const float CITYLOOP_POLISHED = 0.08; // perceptual roughness of glass
static const float CITYLOOP_HEAD_ON = 0.055; // what a tinted pane mirrors, looked at straight

struct CityloopSurface
{
    float3 to_eye;
    float distance_m;
    float3 normal;
    float3 albedo;
    float roughness;
    float metallic;
    float3 emission;
};

// What a smooth surface mirrors in a direction that rises by `up`: sky, a street's far side, ground.
float3 cityloop_surroundings(float up)
{
    float3 sky = lerp(_CityloopHorizonRadiance.rgb, _CityloopZenithRadiance.rgb, sqrt(saturate(up)));
    float3 houses = 0.6 * _CityloopGroundRadiance.rgb + 0.12 * _CityloopHorizonRadiance.rgb;
    float3 low = lerp(houses, sky, smoothstep(0.20, 0.34, up));
    return lerp(_CityloopGroundRadiance.rgb, low, smoothstep(-0.10, 0.02, up));
}

// Light from sky, houses and ground on a white matt surface whose normal rises by `up`. What comes by
// way of other walls has lost some of the sky's blue.
float3 cityloop_skylight(float up)
{
    float3 sky = lerp(_CityloopHorizonRadiance.rgb, _CityloopZenithRadiance.rgb, 0.4);
    sky = lerp(sky, dot(sky, float3(0.32, 0.55, 0.13)).xxx, 0.45);
    float3 ground = _CityloopGroundRadiance.rgb;
    float3 side = 0.42 * sky + 0.55 * ground;
    return up > 0.0 ? lerp(side, 0.75 * sky + 0.2 * ground, up) : lerp(side, 0.8 * ground, -up);
}

// GGX with the visibility term of B. Karis and S. Lazarov ("Optimizing PBR for mobile", 2015).
float cityloop_highlight(float3 n, float3 light, float3 to_eye, float roughness)
{
    float3 halfway = normalize(light + to_eye);
    float nh = max(dot(n, halfway), 0.0);
    float lh = max(dot(light, halfway), 0.0);
    float a = max(roughness * roughness, 0.01);
    float a2 = a * a;
    float d = nh * nh * (a2 - 1.0) + 1.0;
    return min(a2 / (d * d * max(0.1, lh * lh) * (4.0 * a + 2.0)), 24.0);
}

// Radiance of a surface; `visible` is the share of the sun's disc that it sees.
float3 cityloop_shade(CityloopSurface s, float visible)
{
    float3 n = s.normal;
    float up = n.y;

    // Water darkens what it soaks and smooths what it covers: dark texels are pits, and fill first.
    float wet = _CityloopGroundRadiance.w * smoothstep(0.7, 0.95, up);
    s.roughness = lerp(s.roughness, min(0.26 + 1.2 * s.albedo.g, 0.6), wet);
    s.albedo *= 1.0 - 0.6 * wet;
    float snow = _CityloopWeather.x * smoothstep(0.35, 0.75, up);
    s.albedo = lerp(s.albedo, float3(0.72, 0.75, 0.80), snow);
    s.roughness = lerp(s.roughness, 0.85, snow);
    s.metallic *= 1.0 - snow;

    float facing_eye = max(dot(n, s.to_eye), 1e-3);
    float3 sun = _CityloopSunDirection.xyz;
    float facing_sun = max(dot(n, sun), 0.0);
    float3 f0 = lerp(float3(0.04, 0.04, 0.04), s.albedo, s.metallic);
    float3 diffuse = s.albedo * (1.0 - s.metallic);

    float lobe = cityloop_highlight(n, sun, s.to_eye, s.roughness);
    float sunlit = facing_sun * visible * _CityloopSunDirection.w;
    float3 radiance = (diffuse + f0 * lobe) * _CityloopSunIrradiance.rgb * sunlit;

    // Fit of the environment term by B. Karis ("Physically based shading on mobile", 2014).
    float4 r = s.roughness * float4(-1.0, -0.0275, -0.572, 0.022) + float4(1.0, 0.0425, 1.04, -0.04);
    float a004 = min(r.x * r.x, exp2(-9.28 * facing_eye)) * r.x + r.y;
    float2 scale_bias = float2(-1.04, 1.04) * a004 + r.zw;
    float3 ambient = cityloop_skylight(up);
    float mirrored_up = 2.0 * facing_eye * up - s.to_eye.y;
    float3 mirrored = lerp(cityloop_surroundings(mirrored_up), ambient, s.roughness);
    radiance += diffuse * ambient + (f0 * scale_bias.x + scale_bias.y) * mirrored;
    radiance += s.emission * _CityloopWeather.y;

    float clear = exp2(-1.442695 * _CityloopHorizonRadiance.w * s.distance_m);
    return lerp(_CityloopHorizonRadiance.rgb, radiance, clear);
}

// A street in a direction: roofs at uneven heights before the sky, others elsewhere. World x is Unity's z,
// world y Unity's -x.
float3 cityloop_street(float3 way, float3 place)
{
    float2 side = float2(way.z, -way.x) * rsqrt(dot(way.xz, way.xz) + 1e-6);
    float roofs = 0.36 + 0.12 * sin(9.0 * side.x + 0.4 * place.z) + 0.07 * sin(23.0 * side.y + 0.3 * place.x);
    float3 sky = lerp(_CityloopHorizonRadiance.rgb, _CityloopZenithRadiance.rgb, sqrt(saturate(way.y)));
    float3 houses = 0.7 * _CityloopGroundRadiance.rgb + 0.10 * _CityloopHorizonRadiance.rgb;
    float3 high = lerp(houses, sky, smoothstep(roofs - 0.03, roofs + 0.03, way.y));
    return lerp(_CityloopGroundRadiance.rgb, high, smoothstep(-0.08, 0.0, way.y));
}

// Radiance that a pane of clear glass at a place adds to what is seen through it.
float3 cityloop_pane(CityloopSurface s, float3 place, float visible)
{
    float facing = saturate(dot(s.normal, s.to_eye));
    float flat_on = 1.0 - facing;
    float square = flat_on * flat_on;
    float fresnel = CITYLOOP_HEAD_ON + (1.0 - CITYLOOP_HEAD_ON) * square * square * flat_on;
    float3 radiance = fresnel * cityloop_street(2.0 * facing * s.normal - s.to_eye, place);
    float3 sun = _CityloopSunDirection.xyz;
    float lobe = CITYLOOP_HEAD_ON * cityloop_highlight(s.normal, sun, s.to_eye, s.roughness);
    float sunlit = max(dot(s.normal, sun), 0.0) * visible * _CityloopSunDirection.w;
    radiance += _CityloopSunIrradiance.rgb * (lobe * sunlit);
    return radiance * exp2(-1.442695 * _CityloopHorizonRadiance.w * s.distance_m);
}

// Radiance that one lamp adds; `light` is what it throws on a surface that faces it.
float3 cityloop_lamp(CityloopSurface s, float3 toward, float3 light)
{
    float facing = max(dot(s.normal, toward), 0.0);
    float3 diffuse = s.albedo * (1.0 - s.metallic);
    float3 f0 = lerp(float3(0.04, 0.04, 0.04), s.albedo, s.metallic);
    float lobe = cityloop_highlight(s.normal, toward, s.to_eye, max(s.roughness, 0.2));
    float clear = exp2(-1.442695 * _CityloopHorizonRadiance.w * s.distance_m);
    return (diffuse + f0 * lobe) * light * (facing * clear * _CityloopDusk.w);
}

// Exposure, tone curve (form of K. Narkowicz's fit of ACES, 2015, but a small toe) and sRGB encoding.
float3 cityloop_finish(float3 radiance)
{
    float3 x = radiance * _CityloopSunIrradiance.w;
    x = saturate((x * (7.32 * x + 0.87)) / (x * (6.93 * x + 2.43) + 1.0));
    float3 low = 12.92 * x;
    float3 high = 1.055 * pow(max(x, 1e-6), 1.0 / 2.4) - 0.055;
    return saturate(float3(
        x.r <= 0.0031308 ? low.r : high.r, x.g <= 0.0031308 ? low.g : high.g, x.b <= 0.0031308 ? low.b : high.b));
}

// A number from 0 to 1 that looks random, of a point with whole coordinates.
float cityloop_speckle(float2 cell)
{
    uint2 q = uint2(int2(cell)) * uint2(1597334673u, 3812015801u);
    uint n = (q.x ^ q.y) * 1597334673u;
    return float(n >> 8) * (1.0 / 16777216.0);
}

float cityloop_soft_noise(float2 p)
{
    float2 cell = floor(p);
    float2 f = p - cell;
    f = f * f * (3.0 - 2.0 * f);
    float low = lerp(cityloop_speckle(cell), cityloop_speckle(cell + float2(1.0, 0.0)), f.x);
    float high = lerp(cityloop_speckle(cell + float2(0.0, 1.0)), cityloop_speckle(cell + float2(1.0, 1.0)), f.x);
    return lerp(low, high, f.y);
}

// Radiance of the sky in a direction.
float3 cityloop_sky(float3 direction)
{
    float up = direction.y;
    float toward_sun = max(dot(direction, _CityloopSunDirection.xyz), 0.0);
    float rise = saturate(up);
    float3 air = lerp(_CityloopHorizonRadiance.rgb, _CityloopZenithRadiance.rgb, sqrt(rise));
    float near_sun = toward_sun * toward_sun;
    near_sun *= near_sun;
    float glow = 0.10 * near_sun + 0.25 * exp2(60.0 * (toward_sun - 1.0))
        + 20.0 * smoothstep(0.99990, 0.99996, toward_sun);

    // A low sun colours the air above the horizon on its side.
    float2 sun_side = normalize(_CityloopSunDirection.xz + 1e-5);
    float side = 0.5 + 0.5 * dot(sun_side, normalize(direction.xz + 1e-5));
    air += _CityloopDusk.rgb * (side * side * side * exp2(-9.0 * max(up, 0.0)));

    // Clouds on a plane: far ones crowd towards the horizon. World x is Unity's z, world y Unity's -x.
    float2 p = float2(direction.z, -direction.x) / (rise + 0.12) * 1.6;
    float shape = 0.55 * cityloop_soft_noise(p) + 0.28 * cityloop_soft_noise(p * 2.1 + 17.0)
        + 0.17 * cityloop_soft_noise(p * 4.3 + 43.0);
    float cover = _CityloopZenithRadiance.w;
    float cloud = smoothstep(0.78 - 0.62 * cover, 1.02 - 0.55 * cover, shape);
    cloud *= smoothstep(0.0, 0.12, up) * (1.0 - 0.5 * cover * cover);
    float3 white = 0.7 * _CityloopHorizonRadiance.rgb + 0.42 * _CityloopSunIrradiance.rgb;
    float3 clear = air + _CityloopSunIrradiance.rgb * glow * _CityloopSunDirection.w;
    float3 radiance = lerp(clear, white * (1.0 + 0.6 * glow), 0.85 * cloud);

    // Fog as thick as 1.5 km of it hides the sky just above the horizon.
    float seen = exp2(-1.442695 * _CityloopHorizonRadiance.w * 1500.0 * (1.0 - saturate(up * 3.0)));
    return lerp(_CityloopHorizonRadiance.rgb, radiance, seen);
}

#endif
