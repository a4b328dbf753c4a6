// Sunlight, skylight and reflections of a surface; radiance is linear, 1 = a white surface in the
// sun at exposure 1.

uniform sampler2DShadow standing_shadows;
uniform sampler2DShadow moving_shadows;

// Of the depth along the light, 1 = 1024 m.
const float NEAR_BIAS = 0.00001;
const float FAR_BIAS = 0.0001;
const float ABOVE_BIAS = 0.00002;

const float POLISHED = 0.08;  // perceptual roughness of glass

struct Surface {
    vec3 position;  // camera frame, m
    vec3 normal;    // unit, camera frame
    vec3 albedo;
    float roughness;
    float metallic;
    vec3 emission;
};

vec3 linear_from_srgb(vec3 c) {
    // Cubic fit of the sRGB curve, good to about 0.5 %.
    return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

// Share of the sun's disc seen from a surface point.
float sun_visibility(vec3 position, vec3 normal, float facing) {
    // The flatter the light strikes the surface, the farther the point must be moved off it.
    vec3 off = normal * sqrt(1.0 - facing * facing);
    vec3 near = by_rows(frame.near_shadow, position + off * frame.shadow_offset.x);
    vec3 far = by_rows(frame.far_shadow, position + off * frame.shadow_offset.y);
    vec2 near_edge = abs(near.xy - 0.5);
    vec2 far_edge = abs(far.xy - 0.5);
    bool is_near = max(near_edge.x, near_edge.y) < 0.498;
    vec4 atlas = frame.standing_atlas;
    vec2 far_at = vec2(1.0 - atlas.x * (1.0 - far.x), far.y);  // the last square of the atlas
    vec2 at = is_near ? vec2(near.x * atlas.x, near.y) : far_at;
    float depth = min(is_near ? near.z - NEAR_BIAS : far.z - FAR_BIAS, 0.99999);
    vec2 texel = vec2(atlas.w, frame.shadow_offset.z);
    float standing = 0.5 * texture(standing_shadows, vec3(at + texel * vec2(-0.35, -0.35), depth))
                   + 0.5 * texture(standing_shadows, vec3(at + texel * vec2(0.35, 0.35), depth));
    standing = max(far_edge.x, far_edge.y) < 0.499 ? standing : 1.0;
    float moving = texture(moving_shadows, vec3(near.x * frame.moving_atlas.x, near.y, depth));
    return min(standing, is_near ? moving : 1.0);
}

// Share of the sky that cars and other things low above a surface point leave open.
float sky_visibility(vec3 position, vec3 normal) {
    vec3 above = by_rows(frame.above_shadow, position + normal * 0.22);
    vec2 edge = abs(above.xy - 0.5);
    vec3 standing = vec3(frame.standing_atlas.x + above.x * frame.standing_atlas.y,
                         above.y * frame.standing_atlas.z, above.z - ABOVE_BIAS);
    vec3 moving = vec3(frame.moving_atlas.x + above.x * frame.moving_atlas.y,
                       above.y * frame.moving_atlas.z, above.z - ABOVE_BIAS);
    float open = min(texture(standing_shadows, standing), texture(moving_shadows, moving));
    // Walls see the sky from the side: an eave straight above says little about them.
    float counts = 0.8 * smoothstep(0.1, 0.8, dot(normal, frame.up.xyz));
    return max(edge.x, edge.y) < 0.498 ? 1.0 - counts * (1.0 - open) : 1.0;
}

// What a smooth surface mirrors in a direction that rises by `up`: sky, a street's far side, ground.
vec3 surroundings(float up) {
    vec3 sky = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, sqrt(clamp(up, 0.0, 1.0)));
    vec3 houses = 0.6 * frame.ground_radiance.rgb + 0.12 * frame.horizon_radiance.rgb;
    vec3 low = mix(houses, sky, smoothstep(0.15, 0.40, up));
    return mix(frame.ground_radiance.rgb, low, smoothstep(-0.10, 0.02, up));
}

