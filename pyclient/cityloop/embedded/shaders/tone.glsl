// Exposure, tone curve and sRGB encoding. The curve has the form of K. Narkowicz's fit of ACES (2015),
// but a small toe: what lies in shade keeps most of its share of the light, as in a camera's pictures.
vec4 finish(vec3 radiance) {
    vec3 x = radiance * frame.sun_irradiance.w;
    x = clamp((x * (7.32 * x + 0.87)) / (x * (6.93 * x + 2.43) + 1.0), 0.0, 1.0);
    vec3 s1 = sqrt(x);
    vec3 s2 = sqrt(s1);
    vec3 s3 = sqrt(s2);
    // Fit of the sRGB curve by roots, which are cheaper than powers.
    vec3 encoded = 0.662002687 * s1 + 0.684122060 * s2 - 0.323583601 * s3 - 0.022541147 * x;
    encoded = clamp(encoded, 0.0, 1.0);
    return vec4(encoded, dot(encoded, vec3(0.299, 0.587, 0.114)));
}
