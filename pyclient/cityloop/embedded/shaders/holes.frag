// Depth alone; holes let through what is behind them.

#ifdef PERFORATED
in vec2 uv;
flat in ivec2 traits;
#endif

void main() {
#ifdef PERFORATED
    if (is_hole(traits, uv)) {
        discard;
    }
#endif
}
