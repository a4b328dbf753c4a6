// What is known of a surface at a pixel beside its labels, as four whole numbers.
//
// Surfaces are drawn in one pass, and painted and lit in another: so this is done once for each
// pixel, however many surfaces lie behind each other there and however small their triangles are.

struct Look {
    int row;       // of the instance
    int material;
    vec2 uv;       // 0 to 1: textures repeat
    float level;   // of the mipmap, 0 to 15
    vec3 normal;   // unit, camera frame
};

// A unit vector on the square that an octahedron unfolds to (Z. Cigolle et al., "A survey of efficient
// representations for independent unit vectors", 2014).
vec2 unfolded(vec3 n) {
    vec2 p = n.xy / (abs(n.x) + abs(n.y) + abs(n.z));
    vec2 turned_over = (1.0 - abs(p.yx)) * vec2(p.x < 0.0 ? -1.0 : 1.0, p.y < 0.0 ? -1.0 : 1.0);
    return n.z < 0.0 ? turned_over : p;
}

vec3 folded(vec2 p) {
    float z = 1.0 - abs(p.x) - abs(p.y);
    vec2 back = vec2(max(-z, 0.0));
    return normalize(vec3(p - back * vec2(p.x < 0.0 ? -1.0 : 1.0, p.y < 0.0 ? -1.0 : 1.0), z));
}

uvec4 look_bits(Look look) {
    uvec2 uv = uvec2(fract(look.uv) * 65536.0) & 65535u;
    uvec2 normal = uvec2(clamp(unfolded(look.normal) * 32767.0 + 32767.5, 0.0, 65534.0));
    // Two levels of the mipmap are mixed only halfway between them: elsewhere the nearer one is enough.
    float level = clamp(look.level, 0.0, 15.0);
    float next = clamp(2.0 * fract(level) - 0.5, 0.0, 1.0);
    uint sixteenths = uint((floor(level) + next) * 16.0 + 0.5);
    return uvec4(uv.x | uv.y << 16, normal.x | normal.y << 16, uint(look.row),
                 uint(look.material) | sixteenths << 16);
}

Look look_of(uvec4 bits) {
    Look look;
    look.uv = vec2(bits.x & 65535u, bits.x >> 16) * (1.0 / 65536.0);
    look.normal = folded(vec2(bits.y & 65535u, bits.y >> 16) * (1.0 / 32767.0) - 1.0);
    look.row = int(bits.z);
    look.material = int(bits.w & 65535u);
    look.level = float(bits.w >> 16) * (1.0 / 16.0);
    return look;
}
