// Which pixels mirror when the ground is wet.

uniform usampler2D classes;

bool is_ground(uint kind) {
    return kind < 32u && (GROUND_CLASSES >> kind & 1u) != 0u;
}

// Which of the block of 2x2 pixels around a corner are ground, in the order of textureGather.
bvec4 are_ground(vec2 corner) {
    uvec4 kinds = textureGather(classes, corner * frame.image.zw);
    return bvec4(is_ground(kinds.x), is_ground(kinds.y), is_ground(kinds.z), is_ground(kinds.w));
}
