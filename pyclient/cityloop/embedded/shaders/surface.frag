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

// Corners stand where the rasteriser snaps them to (surface.vert): what is interpolated belongs to a
// point of the triangle that is seen up to 1/256 pixel beside the pixel's centre. It is moved to the
// centre along the triangle's plane, unless the triangle is so edge-on that it may end within that way.
const float LARGEST_SHIFT = 1e-3;  // as a share of the depth

// The way from `p` to the pixel's centre, in differences between pixels.
vec2 way_to_center(vec3 p, vec3 across, vec3 along) {
    vec2 center = floor(project(p) + frame.intrinsics.zw) + 0.5;
    vec2 ray = (center - frame.intrinsics.zw) / frame.intrinsics.xy;
    mat2 steps = mat2(across.xy - ray * across.z, along.xy - ray * along.z);
    vec2 way = inverse(steps) * (ray * p.z - p.xy);
    float change = dot(way, vec2(across.z, along.z));
    return abs(change) < LARGEST_SHIFT * p.z ? way : vec2(0.0);
}

vec3 moved(vec3 value, vec2 way) {
    return value + way.x * dFdx(value) + way.y * dFdy(value);
}

void main() {
    vec4 paint = material_texel(look.y, 0);
    vec4 glow = material_texel(look.y, 1);
    ivec4 traits = ivec4(material_texel(look.y, 2));  // layer, flags, lamp, class
    uvec4 ids = instance_ids(look.x);
    vec4 texel = texture(textures, vec3(at_current.w, at_previous.w, float(max(traits.x, 0))), SHARPENING);
    texel = traits.x < 0 ? vec4(1.0) : texel;
    vec3 n = normalize(normal);
    vec3 surface_normal = n;
    vec3 across = dFdx(at_current.xyz);
    vec3 along = dFdy(at_current.xyz);
#ifdef PERFORATED
    // Holes were cut by holes.frag. Leaves are lit by the normal of their crown; the label is that
    // of the flat card, turned to the camera.
    n = gl_FrontFacing ? n : -n;
    vec3 card = normalize(cross(across, along));
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

    vec2 way = way_to_center(at_current.xyz, across, along);
    vec3 current = moved(at_current.xyz, way);
    vec3 previous = moved(at_previous.xyz, way);
    vec3 next = moved(at_next, way);
    out_depth = current.z;
    out_instance = ids.x;
    out_semantic = kind;
    vec2 here = project(current);
    out_flow = vec4(project(previous) - here, project(next) - here);
    out_normal = vec4(surface_normal, previous.z - current.z);
    out_velocity = vec4(moved(velocity, way), next.z - current.z);
}
