// Wet ground mirrors what the picture shows above it, where `hits` says (hits.frag).

uniform sampler2D picture;
uniform sampler2D hits;

layout(location = 0) out vec4 out_color;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec4 color = texelFetch(picture, here, 0);
    vec4 found = texelFetch(hits, here >> 1, 0);
    vec2 hit = found.xy + vec2(here & 1) * vec2(1.0, -1.0);
    // Rough ground smears what it mirrors up and down; neighbouring pixels look at other heights
    // (interleaved gradient noise, J. Jimenez, 2014).
    float smear = (1.0 - found.w) * 0.05 * frame.image.y;
    float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    hit.y += smear * (noise - 0.5);
    vec4 seen = 0.4 * textureLod(picture, hit * frame.image.zw, 0.0)
              + 0.3 * textureLod(picture, (hit + vec2(0.0, smear)) * frame.image.zw, 0.0)
              + 0.3 * textureLod(picture, (hit - vec2(0.0, smear)) * frame.image.zw, 0.0);
    out_color = mix(color, seen, found.z);
}
