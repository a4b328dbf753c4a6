// Pictures in the built-in pipeline: sun with shadows, skylight, tint, lamps, holes. The result is linear
// radiance in a floating-point target; CityloopFinish.shader makes the picture of it.
//
// In URP and HDRP this shader is not used: SurfaceShader.cs takes the pipeline's own lit shader and sets the
// same properties, and the pipeline's volumes do exposure and tone curve. So a project's own look, fog and
// post-processing apply there, and pictures differ from those of the built-in pipeline; labels do not.
Shader "Cityloop/Surface"
{
    Properties
    {
        _BaseColor ("Base colour, linear", Vector) = (1, 1, 1, 1)
        _BaseMap ("Base map", 2D) = "white" {}
        _EmissionColor ("Emission, linear", Vector) = (0, 0, 0, 0)
        _Metallic ("Metallic", Range(0, 1)) = 0
        _Smoothness ("Smoothness", Range(0, 1)) = 0.5
        [Toggle] _AlphaClip ("Holes", Float) = 0
        _Cutoff ("Holes below", Range(0, 1)) = 0.498
        [Toggle] _Panes ("Only smooth texels give off light", Float) = 0
        [Toggle] _Pane ("Clear glass: adds what it mirrors", Float) = 0
        [Enum(UnityEngine.Rendering.CullMode)] _Cull ("Cull", Float) = 2
        [Enum(UnityEngine.Rendering.BlendMode)] _Source ("Share of this surface", Float) = 1
        [Enum(UnityEngine.Rendering.BlendMode)] _Destination ("Share of what is behind", Float) = 0
        [Toggle] _DepthWrite ("Write depth", Float) = 1
    }
    SubShader
    {
        Tags { "RenderType" = "Opaque" }
        Cull [_Cull]

        HLSLINCLUDE
        #pragma target 4.5
        ENDHLSL

        Pass
        {
            Name "Surface"
            Tags { "LightMode" = "ForwardBase" }
            Blend [_Source] [_Destination]
            ZWrite [_DepthWrite]
            HLSLPROGRAM
            #pragma vertex surface_vertex
            #pragma fragment surface_fragment
            #pragma multi_compile_fwdbase nolightmap nodynlightmap nodirlightmap novertexlight
            #include "CityloopSurfacePass.hlsl"
            ENDHLSL
        }
        Pass
        {
            Name "Lamp"
            Tags { "LightMode" = "ForwardAdd" }
            Blend One One
            ZWrite Off
            HLSLPROGRAM
            #pragma vertex surface_vertex
            #pragma fragment lamp_fragment
            #pragma multi_compile_fwdadd
            #include "CityloopSurfacePass.hlsl"
            ENDHLSL
        }
        Pass
        {
            Name "Caster"
            Tags { "LightMode" = "ShadowCaster" }
            HLSLPROGRAM
            #pragma vertex caster_vertex
            #pragma fragment caster_fragment
            #include "CityloopSurfacePass.hlsl"
            ENDHLSL
        }
    }
}
