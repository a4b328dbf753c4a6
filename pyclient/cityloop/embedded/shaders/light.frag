// The picture of the surfaces that are seen, and what they are, from their looks and depths.

uniform usampler2D looks;
uniform sampler2D depths;
uniform sampler2DArray textures;

layout(location = 0) out vec4 out_color;  // sRGB-encoded; a: luma, for the antialiasing
layout(location = 1) out uint out_instance;
layout(location = 2) out uint out_semantic;

const float POLISHED = 0.08;  // perceptual roughness of glass

// Bit set of class ids: person and rider.
const uint SNOWLESS_CLASSES = (1u << 11) | (1u << 12);

vec3 linear_from_srgb(vec3 c) {
    // Cubic fit of the sRGB curve, good to about 0.5 %.
    return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    Look look = look_of(texelFetch(looks, here, 0));
    float depth = texelFetch(depths, here, 0).r;
    vec4 paint = material_texel(look.material, 0);
    vec4 glow = material_texel(look.material, 1);
    ivec4 traits = ivec4(material_texel(look.material, 2));  // layer, flags, lamp, class
    uvec4 ids = instance_ids(look.row);
    vec4 texel = textureLod(textures, vec3(look.uv, float(max(traits.x, 0))), look.level);
    bool cutout = (traits.y & CUTOUT) != 0;
    texel = traits.x < 0 ? vec4(1.0) : texel;
    texel.a = cutout ? 1.0 : texel.a;
    bool lit = traits.z == 0 || ((ids.z >> uint(traits.z - 1)) & 1u) != 0u;

    vec3 picture = linear_from_srgb(texel.rgb);
    Surface surface;
    surface.position = vec3((gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy, 1.0) * depth;
    surface.normal = look.normal;
    surface.albedo = paint.rgb * instance_texel(look.row, 12 + (traits.y & TINT_SLOT)).rgb
                     * picture;
    surface.roughness = mix(POLISHED, paint.a, texel.a);
    surface.metallic = glow.a;
    // Behind a map of smoothness only its panes let light out, through what they show.
    bool panes = traits.x >= 0 && !cutout;
    surface.emission = lit ? glow.rgb * (panes ? (1.0 - texel.a) * picture : vec3(1.0)) : vec3(0.0);
    uint kind = traits.w < 0 ? ids.y : uint(traits.w);
    uint bit = kind < 32u ? 1u << kind : 0u;
    surface.ground = (GROUND_CLASSES & bit) != 0u ? 1.0 : 0.0;
    surface.bare = (SNOWLESS_CLASSES & bit) != 0u ? 1.0 : 0.0;
    out_color = finish(shade(surface));
    out_instance = ids.x;
    out_semantic = kind;
}
