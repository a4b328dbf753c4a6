// The number of an object in its layer, wherever the object would be seen if it stood there alone.

#ifdef PERFORATED
in vec2 uv;
flat in ivec2 traits;
#endif
flat in uint number;

layout(location = 0) out uint out_number;

void main() {
#ifdef PERFORATED
    if (is_hole(traits, uv)) {
        discard;
    }
#endif
    out_number = number;
}
