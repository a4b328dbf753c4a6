// Sunlight, skylight, lamps and reflections of a surface; radiance is linear, 1 = a white surface in
// the sun at exposure 1.
//
// SUN: the sun shines and casts shadows. LAMPS: lamps are lit. WET, SNOW: water or snow on the ground.

uniform sampler2DShadow shadows;
#ifdef LAMPS
uniform sampler2D standing_lamps;
uniform sampler2D standing_lamps_from;
uniform sampler2D moving_lamps;
uniform sampler2D moving_lamps_from;
#endif
// Of the depth along the light, 1 = 1024 m.
const float NEAR_BIAS = 0.00001;
const float FAR_BIAS = 0.0001;
const float ABOVE_BIAS = 0.00002;

struct Surface {
    vec3 position;  // camera frame, m
    vec3 normal;    // unit, camera frame
    vec3 albedo;
    float roughness;
    float metallic;
    vec3 emission;
    float ground;   // 1: of the ground, 0: anything else
    float bare;     // 1: no snow stays on it
};

// Share of the sun's disc seen from a surface point.
float sun_visibility(vec3 position, vec3 normal, float facing) {
    // The flatter the light strikes the surface, the farther the point must be moved off it.
    vec3 off = normal * sqrt(1.0 - facing * facing);
    vec3 near = by_rows(frame.near_shadow, position + off * frame.shadow_offset.x);
    vec3 far = by_rows(frame.far_shadow, position + off * frame.shadow_offset.y);
    vec2 near_edge = abs(near.xy - 0.5);
    vec2 far_edge = abs(far.xy - 0.5);
    bool is_near = max(near_edge.x, near_edge.y) < 0.498;
    vec4 atlas = frame.shadow_atlas;
    vec2 far_at = vec2(1.0 - atlas.x * (1.0 - far.x), far.y);  // the last square of the atlas
    vec2 at = is_near ? vec2(near.x * atlas.x, near.y) : far_at;
    float depth = min(is_near ? near.z - NEAR_BIAS : far.z - FAR_BIAS, 0.99999);
    vec2 texel = vec2(atlas.w, frame.shadow_offset.z);
    float visible = 0.5 * texture(shadows, vec3(at + texel * vec2(-0.35, -0.35), depth))
                  + 0.5 * texture(shadows, vec3(at + texel * vec2(0.35, 0.35), depth));
    return max(far_edge.x, far_edge.y) < 0.499 ? visible : 1.0;
}

// Share of the sky that cars and other things low above a surface point leave open.
float sky_visibility(vec3 position, vec3 normal) {
    vec3 above = by_rows(frame.above_shadow, position + normal * 0.22);
    vec2 edge = abs(above.xy - 0.5);
    vec4 atlas = frame.shadow_atlas;
    float open = texture(shadows, vec3(atlas.x + above.x * atlas.y, above.y * atlas.z, above.z - ABOVE_BIAS));
    // Walls see the sky from the side: an eave straight above says little about them.
    float counts = 0.8 * smoothstep(0.1, 0.8, dot(normal, frame.up.xyz));
    return max(edge.x, edge.y) < 0.498 ? 1.0 - counts * (1.0 - open) : 1.0;
}

// What a smooth surface mirrors in a direction that rises by `up`: sky, a street's far side, ground.
vec3 surroundings(float up) {
    vec3 sky = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, sqrt(clamp(up, 0.0, 1.0)));
    vec3 houses = 0.6 * frame.ground_radiance.rgb + 0.12 * frame.horizon_radiance.rgb;
    vec3 low = mix(houses, sky, smoothstep(0.20, 0.34, up));
    return mix(frame.ground_radiance.rgb, low, smoothstep(-0.10, 0.02, up));
}

