// Water on the ground, the same for the light on it and for what it mirrors.

uniform sampler2D patches;  // noises that repeat (patches.py)

struct Water {
    float puddle;  // 1: deep enough to be smooth, 0: only wet
    vec2 ripple;   // of the normal, world axes
};

// Water at a place (world, m) on level ground; it gathers in hollows.
Water water_at(vec2 place, float wetness) {
    vec4 hollows = texture(patches, place * (1.0 / 19.0));
    vec4 grains = texture(patches, place * (1.0 / 7.3));
    Water water;
    float depth = hollows.r + 0.16 * (grains.g - 0.5);
    water.puddle = wetness * smoothstep(1.21 - 0.36 * wetness, 1.37 - 0.36 * wetness, depth);
    // Drops strike everywhere all the time: two patterns that move through each other.
    vec2 still = place * (1.0 / 2.9);
    vec2 rings = texture(patches, still + frame.weather.z * vec2(0.83, 0.57)).rg
               - texture(patches, still * 1.31 - frame.weather.z * vec2(0.61, 0.77)).rg;
    water.ripple = rings * (0.006 + 0.07 * frame.weather.x);
    return water;
}
