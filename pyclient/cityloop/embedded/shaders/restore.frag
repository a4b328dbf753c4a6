// What stands still, without what moves.

uniform sampler2D standing_shadows;

void main() {
    gl_FragDepth = texelFetch(standing_shadows, ivec2(gl_FragCoord.xy), 0).r;
}
