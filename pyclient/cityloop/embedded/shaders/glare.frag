// The glare of a lamp, to be laid over the picture as light: 1 - (1 - a)(1 - b).

in vec2 from_middle;
flat in vec3 color;

layout(location = 0) out vec4 out_color;

void main() {
    float r = length(from_middle);
    float fade = clamp(1.0 - r, 0.0, 1.0);
    float halo = 0.30 * fade * fade * fade + 0.9 * exp2(-90.0 * r * r);
    vec3 light = clamp(color * halo, 0.0, 1.0);
    out_color = vec4(light, dot(light, vec3(0.299, 0.587, 0.114)));
}
