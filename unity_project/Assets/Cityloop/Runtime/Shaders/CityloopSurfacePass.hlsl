// The programs of CityloopSurface.shader: pictures in the built-in pipeline, and shadows.

#ifndef CITYLOOP_SURFACE_PASS_INCLUDED
#define CITYLOOP_SURFACE_PASS_INCLUDED

#include "UnityCG.cginc"
#include "AutoLight.cginc"
#include "CityloopLighting.hlsl"

float4 _BaseColor;     // linear, tint included
float4 _EmissionColor; // linear
float _Metallic;
float _Smoothness;
float _AlphaClip;      // 1: A is a map of holes, 0: of smoothness
float _Cutoff;
float _Pane;           // 1: clear glass
float _Panes;          // 1: only what is smooth in the base map gives off light
float4 _LightColor0;   // of the lamp of a "Lamp" pass
Texture2D _BaseMap;
SamplerState sampler_BaseMap;

struct SurfaceVertex
{
    float4 vertex : POSITION;
    float3 normal : NORMAL;
    float2 uv : TEXCOORD0;
};

struct SurfacePixel
{
    float4 pos : SV_POSITION;
    float2 uv : TEXCOORD0;
    float3 world : TEXCOORD1;
    float3 normal : TEXCOORD2;
    SHADOW_COORDS(3)
};

SurfacePixel surface_vertex(SurfaceVertex v)
{
    SurfacePixel s;
    s.world = mul(unity_ObjectToWorld, v.vertex).xyz;
    s.pos = UnityWorldToClipPos(s.world);
    s.uv = v.uv;
    s.normal = UnityObjectToWorldNormal(v.normal);
    TRANSFER_SHADOW(s)
    return s;
}

CityloopSurface surface_of(SurfacePixel s, bool front)
{
    float4 texel = _BaseMap.Sample(sampler_BaseMap, s.uv);
    float smoothness_map = _AlphaClip > 0.5 ? 1.0 : texel.a;
    if (_AlphaClip > 0.5 && texel.a < _Cutoff)
    {
        discard;
    }
    float3 to_eye = _WorldSpaceCameraPos - s.world;
    CityloopSurface surface;
    surface.distance_m = length(to_eye);
    surface.to_eye = to_eye / surface.distance_m;
    surface.normal = normalize(s.normal) * (front ? 1.0 : -1.0);
    surface.albedo = _BaseColor.rgb * texel.rgb;
    surface.roughness = lerp(CITYLOOP_POLISHED, 1.0 - _Smoothness, smoothness_map);
    surface.metallic = _Metallic;
    surface.emission = _EmissionColor.rgb * (_Panes > 0.5 ? (1.0 - texel.a) * texel.rgb : 1.0);
    return surface;
}

float4 surface_fragment(SurfacePixel s, bool front : SV_IsFrontFace) : SV_Target0
{
    UNITY_LIGHT_ATTENUATION(visible, s, s.world);
    CityloopSurface surface = surface_of(s, front);
    float3 radiance = _Pane > 0.5 ? cityloop_pane(surface, s.world, visible) : cityloop_shade(surface, visible);
    return float4(radiance, 1.0);
}

// What one lamp adds.
float4 lamp_fragment(SurfacePixel s, bool front : SV_IsFrontFace) : SV_Target0
{
    if (_Pane > 0.5)
    {
        discard;
    }
    UNITY_LIGHT_ATTENUATION(share, s, s.world);
    float3 toward = normalize(_WorldSpaceLightPos0.xyz - s.world * _WorldSpaceLightPos0.w);
    return float4(cityloop_lamp(surface_of(s, front), toward, _LightColor0.rgb * share), 0.0);
}

struct CasterPixel
{
    float4 pos : SV_POSITION;
    float2 uv : TEXCOORD0;
};

CasterPixel caster_vertex(SurfaceVertex v)
{
    CasterPixel s;
    s.pos = UnityApplyLinearShadowBias(UnityClipSpaceShadowCasterPos(v.vertex, v.normal));
    s.uv = v.uv;
    return s;
}

float4 caster_fragment(CasterPixel s) : SV_Target0
{
    if (_Pane > 0.5 || (_AlphaClip > 0.5 && _BaseMap.Sample(sampler_BaseMap, s.uv).a < _Cutoff))
    {
        discard;
    }
    return 0.0;
}

#endif
