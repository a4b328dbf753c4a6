// The vertex and fragment programs of the label passes: every pass of a pixel from one draw.
//
// CITYLOOP_SKINNED: the mesh has bones. CITYLOOP_PERFORATED: it has holes or is seen from both sides.

#ifndef CITYLOOP_LABEL_PASS_INCLUDED
#define CITYLOOP_LABEL_PASS_INCLUDED

#include "CityloopLabels.hlsl"

// The camera, see LabelFrame.cs.
float4 _CityloopIntrinsics;              // fx, fy, cx, cy; pixels
float4 _CityloopImage;                   // width, height, 1 / width, 1 / height; pixels
float4 _CityloopRange;                   // clip z = x * depth + y; z: see cityloop_clip; w: 1 / (2 dt), 1/s
float4 _CityloopFar;                     // x: clip z / w of the far plane
float4 _CityloopPreviousFromCurrent[3];  // rotation of the camera, for the flow of the sky
float4 _CityloopNextFromCurrent[3];
float4 _CityloopWorldFromPrevious[3];    // to world axes, origin at the current camera centre
float4 _CityloopWorldFromNext[3];
int _CityloopFirstRow;                   // of the instances drawn now

// Tables, see LabelRecords.cs.
StructuredBuffer<float4> _CityloopInstances; // 12 each: camera-from-part at t, t-dt, t+dt; velocity field
StructuredBuffer<uint4> _CityloopIds;        // instance id, class, lamps, first bone
StructuredBuffer<float4> _CityloopBones;     // 9 each: rows at t, t-dt, t+dt
StructuredBuffer<int4> _CityloopMaterials;   // layer of the texture with holes or -1, 0, 0, class or -1

Texture2DArray _CityloopTextures;
SamplerState sampler_CityloopTextures;

struct LabelVertex
{
    float3 position : POSITION;    // Unity's frame, part, m
    float3 normal : NORMAL;
    float2 uv : TEXCOORD0;
    float2 material : TEXCOORD1;   // x: index of the material
#ifdef CITYLOOP_SKINNED
    float4 joints : TEXCOORD2;
    float4 weights : TEXCOORD3;
#endif
    uint instance : SV_InstanceID;
};

struct LabelSurface
{
    float4 clip : SV_POSITION;
    float4 at_current : TEXCOORD0;   // xyz: camera frame at t, m; w: texture u
    float4 at_previous : TEXCOORD1;  // xyz: camera frame at t-dt, m; w: texture v
    float3 at_next : TEXCOORD2;      // camera frame at t+dt, m
    float3 normal : TEXCOORD3;       // camera frame
    float3 velocity : TEXCOORD4;     // world, m/s
    nointerpolation uint2 look : TEXCOORD5; // row of the instance, material
};

struct LabelPixel
{
    float depth : SV_Target0;
    uint instance : SV_Target1;
    uint semantic : SV_Target2;
    float4 flow : SV_Target3;        // backward, forward
    float4 normal : SV_Target4;      // w: change of depth, backward
    float4 velocity : SV_Target5;    // w: change of depth, forward
};

CityloopRows cityloop_instance_rows(uint row, uint first)
{
    CityloopRows rows;
    uint at = row * 12u + first;
    rows.x = _CityloopInstances[at];
    rows.y = _CityloopInstances[at + 1u];
    rows.z = _CityloopInstances[at + 2u];
    return rows;
}

// A bone's matrix; `instant` is 0 for t, 1 for t-dt, 2 for t+dt.
CityloopRows cityloop_bone_rows(uint bone, uint instant)
{
    CityloopRows rows;
    uint at = bone * 9u + instant * 3u;
    rows.x = _CityloopBones[at];
    rows.y = _CityloopBones[at + 1u];
    rows.z = _CityloopBones[at + 2u];
    return rows;
}

CityloopRows cityloop_posed(uint first, float4 joints, float4 weights, uint instant)
{
    uint4 bone = first + uint4(joints + 0.5);
    return cityloop_blend(
        cityloop_bone_rows(bone.x, instant), cityloop_bone_rows(bone.y, instant),
        cityloop_bone_rows(bone.z, instant), cityloop_bone_rows(bone.w, instant), weights);
}

CityloopRows cityloop_rows(float4 rows[3])
{
    CityloopRows m;
    m.x = rows[0];
    m.y = rows[1];
    m.z = rows[2];
    return m;
}

