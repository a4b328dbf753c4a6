// What one lamp adds to a texel of the lamp map.

in vec2 from_lamp;
flat in vec4 direction_height;
flat in vec4 intensity_reach;
flat in vec3 cosines_ground;

layout(location = 0) out vec4 out_light;      // on a surface that faces the lamp; w: height, weighted
layout(location = 1) out vec4 out_direction;  // to the lamp, weighted; w: height of the ground

const float LENS_M2 = 0.3;  // no lamp is a point

void main() {
    vec3 way = vec3(from_lamp, -direction_height.w);
    float square = dot(way, way) + LENS_M2;
    way *= inversesqrt(square);
    float share = (dot(way, direction_height.xyz) - cosines_ground.y)
                / (cosines_ground.x - cosines_ground.y);
    share = clamp(share, 0.0, 1.0);
    float far = square / (intensity_reach.w * intensity_reach.w);
    float fade = clamp(1.0 - far * far, 0.0, 1.0);  // to nothing at the reach
    vec3 light = intensity_reach.rgb * (share * share * fade * fade / square);
    float weight = (light.r + light.g + light.b) / 3.0;
    out_light = vec4(light, weight * direction_height.w);
    out_direction = vec4(-way, cosines_ground.z) * weight;
}
