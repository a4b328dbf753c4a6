// Depth, instance, semantic, both flows, normal and velocity from one draw into six targets; drawn
// by LabelPass.cs from a command buffer of its own, so that it is the same in every render pipeline.
Shader "Cityloop/Labels"
{
    Properties
    {
        // Which side of a closed surface is left out, and it depends on the graphics API; set by LabelPass.cs.
        [Enum(UnityEngine.Rendering.CullMode)] _CityloopCull ("Cull", Float) = 2
    }
    SubShader
    {
        ZWrite On
        ZTest LEqual
        Blend Off

        HLSLINCLUDE
        #pragma target 4.5
        #pragma require compute mrt8 integers 2darray
        ENDHLSL

        Pass // 0
        {
            Name "Rigid"
            Cull [_CityloopCull]
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
        Pass // 1
        {
            Name "RigidPerforated"
            Cull Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
        Pass // 2
        {
            Name "Skinned"
            Cull [_CityloopCull]
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_SKINNED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
        Pass // 3
        {
            Name "SkinnedPerforated"
            Cull Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_SKINNED
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
        Pass // 4
        {
            Name "Sky"
            Cull Off
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex sky_vertex
            #pragma fragment sky_fragment
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
        Pass // 5
        {
            Name "ProbeBothSides"
            Cull Off
            ZTest Always
            ZWrite Off
            Blend One One
            HLSLPROGRAM
            #pragma vertex probe_vertex
            #pragma fragment probe_fragment
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
        Pass // 6
        {
            Name "ProbeFront"
            Cull Back
            ZTest Always
            ZWrite Off
            Blend One One
            HLSLPROGRAM
            #pragma vertex probe_vertex
            #pragma fragment probe_fragment
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
    }
}
