// The passes of a pixel that no surface covers.

const uint SKY = 10u;

vec3 turned(vec4 rows[3], vec3 v) {
    return vec3(dot(rows[0].xyz, v), dot(rows[1].xyz, v), dot(rows[2].xyz, v));
}

void main() {
    vec2 uv = (gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy;
    vec3 ray = vec3(uv, 1.0);
    vec3 direction = normalize(ray);
    float up = max(dot(direction, frame.up.xyz), 0.0);
    out_color = finish(mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, sqrt(up)));
    out_depth = uintBitsToFloat(0x7f800000u);  // +inf
    out_instance = 0u;
    out_semantic = SKY;
    vec2 here = project(ray);
    out_flow = vec4(project(turned(frame.previous_from_current, ray)) - here,
                    project(turned(frame.next_from_current, ray)) - here);
    out_normal = vec4(0.0);
    out_velocity = vec4(0.0);
}