// Light from sky, houses and ground on a white matt surface whose normal rises by `up`. What comes
// by way of other walls has lost some of the sky's blue.
vec3 skylight(float up) {
    vec3 sky = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, 0.4);
    sky = mix(sky, vec3(dot(sky, vec3(0.32, 0.55, 0.13))), 0.45);
    vec3 ground = frame.ground_radiance.rgb;
    vec3 side = 0.42 * sky + 0.55 * ground;
    return up > 0.0 ? mix(side, 0.75 * sky + 0.2 * ground, up) : mix(side, 0.8 * ground, -up);
}

// GGX with the visibility term of B. Karis and S. Lazarov ("Optimizing PBR for mobile", 2015).
float highlight(vec3 n, vec3 light, vec3 to_eye, float roughness) {
    vec3 halfway = normalize(light + to_eye);
    float nh = max(dot(n, halfway), 0.0);
    float lh = max(dot(light, halfway), 0.0);
    float a = max(roughness * roughness, 0.01);
    float a2 = a * a;
    float d = nh * nh * (a2 - 1.0) + 1.0;
    return min(a2 / (d * d * max(0.1, lh * lh) * (4.0 * a + 2.0)), 24.0);
}

#ifdef LAMPS
// What a map of lamps (lamp_map.py) says about a place, world axes from the camera, m.
struct Lamps {
    vec3 light;   // on a surface that faces them
    vec3 way;     // to where it comes from on the whole
    float together;  // how much of it comes from there, 0 to 1; the rest from everywhere
    vec3 bounce;  // what the lit ground throws back at walls
};

Lamps lamps_at(vec3 place, sampler2D map, sampler2D from) {
    vec2 at = place.xy * frame.lamp_map.x + frame.lamp_map.yz;
    vec4 light = texture(map, at);
    vec4 direction = texture(from, at);
    float weight = dot(light.rgb, vec3(1.0 / 3.0)) + 1e-6;
    float height = light.w / weight + 1e-3;
    vec3 mean = direction.xyz / weight;
    float above = max(place.z + frame.lamp_map.w - direction.w / weight, 0.0);  // the ground, m
    // The mean lamp stands off as far as its direction from the ground says.
    vec3 lamp = vec3(mean.xy * (height / max(mean.z, 0.02)), height);
    vec3 way = lamp - vec3(0.0, 0.0, above);
    float nearer = (dot(lamp, lamp) + 0.3) / (dot(way, way) + 0.3);
    // Nothing above the lamp is in its light, but for a little that the air scatters.
    float below = 1.0 - 0.97 * smoothstep(height - 0.15, 1.12 * height + 0.5, above);
    Lamps lamps;
    lamps.light = light.rgb * (min(nearer, 2.0) * below);
    lamps.way = normalize(way);
    lamps.together = min(dot(mean, mean), 1.0);
    lamps.bounce = light.rgb * (mean.z * 0.16 / (1.0 + 0.12 * above));
    return lamps;
}

// Light of one map on a surface; `lit` is direct light on white matt, `shine` what is mirrored.
void add_lamps(Lamps lamps, vec3 n, vec3 to_eye, float roughness, inout vec3 lit, inout vec3 shine) {
    float facing = max(dot(n, lamps.way), 0.0);
    // 0.25 is the mean over all directions.
    lit += lamps.light * mix(0.25, facing, lamps.together) + lamps.bounce * (1.0 - 0.7 * n.z);
    shine += lamps.light * (highlight(n, lamps.way, to_eye, roughness) * facing * lamps.together);
}
#endif

