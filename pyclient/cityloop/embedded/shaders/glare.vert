// The glare of a lamp that shines into the lens: a square around its picture.

uniform sampler2D depths;

in vec3 in_position;  // camera frame, m
in vec3 in_color;     // of the middle, as it is shown
in float in_size;     // half side, pixels

out vec2 from_middle;
flat out vec3 color;

const float LENS_DEPTH_M = 0.35;  // what stands this close to the lamp is the lamp

void main() {
    vec2 pixel = frame.intrinsics.xy * in_position.xy / in_position.z + frame.intrinsics.zw;
    // Seen as far as nothing stands in front of it, at nine places around its middle.
    float seen = 0.0;
    for (int i = 0; i < 9; ++i) {
        vec2 at = pixel + 1.5 * vec2(i % 3 - 1, i / 3 - 1);
        ivec2 cell = ivec2(clamp(at, vec2(0.0), frame.image.xy - 1.0));
        seen += texelFetch(depths, cell, 0).r > in_position.z - LENS_DEPTH_M ? 1.0 / 9.0 : 0.0;
    }
    from_middle = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    color = in_color * seen;
    vec2 corner = pixel + from_middle * (seen > 0.0 ? in_size : 0.0);
    gl_Position = vec4(2.0 * corner * frame.image.zw - 1.0, 0.0, 1.0);
}
