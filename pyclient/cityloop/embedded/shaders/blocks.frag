// As its depth, which blocks of 2x2 pixels have ground: 0 those, 1 all others.

void main() {
    gl_FragDepth = any(are_ground(2.0 * gl_FragCoord.xy)) ? 0.0 : 1.0;
}
