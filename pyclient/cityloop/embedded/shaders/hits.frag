// Where rays that wet ground mirrors end in the picture, for every block of 2x2 pixels: the mirrored
// ray of one of them that is ground is followed through the depths until it is behind something.

uniform sampler2D depths;

layout(location = 0) out vec4 out_hit;  // pixel, mirrored by the block's first; share; puddle

const float FARTHEST_M = 90.0;
const int STEPS = 14;
const float FIRST_M = 0.35;
const float LONGER = 1.42;  // each step than the one before

void main() {
    // Edges of things cross blocks: of these their ground alone speaks.
    bvec4 ground = are_ground(2.0 * gl_FragCoord.xy);
    ivec2 inside = ground.w ? ivec2(0) : ground.z ? ivec2(1, 0) : ground.x ? ivec2(0, 1) : ivec2(1);
    ivec2 here = 2 * ivec2(gl_FragCoord.xy) + inside;
    vec2 middle = vec2(here) + 0.5;
    vec3 ray = vec3((middle - frame.intrinsics.zw) / frame.intrinsics.xy, 1.0);
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
    vec2 hit = vec2(-1.0);  // a ray that ends behind nothing mirrors what it passed last
    for (int i = 0; i < STEPS; ++i) {
        vec3 q = position + mirrored * reached;
        vec2 at = frame.intrinsics.xy * q.xy / max(q.z, 0.05) + frame.intrinsics.zw;
        if (q.z < 0.1 || at.x < 0.0 || at.y < 0.0 || at.x >= frame.image.x || at.y >= frame.image.y) {
            break;
        }
        hit = at;
        float behind = q.z - texelFetch(depths, ivec2(at), 0).r;
        if (behind > 0.0 && behind < 1.6 * length_m + 0.4) {
            break;
        }
        length_m *= LONGER;
        reached += length_m;
    }

    float grazing = 1.0 - facing;
    float square = grazing * grazing;
    float fresnel = 0.02 + 0.98 * square * square * grazing;
    float share = mix(0.5 * frame.ground_radiance.w * fresnel, 0.9 * mix(fresnel, sqrt(fresnel), 0.3), water.puddle);
    share *= 1.0 - frame.weather.y;  // snow does not mirror
    vec2 edge = smoothstep(vec2(0.0), vec2(0.06), 1.0 - abs(hit * frame.image.zw * 2.0 - 1.0));
    share *= edge.x * edge.y;
    bool mirrors = hit.x >= 0.0 && depth < FARTHEST_M;
    // The image in a mirror goes down where the mirror goes up.
    hit += vec2(inside) * vec2(-1.0, 1.0);
    out_hit = vec4(hit, mirrors ? share : 0.0, water.puddle);
}
