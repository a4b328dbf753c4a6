// What the label passes compute, as functions of their arguments alone.
//
// Points are in the camera frame (OpenCV: x right, y down, z forward), m, and in the frames of the
// protocol; docs/conventions.md defines every quantity. Image coordinates are pixels, u right, v down,
// (0, 0) at the upper left corner of the image.

#ifndef CITYLOOP_LABELS_INCLUDED
#define CITYLOOP_LABELS_INCLUDED

// Points beside or behind a camera have no image. They are projected as though they were this far
// in front of it: a long flow in about the right direction, never infinite, never NaN.
static const float CITYLOOP_NEAREST_PROJECTED_M = 1e-3;

// Rasterisers snap corners to 1/256 pixel, but interpolate between the corners that they were given:
// at a pixel that only the snapped triangle covers, a triangle seen edge-on would be continued by
// metres. Corners are therefore given where they are snapped to.
static const float CITYLOOP_SUBPIXELS = 256.0;
// Nearer corners are outside every image, m.
static const float CITYLOOP_NEAREST_SNAPPED_M = 1e-3;

// Of the way to a pixel's centre, as a share of the depth; see cityloop_way_to_center.
static const float CITYLOOP_LARGEST_SHIFT = 1e-3;

static const uint CITYLOOP_SKY = 10u; // class id

// Rows of an affine map.
struct CityloopRows
{
    float4 x;
    float4 y;
    float4 z;
};

float3 cityloop_apply(CityloopRows m, float3 p)
{
    float4 q = float4(p, 1.0);
    return float3(dot(m.x, q), dot(m.y, q), dot(m.z, q));
}

float3 cityloop_turn(CityloopRows m, float3 v)
{
    return float3(dot(m.x.xyz, v), dot(m.y.xyz, v), dot(m.z.xyz, v));
}

// Meshes are kept in Unity's frame (x right, y up, z forward); the protocol's is x forward, y left,
// z up.
float3 cityloop_from_unity(float3 p)
{
    return float3(p.z, -p.x, p.y);
}

// Where a point is seen, relative to the principal point, pixels; focal is (fx, fy).
float2 cityloop_project(float3 p, float2 focal)
{
    return focal * p.xy / max(p.z, CITYLOOP_NEAREST_PROJECTED_M);
}

// (u, v) at the other instant - (u, v) now, pixels.
float2 cityloop_flow(float3 other, float3 here, float2 focal)
{
    return cityloop_project(other, focal) - cityloop_project(here, focal);
}

// z in the camera frame, m.
float cityloop_depth(float3 p)
{
    return p.z;
}

// +inf, without a division that a compiler may fold.
float cityloop_sky_depth()
{
    return asfloat(0x7f800000u);
}

// Clip coordinates of a point. intrinsics: fx, fy, cx, cy; image: width, height and their inverses;
// range: clip z = x * depth + y, z is 1 where the upper end of clip space is the image's first row
// in memory and -1 where it is the last.
float4 cityloop_clip(float3 p, float4 intrinsics, float4 image, float4 range)
{
    float2 pixel = intrinsics.xy * p.xy + intrinsics.zw * p.z; // times depth
    if (p.z > CITYLOOP_NEAREST_SNAPPED_M)
    {
        pixel = floor(pixel / p.z * CITYLOOP_SUBPIXELS + 0.5) / CITYLOOP_SUBPIXELS * p.z;
    }
    float2 edge = 2.0 * pixel * image.zw - p.z;                // -depth to depth, y down
    return float4(edge.x, -range.z * edge.y, range.x * p.z + range.y, p.z);
}

// The ray through an image point, z = 1.
float3 cityloop_ray(float2 pixel, float4 intrinsics)
{
    return float3((pixel - intrinsics.zw) / intrinsics.xy, 1.0);
}

// What is interpolated between snapped corners belongs to a point `p` of the triangle that is seen up
// to 1/256 pixel beside the pixel's centre. This is the way to the centre along the triangle's plane, in
// differences of p between pixels; none if the triangle is so edge-on that it may end within that way.
float2 cityloop_way_to_center(float3 p, float3 across, float3 along, float4 intrinsics)
{
    float2 center = floor(cityloop_project(p, intrinsics.xy) + intrinsics.zw) + 0.5;
    float3 ray = cityloop_ray(center, intrinsics);
    float2 off = ray.xy * p.z - p.xy;
    float2 a = across.xy - ray.xy * across.z;
    float2 b = along.xy - ray.xy * along.z;
    float2 way = float2(off.x * b.y - off.y * b.x, a.x * off.y - a.y * off.x) / (a.x * b.y - a.y * b.x);
    float change = dot(way, float2(across.z, along.z));
    return abs(change) < CITYLOOP_LARGEST_SHIFT * p.z ? way : float2(0.0, 0.0);
}

// The weighted mean of up to four bones' matrices.
CityloopRows cityloop_blend(CityloopRows a, CityloopRows b, CityloopRows c, CityloopRows d, float4 weights)
{
    CityloopRows sum;
    sum.x = weights.x * a.x + weights.y * b.x + weights.z * c.x + weights.w * d.x;
    sum.y = weights.x * a.y + weights.y * b.y + weights.z * c.y + weights.w * d.y;
    sum.z = weights.x * a.z + weights.y * b.z + weights.z * c.z + weights.w * d.z;
    return sum;
}

// Velocity of a rigid part's point p (part frame): rows are [w]x R | v, world, m/s.
float3 cityloop_rigid_velocity(CityloopRows field, float3 p)
{
    return cityloop_apply(field, p);
}

// Velocity of a point of the skin: the central difference between t-dt and t+dt, world, m/s. The
// maps take the cameras' frames to world axes with their origin at the current camera centre.
float3 cityloop_skin_velocity(
    float3 before, float3 after, CityloopRows world_from_previous, CityloopRows world_from_next,
    float per_two_ticks)
{
    return (cityloop_apply(world_from_next, after) - cityloop_apply(world_from_previous, before))
        * per_two_ticks;
}

// The normal of a flat card, turned to the camera.
float3 cityloop_card_normal(float3 across, float3 along, float3 position)
{
    float3 card = normalize(cross(across, along));
    return dot(card, position) > 0.0 ? -card : card;
}

#endif
