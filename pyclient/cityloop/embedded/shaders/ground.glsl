// Bit set of class ids of paved ground: road, sidewalk, marking and kerb. Water soaks into lawns.
const uint GROUND_CLASSES = (1u << 0) | (1u << 1) | (1u << 19) | (1u << 20);
