// Linear radiance into the picture: exposure, tone curve, sRGB encoding (built-in pipeline only).
Shader "Cityloop/Finish"
{
    Properties
    {
        _MainTex ("Radiance", 2D) = "black" {}
    }
    SubShader
    {
        Cull Off
        ZWrite Off
        ZTest Always
        Pass
        {
            Name "Finish"
            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex image_vertex
            #pragma fragment image_fragment
            #include "CityloopSkyPass.hlsl"
            ENDHLSL
        }
    }
}
