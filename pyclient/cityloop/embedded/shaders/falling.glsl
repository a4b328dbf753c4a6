// Rain and snow between the camera and what it sees: streaks and flakes on cylinders around it.
//
// RAIN, SNOWFALL: what falls. LAMPS: lamps are lit.

uniform sampler2D depths;
#ifdef LAMPS
uniform sampler2D standing_lamps;  // see lamp_map.py
uniform sampler2D moving_lamps;
#endif

const float TURN = 6.2831853;

float chance(uvec2 cell, uint layer) {
    uint n = (cell.x * 1597334673u) ^ (cell.y * 3812015801u) ^ (layer * 2654435769u);
    n = (n ^ (n >> 15)) * 2246822519u;
    n ^= n >> 13;
    return float(n >> 8) * (1.0 / 16777216.0);
}

#ifdef RAIN
// Share of a pixel that streaks take on a cylinder of `radius_m`; `around` is 0 to 1, `rise` the
// slope of the ray.
float streaks(float around, float rise, float radius_m, uint layer) {
    float columns = floor(TURN * radius_m / 0.09);
    float x = (around + 0.004 * rise) * columns;  // a little wind
    uint column = uint(mod(x, columns));
    float speed = 7.0 + 2.0 * chance(uvec2(column, 7u), layer);
    float y = (rise * radius_m + speed * frame.weather.z) / 1.6 + 64.0 * chance(uvec2(column, 3u), layer) + 4096.0;
    uvec2 cell = uvec2(column, uint(y));
    float across = abs(fract(x) - 0.25 - 0.5 * chance(cell, layer));
    float width = max(0.035, 0.9 * columns / (TURN * frame.intrinsics.x));  // at least about a pixel
    float along = fract(y);
    float there = step(chance(cell, layer + 16u), 0.25 + 0.65 * frame.weather.x);
    return there * clamp(1.0 - across / width, 0.0, 1.0) * smoothstep(0.0, 0.12, along) * smoothstep(0.42, 0.22, along)
         * min(1.0, 0.05 / width);
}
#endif

#ifdef SNOWFALL
float flakes(float around, float rise, float radius_m, uint layer) {
    float size_m = 0.22;
    float columns = floor(TURN * radius_m / size_m);
    float sway = 0.25 * sin(0.9 * frame.weather.z + 2.3 * float(layer));
    float x = around * columns + sway + 0.35 * sin(rise * radius_m * 1.3 + float(layer));
    float y = (rise * radius_m + 1.3 * frame.weather.z) / size_m + 4096.0;
    uvec2 cell = uvec2(uint(mod(x, columns)), uint(y));
    vec2 center = vec2(0.2) + 0.6 * vec2(chance(cell, layer), chance(cell, layer + 16u));
    vec2 off = (fract(vec2(x, y)) - center) * size_m;
    float pixel = radius_m / frame.intrinsics.x;
    float radius = 0.007;
    float blur = max(radius, 0.9 * pixel);
    float there = step(chance(cell, layer + 32u), 0.2 + 0.7 * frame.place.w);
    return there * clamp(1.6 - 1.6 * length(off) / blur, 0.0, 1.0) * min(1.0, 1.6 * (radius * radius) / (blur * blur));
}
#endif

// Light that drops and flakes at a place scatter, `place` in world axes from the camera, m. They send
// it everywhere alike: that of a lamp spreads over a sphere, four times as large as what catches it;
// what comes from all around keeps its radiance.
vec3 scattered(vec3 place) {
    vec3 sky = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, 0.4);
    // The sky fills half of what is around, and walls lit by it much of the rest.
    vec3 light = 0.75 * sky + 0.25 * frame.ground_radiance.rgb;
#ifdef LAMPS
    // The texel is good enough for specks, and much cheaper than what surfaces take.
    ivec2 size = textureSize(standing_lamps, 0);
    ivec2 at = clamp(ivec2((place.xy * frame.lamp_map.x + frame.lamp_map.yz) * vec2(size)), ivec2(0), size - 1);
    vec3 standing = texelFetch(standing_lamps, at, 0).rgb;
    vec3 moving = texelFetch(moving_lamps, at, 0).rgb;
    // Half of what lies around is ground: with snow on it, it throws back most of what it gets.
    light += frame.dusk.w * mix(0.3, 0.5, frame.weather.y) * (standing + moving);
#endif
    return light;
}

// The picture with what falls in front of it.
vec3 through_the_air(vec3 color) {
    vec3 ray = vec3((gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy, 1.0);
    float depth = texelFetch(depths, ivec2(gl_FragCoord.xy), 0).r;
    vec3 way = turned(frame.world_from_current, ray);
    float level = length(way.xy);
    float rise = way.z / max(level, 0.05);
    float around = 0.5 + atan(way.y, way.x) / TURN;
    float per_m = 1.0 / max(level, 0.05);  // depth of a cylinder of 1 m
    vec2 cover = vec2(0.0);  // y: times its distance, m
#ifdef RAIN
    cover += depth > 2.5 * per_m ? 0.30 * streaks(around, rise, 2.5, 1u) * vec2(1.0, 2.5) : vec2(0.0);
    cover += depth > 6.0 * per_m ? 0.26 * streaks(around, rise, 6.0, 2u) * vec2(1.0, 6.0) : vec2(0.0);
    cover += depth > 14.0 * per_m ? 0.22 * streaks(around, rise, 14.0, 3u) * vec2(1.0, 14.0) : vec2(0.0);
#endif
#ifdef SNOWFALL
    cover += depth > 1.8 * per_m ? 0.9 * flakes(around, rise, 1.8, 1u) * vec2(1.0, 1.8) : vec2(0.0);
    cover += depth > 3.4 * per_m ? 0.9 * flakes(around, rise, 3.4, 2u) * vec2(1.0, 3.4) : vec2(0.0);
    cover += depth > 6.5 * per_m ? 0.9 * flakes(around, rise, 6.5, 3u) * vec2(1.0, 6.5) : vec2(0.0);
    cover += depth > 12.0 * per_m ? 0.8 * flakes(around, rise, 12.0, 4u) * vec2(1.0, 12.0) : vec2(0.0);
#endif
    vec3 place = way * (per_m * cover.y / max(cover.x, 1e-6));
    vec3 light = finish(scattered(place)).rgb;
    // Water and ice scatter most light forwards: half of what is brighter behind them comes through.
    light += 0.5 * max(color - light, 0.0);
    return mix(color, light, min(cover.x, 0.95));
}
