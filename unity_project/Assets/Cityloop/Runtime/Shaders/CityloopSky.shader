// The sky box: zenith, horizon, sun and clouds of the wire, linear radiance.
Shader "Cityloop/Sky"
{
    SubShader
    {
        Tags { "Queue" = "Background" "RenderType" = "Background" "PreviewType" = "Skybox" }
        Cull Off
        ZWrite Off
        Pass
        {
            Name "Sky"
            HLSLPROGRAM
            #pragma target 4.5
            #pragma vertex box_vertex
            #pragma fragment box_fragment
            #include "CityloopSkyPass.hlsl"
            ENDHLSL
        }
    }
}
