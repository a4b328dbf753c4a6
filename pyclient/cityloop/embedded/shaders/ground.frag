// The picture before ground mirrors in it, and as its depth which pixels do: 0 those, 1 all others.

uniform sampler2D picture;

layout(location = 0) out vec4 out_color;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    out_color = texelFetch(picture, here, 0);
    gl_FragDepth = is_ground(texelFetch(classes, here, 0).r) ? 0.0 : 1.0;
}
