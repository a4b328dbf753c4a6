// The labels of a pixel that no surface covers.

layout(location = 0) out uvec4 out_look;

void main() {
    vec3 ray = vec3((gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy, 1.0);
    vec2 here = project(ray);
    out_look = uvec4(0u);
    out_depth = uintBitsToFloat(0x7f800000u);  // +inf
    out_flow = vec4(project(turned(frame.previous_from_current, ray)) - here,
                    project(turned(frame.next_from_current, ray)) - here);
    out_normal = vec4(0.0);
    out_velocity = vec4(0.0);
}