vec3 shade(Surface s) {
    float distance_m = length(s.position);
    vec3 to_eye = -s.position / distance_m;
    vec3 n = s.normal;
    float up = dot(n, frame.up.xyz);
    float open = sky_visibility(s.position, n);

#if defined(WET) || defined(SNOW)
    vec2 place = turned(frame.world_from_current, s.position).xy + frame.place.xy;
#endif
#ifdef WET
    // Water darkens what it soaks and smooths what it covers: dark texels are pits, and fill first.
    float wet = frame.ground_radiance.w * smoothstep(0.7, 0.95, up);
    s.roughness = mix(s.roughness, min(0.26 + 1.2 * s.albedo.g, 0.6), wet);
    Water water = water_at(place, frame.ground_radiance.w);
    float puddle = water.puddle * s.ground * smoothstep(0.7, 0.95, up);
    s.albedo *= (1.0 - 0.6 * wet) * (1.0 - 0.5 * puddle);
    s.roughness = mix(s.roughness, 0.04, puddle);
    vec3 ripple = water.ripple.x * frame.world_from_current[0].xyz
                + water.ripple.y * frame.world_from_current[1].xyz;
    n = normalize(n + ripple * (wet * s.ground));
#endif
#ifdef SNOW
    vec4 hollows = texture(patches, place * (1.0 / 24.0));
    vec4 grains = texture(patches, place * (1.0 / 5.0));
    float falls = smoothstep(0.35, 0.75, up) * (1.0 - s.bare) * smoothstep(0.2, 0.9, open);
    float kept = frame.weather.y * mix(1.0, 0.86, s.ground);
    float snow = falls * smoothstep(1.0 - kept - 0.16, 1.0 - kept + 0.10, 0.62 * hollows.g + 0.38 * grains.g);
    s.albedo = mix(s.albedo, vec3(0.72, 0.75, 0.80) * (0.9 + 0.2 * grains.r), snow);
    s.roughness = mix(s.roughness, 0.85, snow);
    s.metallic *= 1.0 - snow;
#endif

    float facing_eye = max(dot(n, to_eye), 1e-3);
    vec3 f0 = mix(vec3(0.04), s.albedo, s.metallic);
    vec3 diffuse = s.albedo * (1.0 - s.metallic);
    vec3 radiance = s.emission * frame.weather.w;
#ifdef SUN
    vec3 sun = frame.sun_direction.xyz;
    float facing_sun = max(dot(n, sun), 0.0);
    float visible = sun_visibility(s.position, n, facing_sun);
    radiance += (diffuse + f0 * highlight(n, sun, to_eye, s.roughness))
              * frame.sun_irradiance.rgb * (facing_sun * visible);
#endif

    // Fit of the environment term by B. Karis ("Physically based shading on mobile", 2014).
    vec4 r = s.roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a004 = min(r.x * r.x, exp2(-9.28 * facing_eye)) * r.x + r.y;
    vec2 scale_bias = vec2(-1.04, 1.04) * a004 + r.zw;
    vec3 ambient = skylight(up) * open;
    float mirrored_up = 2.0 * facing_eye * up - dot(to_eye, frame.up.xyz);
    vec3 mirrored = mix(surroundings(mirrored_up), ambient, s.roughness);
#ifdef WET
    mirrored *= 1.0 - 0.4 * wet * s.ground;  // stones stand in the way of what is mirrored flatly
#endif
    radiance += diffuse * ambient + (f0 * scale_bias.x + scale_bias.y) * mirrored;
#ifdef LAMPS
    vec3 around = turned(frame.world_from_current, s.position);
    vec3 world_normal = turned(frame.world_from_current, n);
    vec3 world_eye = turned(frame.world_from_current, to_eye);
    vec3 lit = vec3(0.0), shine = vec3(0.0);
    float gloss = max(s.roughness, 0.2);
    add_lamps(lamps_at(around, standing_lamps, standing_lamps_from), world_normal, world_eye, gloss, lit, shine);
    add_lamps(lamps_at(around, moving_lamps, moving_lamps_from), world_normal, world_eye, gloss, lit, shine);
    vec3 mirror = f0 * scale_bias.x + scale_bias.y;
    radiance += frame.dusk.w * open * (diffuse * lit + f0 * shine + 0.25 * mirror * lit);
#endif

    float clear = exp2(-1.442695 * frame.horizon_radiance.w * distance_m);
    return mix(frame.horizon_radiance.rgb, radiance, clear);
}
