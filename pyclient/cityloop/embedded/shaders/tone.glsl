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
