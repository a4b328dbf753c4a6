// A vertex of something that casts a shadow, as the sun sees it.

#ifdef POSED
in uint in_row;
#else
uniform int first_row;
#endif

in vec3 in_position;
#ifdef PERFORATED
in vec2 in_uv;
in uint in_material;
out vec2 uv;
flat out ivec2 traits;  // of the material: layer, flags
#endif

void main() {
#ifdef POSED
    int row = int(in_row);
#else
    int row = first_row + gl_InstanceID;
#endif
    Rows light_from_part = Rows(caster_texel(row, 0), caster_texel(row, 1), caster_texel(row, 2));
#ifdef PERFORATED
    uv = in_uv;
    traits = ivec2(material_texel(int(in_material), 2).xy);
#endif
    gl_Position = vec4(apply(light_from_part, in_position), 1.0);
}
