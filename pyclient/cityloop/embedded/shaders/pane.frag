// What a pane of clear glass mirrors, to be laid over the picture as light: 1 - (1 - a)(1 - b).

in vec4 at_current;
in vec4 normal;
flat in ivec2 look;

layout(location = 0) out vec4 out_color;

const float HEAD_ON = 0.055;  // what a tinted pane mirrors, looked at straight
// Light laid over a dark encoded picture is brighter than light that was added before the encoding.
const float OVER_DARK = 0.8;

// A street in a direction, world axes: roofs at uneven heights before the sky, others elsewhere.
vec3 street(vec3 way, vec2 place) {
    vec2 side = way.xy * inversesqrt(dot(way.xy, way.xy) + 1e-6);
    float roofs = 0.36 + 0.12 * sin(9.0 * side.x + 0.4 * place.x) + 0.07 * sin(23.0 * side.y - 0.3 * place.y);
    vec3 sky = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, sqrt(clamp(way.z, 0.0, 1.0)));
    vec3 houses = 0.7 * frame.ground_radiance.rgb + 0.10 * frame.horizon_radiance.rgb;
    vec3 high = mix(houses, sky, smoothstep(roofs - 0.03, roofs + 0.03, way.z));
    return mix(frame.ground_radiance.rgb, high, smoothstep(-0.08, 0.0, way.z));
}

void main() {
    vec3 position = at_current.xyz;
    float distance_m = length(position);
    vec3 to_eye = -position / distance_m;
    vec3 n = normalize(normal.xyz);
    float facing = clamp(dot(n, to_eye), 0.0, 1.0);
    float flat_on = 1.0 - facing;
    float square = flat_on * flat_on;
    float fresnel = HEAD_ON + (1.0 - HEAD_ON) * square * square * flat_on;
    vec3 way = turned(frame.world_from_current, 2.0 * facing * n - to_eye);
    vec2 place = turned(frame.world_from_current, position).xy + frame.place.xy;
    vec3 radiance = fresnel * street(way, place);
#ifdef SUN
    vec3 sun = frame.sun_direction.xyz;
    float facing_sun = max(dot(n, sun), 0.0);
    float shine = HEAD_ON * highlight(n, sun, to_eye, material_texel(look.y, 0).a);
    radiance += frame.sun_irradiance.rgb * (shine * facing_sun * sun_visibility(position, n, facing_sun));
#endif
    radiance *= exp2(-1.442695 * frame.horizon_radiance.w * distance_m);
    out_color = OVER_DARK * finish(radiance);
}
