// Whether a fragment of a perforated surface lets through what is behind it.

#ifdef PERFORATED
uniform sampler2DArray textures;

bool is_hole(ivec2 traits, vec2 uv) {  // layer, flags
    float alpha = texture(textures, vec3(uv, float(max(traits.x, 0)))).a;
    bool hole = (traits.y & CUTOUT) != 0 && traits.x >= 0 && alpha < 127.5 / 255.0;
#ifdef DEPTH_ONLY
    hole = hole || ((traits.y & TWO_SIDED) == 0 && !gl_FrontFacing);
#endif
    return hole;
}
#endif
