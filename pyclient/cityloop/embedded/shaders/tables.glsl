// Fetches from the tables that instance_table.py and gpu_scene.py fill.

// Flags of a material: the tint slot and two bits.
const int TINT_SLOT = 15;
const int CUTOUT = 16;
const int TWO_SIDED = 32;

uniform sampler2D instance_table;
uniform usampler2D id_table;
uniform sampler2D material_table;

vec4 instance_texel(int row, int texel) {
    return texelFetch(instance_table,
                      ivec2((row % INSTANCES_PER_ROW) * CAMERA_TEXELS + texel,
                            row / INSTANCES_PER_ROW), 0);
}

vec4 caster_texel(int row, int texel) {
    return texelFetch(instance_table,
                      ivec2((row % INSTANCES_PER_ROW) * CASTER_TEXELS + texel,
                            row / INSTANCES_PER_ROW), 0);
}

uvec4 instance_ids(int row) {
    return texelFetch(id_table, ivec2(row % INSTANCES_PER_ROW, row / INSTANCES_PER_ROW), 0);
}

vec4 material_texel(int material, int texel) {
    return texelFetch(material_table,
                      ivec2((material % MATERIALS_PER_ROW) * 3 + texel,
                            material / MATERIALS_PER_ROW), 0);
}

// Rows of an affine map.
struct Rows {
    vec4 x;
    vec4 y;
    vec4 z;
};

vec3 apply(Rows m, vec3 point) {
    vec4 p = vec4(point, 1.0);
    return vec3(dot(m.x, p), dot(m.y, p), dot(m.z, p));
}

vec3 turn(Rows m, vec3 direction) {
    return vec3(dot(m.x.xyz, direction), dot(m.y.xyz, direction), dot(m.z.xyz, direction));
}

Rows instance_rows(int row, int first) {
    return Rows(instance_texel(row, first), instance_texel(row, first + 1),
                instance_texel(row, first + 2));
}
