// The part of the ground that a lamp can reach, as a quad of the lamp map (see lamp_map.py).

const float HALF_M = 96.0;

in vec2 in_position;   // from the middle of the map, m
in float in_height;    // above the ground, m
in vec3 in_direction;
in vec3 in_intensity;
in vec2 in_cosines;
in float in_reach;     // m
in vec2 in_along;      // unit vector over the ground
in vec3 in_quad;       // start, end, half width, m
in float in_ground;    // height of the ground above that of the map, m

out vec2 from_lamp;    // over the ground, m
flat out vec4 direction_height;
flat out vec4 intensity_reach;
flat out vec3 cosines_ground;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 across = vec2(-in_along.y, in_along.x);
    from_lamp = in_along * mix(in_quad.x, in_quad.y, corner.x)
              + across * in_quad.z * (2.0 * corner.y - 1.0);
    direction_height = vec4(in_direction, in_height);
    intensity_reach = vec4(in_intensity, in_reach);
    cosines_ground = vec3(in_cosines, in_ground);
    gl_Position = vec4((in_position + from_lamp) / HALF_M, 0.0, 1.0);
}