LabelSurface label_vertex(LabelVertex v)
{
    uint row = uint(_CityloopFirstRow) + v.instance;
    CityloopRows camera_from_part = cityloop_instance_rows(row, 0u);
    float3 rest = cityloop_from_unity(v.position);
    float3 normal = cityloop_from_unity(v.normal);
    LabelSurface s;
#ifdef CITYLOOP_SKINNED
    uint bone = _CityloopIds[row].w;
    CityloopRows posed = cityloop_posed(bone, v.joints, v.weights, 0u);
    float3 here = cityloop_apply(posed, rest);
    float3 there = cityloop_apply(cityloop_posed(bone, v.joints, v.weights, 1u), rest);
    float3 then = cityloop_apply(cityloop_posed(bone, v.joints, v.weights, 2u), rest);
    normal = cityloop_turn(posed, normal);
#else
    float3 here = rest;
    float3 there = rest;
    float3 then = rest;
#endif
    float3 current = cityloop_apply(camera_from_part, here);
    float3 before = cityloop_apply(cityloop_instance_rows(row, 3u), there);
    float3 after = cityloop_apply(cityloop_instance_rows(row, 6u), then);
#ifdef CITYLOOP_SKINNED
    s.velocity = cityloop_skin_velocity(
        before, after, cityloop_rows(_CityloopWorldFromPrevious),
        cityloop_rows(_CityloopWorldFromNext), _CityloopRange.w);
#else
    s.velocity = cityloop_rigid_velocity(cityloop_instance_rows(row, 9u), rest);
#endif
    s.clip = cityloop_clip(current, _CityloopIntrinsics, _CityloopImage, _CityloopRange);
    s.at_current = float4(current, v.uv.x);
    s.at_previous = float4(before, v.uv.y);
    s.at_next = after;
    s.normal = cityloop_turn(camera_from_part, normal);
    s.look = uint2(row, uint(v.material.x + 0.5));
    return s;
}

float3 label_moved(float3 value, float2 way)
{
    return value + way.x * ddx(value) + way.y * ddy(value);
}

LabelPixel label_fragment(LabelSurface s)
{
    int4 traits = _CityloopMaterials[s.look.y];
    uint4 ids = _CityloopIds[s.look.x];
    float3 across = ddx(s.at_current.xyz);
    float3 along = ddy(s.at_current.xyz);
    float2 way = cityloop_way_to_center(s.at_current.xyz, across, along, _CityloopIntrinsics);
    float3 position = label_moved(s.at_current.xyz, way);
    float3 before = label_moved(s.at_previous.xyz, way);
    float3 after = label_moved(s.at_next, way);
    float3 velocity = label_moved(s.velocity, way);
    float3 normal = normalize(s.normal);
#ifdef CITYLOOP_PERFORATED
    float3 place = float3(s.at_current.w, s.at_previous.w, float(max(traits.x, 0)));
    float alpha = _CityloopTextures.Sample(sampler_CityloopTextures, place).a;
    normal = cityloop_card_normal(across, along, position);
    if (traits.x >= 0 && alpha < 127.5 / 255.0)
    {
        discard;
    }
#endif
    LabelPixel p;
    p.depth = cityloop_depth(position);
    p.instance = ids.x;
    p.semantic = traits.w < 0 ? ids.y : uint(traits.w);
    p.flow = float4(
        cityloop_flow(before, position, _CityloopIntrinsics.xy),
        cityloop_flow(after, position, _CityloopIntrinsics.xy));
    p.normal = float4(normal, before.z - position.z);
    p.velocity = float4(velocity, after.z - position.z);
    return p;
}

// An object that is drawn alone: its id, wherever it would be seen.
uint silhouette_fragment(LabelSurface s) : SV_Target0
{
#ifdef CITYLOOP_PERFORATED
    int4 traits = _CityloopMaterials[s.look.y];
    float3 place = float3(s.at_current.w, s.at_previous.w, float(max(traits.x, 0)));
    if (traits.x >= 0 && _CityloopTextures.Sample(sampler_CityloopTextures, place).a < 127.5 / 255.0)
    {
        discard;
    }
#endif
    return _CityloopIds[s.look.x].x;
}

// The sky: one triangle that covers the image, at the far end of the depth range.

struct SkySurface
{
    float4 clip : SV_POSITION;
    float2 pixel : TEXCOORD0;
};

SkySurface sky_vertex(uint vertex : SV_VertexID)
{
    float2 corner = float2(vertex == 1u ? 3.0 : -1.0, vertex == 2u ? 3.0 : -1.0);
    SkySurface s;
    s.clip = float4(corner, _CityloopFar.x, 1.0);
    s.pixel = _CityloopImage.xy * (0.5 + 0.5 * float2(corner.x, -_CityloopRange.z * corner.y));
    return s;
}

LabelPixel sky_fragment(SkySurface s)
{
    float3 ray = cityloop_ray(s.pixel, _CityloopIntrinsics);
    LabelPixel p;
    p.depth = cityloop_sky_depth();
    p.instance = 0u;
    p.semantic = CITYLOOP_SKY;
    p.flow = float4(
        cityloop_flow(cityloop_turn(cityloop_rows(_CityloopPreviousFromCurrent), ray), ray, _CityloopIntrinsics.xy),
        cityloop_flow(cityloop_turn(cityloop_rows(_CityloopNextFromCurrent), ray), ray, _CityloopIntrinsics.xy));
    p.normal = float4(0.0, 0.0, 0.0, 0.0);
    p.velocity = float4(0.0, 0.0, 0.0, 0.0);
    return p;
}

// Which way round this graphics API draws, see TargetProbe.cs: a triangle over the upper half of clip
// space, counter-clockwise with y up.

float4 probe_vertex(uint vertex : SV_VertexID) : SV_POSITION
{
    float2 corner = float2(vertex == 1u ? 3.0 : -1.0, vertex == 2u ? 4.0 : 0.0);
    return float4(corner, 0.5, 1.0);
}

float4 probe_fragment() : SV_Target0
{
    return float4(0.25, 0.25, 0.25, 0.25);
}

#endif
