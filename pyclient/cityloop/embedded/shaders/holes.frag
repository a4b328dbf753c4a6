// Depth alone; holes let through what is behind them.

#ifdef PERFORATED
uniform sampler2DArray textures;
in vec2 uv;
flat in int material;
#endif

void main() {
#ifdef PERFORATED
    ivec2 traits = ivec2(material_texel(material, 2).xy);  // layer, flags
    float alpha = texture(textures, vec3(uv, float(max(traits.x, 0)))).a;
    bool hole = (traits.y & CUTOUT) != 0 && traits.x >= 0 && alpha < 127.5 / 255.0;
#ifdef DEPTH_ONLY
    hole = hole || ((traits.y & TWO_SIDED) == 0 && !gl_FrontFacing);
#endif
    if (hole) {
        discard;
    }
#endif
}
