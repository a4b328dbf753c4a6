// The passes of a surface.

uniform sampler2DArray textures;

// Of a mipmap level: without anisotropic filtering, streets seen at a flat angle blur too much.
const float SHARPENING = -0.7;

// Bit set of class ids: person and rider.
const uint SNOWLESS_CLASSES = (1u << 11) | (1u << 12);

in vec4 at_current;
in vec4 at_previous;
in vec3 at_next;
in vec3 normal;
in vec3 velocity;
flat in ivec2 look;

void main() {
    vec4 paint = material_texel(look.y, 0);
    vec4 glow = material_texel(look.y, 1);
    ivec4 traits = ivec4(material_texel(look.y, 2));  // layer, flags, lamp, class
    uvec4 ids = instance_ids(look.x);
    vec4 texel = texture(textures, vec3(at_current.w, at_previous.w, float(max(traits.x, 0))), SHARPENING);
    texel = traits.x < 0 ? vec4(1.0) : texel;
    vec3 n = normalize(normal);
    vec3 surface_normal = n;
#ifdef PERFORATED
    // Holes were cut by holes.frag. Leaves are lit by the normal of their crown; the label is that
    // of the flat card, turned to the camera.
    n = gl_FrontFacing ? n : -n;
    vec3 card = normalize(cross(dFdx(at_current.xyz), dFdy(at_current.xyz)));
    surface_normal = dot(card, at_current.xyz) > 0.0 ? -card : card;
    texel.a = (traits.y & CUTOUT) != 0 ? 1.0 : texel.a;
#endif
    bool lit = traits.z == 0 || ((ids.z >> uint(traits.z - 1)) & 1u) != 0u;

    Surface surface;
    surface.position = at_current.xyz;
    surface.normal = n;
    surface.albedo = paint.rgb * instance_texel(look.x, 12 + (traits.y & TINT_SLOT)).rgb
                     * linear_from_srgb(texel.rgb);
    surface.roughness = mix(POLISHED, paint.a, texel.a);
    surface.metallic = glow.a;
    // Behind a map of smoothness only its panes let light out.
    bool panes = traits.x >= 0 && (traits.y & CUTOUT) == 0;
    surface.emission = lit ? glow.rgb * (panes ? 1.0 - texel.a : 1.0) : vec3(0.0);
    uint kind = traits.w < 0 ? ids.y : uint(traits.w);
    uint bit = kind < 32u ? 1u << kind : 0u;
    surface.ground = (GROUND_CLASSES & bit) != 0u ? 1.0 : 0.0;
    surface.bare = (SNOWLESS_CLASSES & bit) != 0u ? 1.0 : 0.0;
    out_color = finish(shade(surface));

    out_depth = at_current.z;
    out_instance = ids.x;
    out_semantic = kind;
    vec2 here = project(at_current.xyz);
    out_flow = vec4(project(at_previous.xyz) - here, project(at_next) - here);
    out_normal = vec4(surface_normal, at_previous.z - at_current.z);
    out_velocity = vec4(velocity, at_next.z - at_current.z);
}