// Light from sky, houses and ground on a white matt surface whose normal rises by `up`. What comes
// by way of other walls has lost some of the sky's blue.
vec3 skylight(float up) {
    vec3 sky = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, 0.4);
    sky = mix(sky, vec3(dot(sky, vec3(0.32, 0.55, 0.13))), 0.55);
    vec3 ground = frame.ground_radiance.rgb;
    vec3 side = 0.34 * sky + 0.55 * ground;
    return up > 0.0 ? mix(side, 0.75 * sky + 0.2 * ground, up) : mix(side, 0.8 * ground, -up);
}

vec3 shade(Surface s) {
    float distance_m = length(s.position);
    vec3 to_eye = -s.position / distance_m;
    vec3 n = s.normal;
    float up = dot(n, frame.up.xyz);

    // Water darkens what it soaks and smooths what it covers: dark texels are pits, and fill first.
    float wet = frame.ground_radiance.w * smoothstep(0.7, 0.95, up);
    s.roughness = mix(s.roughness, min(0.12 + 1.5 * s.albedo.g, 0.5), wet);
    s.albedo *= 1.0 - 0.6 * wet;

    float facing_eye = max(dot(n, to_eye), 1e-3);
    vec3 sun = frame.sun_direction.xyz;
    float facing_sun = max(dot(n, sun), 0.0);
    float visible = sun_visibility(s.position, n, facing_sun) * frame.sun_direction.w;
    vec3 f0 = mix(vec3(0.04), s.albedo, s.metallic);
    vec3 diffuse = s.albedo * (1.0 - s.metallic);

    // GGX with the visibility term of B. Karis and S. Lazarov ("Optimizing PBR for mobile", 2015).
    vec3 halfway = normalize(sun + to_eye);
    float nh = max(dot(n, halfway), 0.0);
    float lh = max(dot(sun, halfway), 0.0);
    float a = max(s.roughness * s.roughness, 0.01);
    float a2 = a * a;
    float d = nh * nh * (a2 - 1.0) + 1.0;
    float lobe = min(a2 / (d * d * max(0.1, lh * lh) * (4.0 * a + 2.0)), 24.0);
    vec3 radiance = (diffuse + f0 * lobe) * frame.sun_irradiance.rgb * (facing_sun * visible);

    // Fit of the environment term by B. Karis ("Physically based shading on mobile", 2014).
    vec4 r = s.roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a004 = min(r.x * r.x, exp2(-9.28 * facing_eye)) * r.x + r.y;
    vec2 scale_bias = vec2(-1.04, 1.04) * a004 + r.zw;
    vec3 ambient = skylight(up) * sky_visibility(s.position, n);
    float mirrored_up = 2.0 * facing_eye * up - dot(to_eye, frame.up.xyz);
    vec3 mirrored = mix(surroundings(mirrored_up), ambient, s.roughness);
    radiance += diffuse * ambient + (f0 * scale_bias.x + scale_bias.y) * mirrored;
    radiance += s.emission;

    float clear = exp2(-1.442695 * frame.horizon_radiance.w * distance_m);
    return mix(frame.horizon_radiance.rgb, radiance, clear);
}

// Exposure, tone curve (fit of ACES by K. Narkowicz, 2015) and sRGB encoding.
vec4 finish(vec3 radiance) {
    vec3 x = radiance * frame.sun_irradiance.w;
    x = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
    vec3 s1 = sqrt(x);
    vec3 s2 = sqrt(s1);
    vec3 s3 = sqrt(s2);
    // Fit of the sRGB curve by roots, which are cheaper than powers.
    vec3 encoded = 0.662002687 * s1 + 0.684122060 * s2 - 0.323583601 * s3 - 0.022541147 * x;
    encoded = clamp(encoded, 0.0, 1.0);
    return vec4(encoded, dot(encoded, vec3(0.299, 0.587, 0.114)));
}
