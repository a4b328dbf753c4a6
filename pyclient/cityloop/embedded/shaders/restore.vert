// A rectangle of a shadow map for each instance: left, low, right and high side in clip coordinates.

uniform sampler2D instance_table;

void main() {
    vec4 sides = texelFetch(instance_table,
                            ivec2(gl_InstanceID % INSTANCES_PER_ROW, gl_InstanceID / INSTANCES_PER_ROW), 0);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(mix(sides.xy, sides.zw, corner), 0.0, 1.0);
}
