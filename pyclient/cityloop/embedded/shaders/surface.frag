// What depends on the triangle that is seen: its motion, its normal, and the look that light.frag lights.

layout(location = 0) out uvec4 out_look;

uniform sampler2DArray textures;

// Of a mipmap level: without anisotropic filtering, streets seen at a flat angle blur too much.
const float SHARPENING = -0.7;

in vec4 at_current;
in vec4 normal;
#ifndef STANDING
in vec3 at_previous;
in vec3 at_next;
in vec3 velocity;
#endif
flat in ivec2 look;

// Corners stand where the rasteriser snaps them to (surface.vert): what is interpolated belongs to a
// point of the triangle that is seen up to 1/256 pixel beside the pixel's centre. It is moved to the
// centre along the triangle's plane, unless the triangle is so edge-on that it may end within that way.
const float LARGEST_SHIFT = 1e-3;  // as a share of the depth

// The way from `p` to the pixel's centre, in differences between pixels.
vec2 way_to_center(vec3 p, vec3 across, vec3 along) {
    vec2 center = floor(project(p) + frame.intrinsics.zw) + 0.5;
    vec2 ray = (center - frame.intrinsics.zw) / frame.intrinsics.xy;
    mat2 steps = mat2(across.xy - ray * across.z, along.xy - ray * along.z);
    vec2 way = inverse(steps) * (ray * p.z - p.xy);
    float change = dot(way, vec2(across.z, along.z));
    return abs(change) < LARGEST_SHIFT * p.z ? way : vec2(0.0);
}

vec3 moved(vec3 value, vec2 way) {
    return value + way.x * dFdx(value) + way.y * dFdy(value);
}

void main() {
    vec2 uv = vec2(at_current.w, normal.w);
    vec3 n = normalize(normal.xyz);
    vec3 surface_normal = n;
    vec3 across = dFdx(at_current.xyz);
    vec3 along = dFdy(at_current.xyz);
#ifdef PERFORATED
    // Holes were cut by holes.frag. Leaves are lit by the normal of their crown; the label is that
    // of the flat card, turned to the camera.
    n = gl_FrontFacing ? n : -n;
    vec3 card = normalize(cross(across, along));
    surface_normal = dot(card, at_current.xyz) > 0.0 ? -card : card;
#endif
    out_look = look_bits(Look(look.x, look.y, uv, textureQueryLod(textures, uv).y + SHARPENING, n));

    vec2 way = way_to_center(at_current.xyz, across, along);
    vec3 current = moved(at_current.xyz, way);
#ifdef STANDING
    // Only the camera moves.
    vec3 previous = by_rows(frame.previous_from_current, current);
    vec3 next = by_rows(frame.next_from_current, current);
    vec3 speed = vec3(0.0);
#else
    vec3 previous = moved(at_previous, way);
    vec3 next = moved(at_next, way);
    vec3 speed = moved(velocity, way);
#endif
    out_depth = current.z;
    vec2 here = project(current);
    out_flow = vec4(project(previous) - here, project(next) - here);
    out_normal = vec4(surface_normal, previous.z - current.z);
    out_velocity = vec4(speed, next.z - current.z);
}
