// Bit set of class ids: road, sidewalk, terrain, marking and kerb.
const uint GROUND_CLASSES = (1u << 0) | (1u << 1) | (1u << 9) | (1u << 19) | (1u << 20);
