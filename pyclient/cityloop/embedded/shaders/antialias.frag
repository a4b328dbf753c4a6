// Smooths edges of the tone-mapped picture: blurs along the edge that four neighbours show, as
// T. Lottes proposed ("FXAA", 2009).

uniform sampler2D picture;

layout(location = 0) out vec4 out_color;

const float LONGEST_PX = 8.0;
const float LEAST_GRADIENT = 1.0 / 128.0;

vec4 at(vec2 pixel) {
    return textureLod(picture, pixel * frame.image.zw, 0.0);
}

void main() {
    vec2 here = gl_FragCoord.xy;
    vec4 center = at(here);
    float a = at(here + vec2(-0.5, -0.5)).a;
    float b = at(here + vec2(0.5, -0.5)).a;
    float c = at(here + vec2(-0.5, 0.5)).a;
    float d = at(here + vec2(0.5, 0.5)).a;
    float darkest = min(center.a, min(min(a, b), min(c, d)));
    float brightest = max(center.a, max(max(a, b), max(c, d)));

    vec2 edge = vec2((c + d) - (a + b), (a + c) - (b + d));
    float shortening = max((a + b + c + d) * (0.25 / 8.0), LEAST_GRADIENT);
    edge = clamp(edge / (min(abs(edge.x), abs(edge.y)) + shortening), -LONGEST_PX, LONGEST_PX);
    vec4 inner = 0.5 * (at(here - edge / 6.0) + at(here + edge / 6.0));
    vec4 outer = 0.5 * inner + 0.25 * (at(here - 0.5 * edge) + at(here + 0.5 * edge));
    bool overshoots = outer.a < darkest || outer.a > brightest;
    vec4 smoothed = overshoots ? inner : outer;
    vec4 color = brightest - darkest < 0.04 ? center : smoothed;
#if defined(RAIN) || defined(SNOWFALL)
    color.rgb = through_the_air(color.rgb);
#endif
    out_color = color;
}
