// A vertex of something that casts a shadow, as the sun sees it.

uniform int first_row;

in vec3 in_position;
#ifdef PERFORATED
in vec2 in_uv;
in uint in_material;
out vec2 uv;
flat out ivec2 traits;  // of the material: layer, flags
#endif
#ifdef SKINNED
in uvec4 in_joints;
in vec4 in_weights;
#endif

void main() {
    int row = first_row + gl_InstanceID;
    Rows light_from_part = Rows(caster_texel(row, 0), caster_texel(row, 1), caster_texel(row, 2));
    vec3 p = in_position;
#ifdef SKINNED
    int bone = int(caster_texel(row, 3).x);
    p = apply(blended_bones(bone, in_joints, in_weights, 0), p);
#endif
#ifdef PERFORATED
    uv = in_uv;
    traits = ivec2(material_texel(int(in_material), 2).xy);
#endif
    gl_Position = vec4(apply(light_from_part, p), 1.0);
}
