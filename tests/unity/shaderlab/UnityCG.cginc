// What our shaders use of Unity's file of this name, with the same names and types, so that they compile
// outside Unity.

#ifndef CITYLOOP_TESTS_UNITYCG
#define CITYLOOP_TESTS_UNITYCG

float4x4 unity_ObjectToWorld;
float4x4 unity_WorldToObject;
float4x4 unity_MatrixVP;
float3 _WorldSpaceCameraPos;
float4 _WorldSpaceLightPos0;

float4 UnityWorldToClipPos(float3 world)
{
    return mul(unity_MatrixVP, float4(world, 1.0));
}

float4 UnityObjectToClipPos(float3 place)
{
    return UnityWorldToClipPos(mul(unity_ObjectToWorld, float4(place, 1.0)).xyz);
}

float3 UnityObjectToWorldNormal(float3 normal)
{
    return normalize(mul(normal, (float3x3)unity_WorldToObject));
}

float4 UnityClipSpaceShadowCasterPos(float4 vertex, float3 normal)
{
    float3 world = mul(unity_ObjectToWorld, vertex).xyz;
    return UnityWorldToClipPos(world - UnityObjectToWorldNormal(normal) * 0.01);
}

float4 UnityApplyLinearShadowBias(float4 clip)
{
    return clip;
}

#endif
