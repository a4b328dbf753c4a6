// Smooths edges of the tone-mapped picture: blurs along the edge that four neighbours show, as
// T. Lottes proposed ("FXAA", 2009).

uniform sampler2D picture;

layout(location = 0) out vec4 out_color;

const float LONGEST_PX = 8.0;
const float LEAST_GRADIENT = 1.0 / 128.0;

vec4 at(vec2 pixel) {
    return textureLod(picture, pixel * frame.image.zw, 0.0);
}

float luma(ivec2 pixel) {
    return texelFetch(picture, pixel, 0).a;
}

void main() {
    vec2 here = gl_FragCoord.xy;
    // The luma between pixels, from nine that are fetched once.
    ivec2 pixel = ivec2(here);
    ivec2 low = max(pixel - 1, ivec2(0));
    ivec2 high = min(pixel + 1, ivec2(frame.image.xy) - 1);
    vec4 center = texelFetch(picture, pixel, 0);
    float up = luma(ivec2(pixel.x, low.y));
    float left = luma(ivec2(low.x, pixel.y));
    float right = luma(ivec2(high.x, pixel.y));
    float down = luma(ivec2(pixel.x, high.y));
    float a = 0.25 * (luma(low) + up + left + center.a);
    float b = 0.25 * (luma(ivec2(high.x, low.y)) + up + right + center.a);
    float c = 0.25 * (luma(ivec2(low.x, high.y)) + down + left + center.a);
    float d = 0.25 * (luma(high) + down + right + center.a);
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
