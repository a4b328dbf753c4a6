// Wet ground mirrors what the picture shows above it: the mirrored ray of each pixel is followed
// through the depths until it is behind something.

uniform sampler2D picture;
uniform sampler2D depths;

layout(location = 0) out vec4 out_color;

const int STEPS = 14;
const float FIRST_M = 0.35;
const float LONGER = 1.42;  // each step than the one before

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec4 color = texelFetch(picture, here, 0);
    vec3 ray = vec3((gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy, 1.0);
    float depth = texelFetch(depths, here, 0).r;
    vec3 position = ray * depth;
    vec3 up = frame.up.xyz;
    vec2 place = turned(frame.world_from_current, position).xy + frame.place.xy;
    Water water = water_at(place, frame.ground_radiance.w);
    vec3 normal = up + water.ripple.x * frame.world_from_current[0].xyz
                + water.ripple.y * frame.world_from_current[1].xyz;
    normal = normalize(normal);
    vec3 look = normalize(ray);
    float facing = clamp(-dot(look, normal), 0.0, 1.0);
    vec3 mirrored = look + 2.0 * facing * normal;

    float length_m = FIRST_M * (1.0 + 0.03 * depth);
    float reached = length_m;
    vec2 hit = vec2(-1.0);
    vec2 sky = vec2(-1.0);
    for (int i = 0; i < STEPS; ++i) {
        vec3 q = position + mirrored * reached;
        vec2 at = frame.intrinsics.xy * q.xy / max(q.z, 0.05) + frame.intrinsics.zw;
        if (q.z < 0.1 || at.x < 0.0 || at.y < 0.0 || at.x >= frame.image.x || at.y >= frame.image.y) {
            break;
        }
        float there = texelFetch(depths, ivec2(at), 0).r;
        float behind = q.z - there;
        sky = isinf(there) ? at : vec2(-1.0);
        if (behind > 0.0 && behind < 1.6 * length_m + 0.4) {
            hit = at;
            break;
        }
        length_m *= LONGER;
        reached += length_m;
    }
    hit = hit.x >= 0.0 ? hit : sky;  // what ends before the sky mirrors the sky
    if (hit.x >= 0.0) {
        // Rough ground smears what it mirrors up and down; neighbouring pixels look at other heights
        // (interleaved gradient noise, J. Jimenez, 2014).
        float smear = (1.0 - water.puddle) * 0.05 * frame.image.y;
        float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
        hit.y += smear * (noise - 0.5);
        vec4 seen = 0.4 * textureLod(picture, hit * frame.image.zw, 0.0)
                  + 0.3 * textureLod(picture, (hit + vec2(0.0, smear)) * frame.image.zw, 0.0)
                  + 0.3 * textureLod(picture, (hit - vec2(0.0, smear)) * frame.image.zw, 0.0);
        float grazing = 1.0 - facing;
        float square = grazing * grazing;
        float fresnel = 0.02 + 0.98 * square * square * grazing;
        float share = mix(0.5 * frame.ground_radiance.w * fresnel, 0.9 * mix(fresnel, sqrt(fresnel), 0.3), water.puddle);
        share *= 1.0 - frame.weather.y;  // snow does not mirror
        vec2 edge = smoothstep(vec2(0.0), vec2(0.06), 1.0 - abs(hit * frame.image.zw * 2.0 - 1.0));
        color = mix(color, seen, share * edge.x * edge.y);
    }
    out_color = color;
}
