// The picture of a pixel that no surface covers, and what it is.

layout(location = 0) out vec4 out_color;  // sRGB-encoded; a: luma, for the antialiasing
layout(location = 1) out uint out_instance;
layout(location = 2) out uint out_semantic;

const uint SKY = 10u;

// A number from 0 to 1 that looks random, of a point with whole coordinates.
float speckle(vec2 cell) {
    uvec2 q = uvec2(ivec2(cell)) * uvec2(1597334673u, 3812015801u);
    uint n = (q.x ^ q.y) * 1597334673u;
    return float(n >> 8) * (1.0 / 16777216.0);
}

float soft_noise(vec2 p) {
    vec2 cell = floor(p);
    vec2 f = p - cell;
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(speckle(cell), speckle(cell + vec2(1.0, 0.0)), f.x),
               mix(speckle(cell + vec2(0.0, 1.0)), speckle(cell + vec2(1.0, 1.0)), f.x), f.y);
}

vec3 sky_radiance(vec3 direction, float up) {
    float toward_sun = max(dot(direction, frame.sun_direction.xyz), 0.0);
    float rise = clamp(up, 0.0, 1.0);
    vec3 air = mix(frame.horizon_radiance.rgb, frame.zenith_radiance.rgb, sqrt(rise));
    float near_sun = toward_sun * toward_sun;
    near_sun *= near_sun;
    float glow = 0.10 * near_sun + 0.25 * exp2(60.0 * (toward_sun - 1.0))
               + 20.0 * smoothstep(0.99990, 0.99996, toward_sun);

    // A low sun colours the air above the horizon on its side.
    vec2 sun_side = normalize(turned(frame.world_from_current, frame.sun_direction.xyz).xy + 1e-5);
    vec2 look_side = normalize(turned(frame.world_from_current, direction).xy + 1e-5);
    float side = 0.5 + 0.5 * dot(sun_side, look_side);
    air += frame.dusk.rgb * (side * side * side * exp2(-9.0 * max(up, 0.0)));

    // Clouds on a plane: far ones crowd towards the horizon.
    vec3 world = turned(frame.world_from_current, direction);
    vec2 p = world.xy / (rise + 0.12) * 1.6;
    float shape = 0.55 * soft_noise(p) + 0.28 * soft_noise(p * 2.1 + 17.0)
                + 0.17 * soft_noise(p * 4.3 + 43.0);
    float cover = frame.zenith_radiance.w;
    float cloud = smoothstep(0.78 - 0.62 * cover, 1.02 - 0.55 * cover, shape);
    cloud *= smoothstep(0.0, 0.12, up) * (1.0 - 0.5 * cover * cover);
    vec3 white = 0.7 * frame.horizon_radiance.rgb + 0.42 * frame.sun_irradiance.rgb;
    vec3 clear = air + frame.sun_irradiance.rgb * glow * frame.sun_direction.w;
    return mix(clear, white * (1.0 + 0.6 * glow), 0.85 * cloud);
}

void main() {
    vec2 uv = (gl_FragCoord.xy - frame.intrinsics.zw) / frame.intrinsics.xy;
    vec3 ray = vec3(uv, 1.0);
    vec3 direction = normalize(ray);
    float up = dot(direction, frame.up.xyz);
    vec3 radiance = sky_radiance(direction, up);
    // Fog as thick as 1.5 km of it hides the sky just above the horizon.
    float clear = exp2(-1.442695 * frame.horizon_radiance.w * 1500.0 * (1.0 - clamp(up * 3.0, 0.0, 1.0)));
    out_color = finish(mix(frame.horizon_radiance.rgb, radiance, clear));
    out_instance = 0u;
    out_semantic = SKY;
}
