// The labels that depend on the triangle that is seen, in the order of targets.py.

layout(location = 1) out float out_depth;
layout(location = 2) out vec4 out_flow;       // backward, forward
layout(location = 3) out vec4 out_normal;     // a: change of depth, backward
layout(location = 4) out vec4 out_velocity;   // a: change of depth, forward

// Points beside or behind a camera have no image. They are projected as though they were this far
// in front of it: a long flow in about the right direction, never infinite, never NaN.
const float NEAREST_PROJECTED_M = 1e-3;

vec2 project(vec3 p) {
    return frame.intrinsics.xy * p.xy / max(p.z, NEAREST_PROJECTED_M);
}
