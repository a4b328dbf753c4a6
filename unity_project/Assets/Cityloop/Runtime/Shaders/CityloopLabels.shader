// Depth, instance, semantic, both flows, normal and velocity from one draw into six targets, and the
// ids of objects that are drawn alone; drawn by LabelPass.cs from a command buffer of its own, so
// that it is the same in every render pipeline.
Shader "Cityloop/Labels"
{
    Properties
    {
        // Which side of a surface is left out that is seen from outside only. It depends on the
        // graphics API: LabelPass.cs sets what TargetProbe.cs finds.
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
            Name "RigidClosed"
            Cull [_CityloopCull]
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 1
        {
            Name "RigidCard"
            Cull [_CityloopCull]
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 2
        {
            Name "RigidOpen"
            Cull Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 3
        {
            Name "SkinnedClosed"
            Cull [_CityloopCull]
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_SKINNED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 4
        {
            Name "SkinnedCard"
            Cull [_CityloopCull]
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_SKINNED
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 5
        {
            Name "SkinnedOpen"
            Cull Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment label_fragment
            #define CITYLOOP_SKINNED
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 6
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

        Pass // 7
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

        Pass // 8
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

        Pass // 9
        {
            Name "AloneRigidClosed"
            Cull [_CityloopCull]
            ZTest Always
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment silhouette_fragment
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 10
        {
            Name "AloneRigidCard"
            Cull [_CityloopCull]
            ZTest Always
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment silhouette_fragment
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 11
        {
            Name "AloneRigidOpen"
            Cull Off
            ZTest Always
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment silhouette_fragment
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 12
        {
            Name "AloneSkinnedClosed"
            Cull [_CityloopCull]
            ZTest Always
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment silhouette_fragment
            #define CITYLOOP_SKINNED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 13
        {
            Name "AloneSkinnedCard"
            Cull [_CityloopCull]
            ZTest Always
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment silhouette_fragment
            #define CITYLOOP_SKINNED
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }

        Pass // 14
        {
            Name "AloneSkinnedOpen"
            Cull Off
            ZTest Always
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex label_vertex
            #pragma fragment silhouette_fragment
            #define CITYLOOP_SKINNED
            #define CITYLOOP_PERFORATED
            #include "CityloopLabelPass.hlsl"
            ENDHLSL
        }
    }
}
