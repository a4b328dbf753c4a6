// Depth is all that a shadow needs; holes let light through.

#ifdef PERFORATED
uniform sampler2DArray textures;
in vec2 uv;
flat in int material;
#endif

void main() {
#ifdef PERFORATED
    ivec2 traits = ivec2(material_texel(material, 2).xy);  // layer, flags
    float alpha = texture(textures, vec3(uv, float(max(traits.x, 0)))).a;
    if ((traits.y & 16) != 0 && traits.x >= 0 && alpha < 128.0 / 255.0) {
        discard;
    }
#endif
}
