// The programs of CityloopSky.shader and CityloopFinish.shader.

#ifndef CITYLOOP_SKY_PASS_INCLUDED
#define CITYLOOP_SKY_PASS_INCLUDED

#include "UnityCG.cginc"
#include "CityloopLighting.hlsl"

Texture2D _MainTex;
SamplerState sampler_MainTex;

struct BoxPixel
{
    float4 pos : SV_POSITION;
    float3 direction : TEXCOORD0;
};

BoxPixel box_vertex(float4 vertex : POSITION)
{
    BoxPixel s;
    s.pos = UnityObjectToClipPos(vertex.xyz);
    s.direction = vertex.xyz;
    return s;
}

float4 box_fragment(BoxPixel s) : SV_Target0
{
    return float4(cityloop_sky(normalize(s.direction)), 1.0);
}

struct ImagePixel
{
    float4 pos : SV_POSITION;
    float2 uv : TEXCOORD0;
};

ImagePixel image_vertex(float4 vertex : POSITION, float2 uv : TEXCOORD0)
{
    ImagePixel s;
    s.pos = UnityObjectToClipPos(vertex.xyz);
    s.uv = uv;
    return s;
}

float4 image_fragment(ImagePixel s) : SV_Target0
{
    return float4(cityloop_finish(_MainTex.Sample(sampler_MainTex, s.uv).rgb), 1.0);
}

#endif
