// The picture before ground mirrors in it, and as its depth which pixels do: 0 those, 1 all others.

uniform sampler2D picture;
uniform sampler2D depths;
uniform usampler2D classes;

layout(location = 0) out vec4 out_color;

const float FARTHEST_M = 90.0;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    uint kind = texelFetch(classes, here, 0).r;
    bool is_ground = kind < 32u && (GROUND_CLASSES >> kind & 1u) != 0u;
    out_color = texelFetch(picture, here, 0);
    gl_FragDepth = is_ground && texelFetch(depths, here, 0).r < FARTHEST_M ? 0.0 : 1.0;
}
