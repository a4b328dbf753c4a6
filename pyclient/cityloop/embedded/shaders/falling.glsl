// Rain and snow between the camera and what it sees: streaks and flakes on cylinders around it.
//
// RAIN, SNOWFALL: what falls.

uniform sampler2D depths;

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

// The picture with what falls in front of it.
vec3 through_the_air(vec3 color) {
    vec3 ray = vec3((gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy, 1.0);
    float depth = texelFetch(depths, ivec2(gl_FragCoord.xy), 0).r;
    vec3 way = turned(frame.world_from_current, ray);
    float level = length(way.xy);
    float rise = way.z / max(level, 0.05);
    float around = 0.5 + atan(way.y, way.x) / TURN;
    float per_m = 1.0 / max(level, 0.05);  // depth of a cylinder of 1 m
    float cover = 0.0;
#ifdef RAIN
    cover += depth > 2.5 * per_m ? 0.30 * streaks(around, rise, 2.5, 1u) : 0.0;
    cover += depth > 6.0 * per_m ? 0.26 * streaks(around, rise, 6.0, 2u) : 0.0;
    cover += depth > 14.0 * per_m ? 0.22 * streaks(around, rise, 14.0, 3u) : 0.0;
#endif
#ifdef SNOWFALL
    cover += depth > 1.8 * per_m ? 0.9 * flakes(around, rise, 1.8, 1u) : 0.0;
    cover += depth > 3.4 * per_m ? 0.9 * flakes(around, rise, 3.4, 2u) : 0.0;
    cover += depth > 6.5 * per_m ? 0.9 * flakes(around, rise, 6.5, 3u) : 0.0;
    cover += depth > 12.0 * per_m ? 0.8 * flakes(around, rise, 12.0, 4u) : 0.0;
#endif
    // Drops mirror the sky, flakes scatter it; at night both show what lamps light.
    vec3 light = finish(0.9 * frame.horizon_radiance.rgb + vec3(0.010, 0.009, 0.008) * frame.dusk.w).rgb;
    return mix(color, light, clamp(cover, 0.0, 0.95));
}
