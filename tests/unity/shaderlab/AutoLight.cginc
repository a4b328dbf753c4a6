// What our shaders use of Unity's file of this name: shadows as one matrix and one map.

#ifndef CITYLOOP_TESTS_AUTOLIGHT
#define CITYLOOP_TESTS_AUTOLIGHT

float4x4 unity_WorldToShadow0;
Texture2D _ShadowMapTexture;
SamplerState sampler_ShadowMapTexture;

#define SHADOW_COORDS(index) float4 _ShadowCoord : TEXCOORD##index;
#define TRANSFER_SHADOW(s) s._ShadowCoord = mul(unity_WorldToShadow0, float4(s.world, 1.0));
#define UNITY_LIGHT_ATTENUATION(result, s, place) \
    float result = _ShadowMapTexture.Sample(sampler_ShadowMapTexture, s._ShadowCoord.xy).r

#endif
