// Depth alone; holes let through what is behind them.

#ifdef PERFORATED
in vec2 uv;
flat in int material;
#endif

void main() {
#ifdef PERFORATED
    if (is_hole(material, uv)) {
        discard;
    }
#endif
}
