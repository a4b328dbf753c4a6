// A vertex of a surface, at three instants.

#ifndef POSED
uniform int first_row;
#endif

// Rasterisers snap corners to 1/256 pixel, but interpolate between the corners that they were given:
// at a pixel that only the snapped triangle covers, a triangle seen edge-on would be continued by
// metres. Corners are therefore given where they are snapped to.
const float SUBPIXELS = 256.0;
// Nearer corners are outside every image, m.
const float NEAREST_SNAPPED_M = 1e-3;

in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
in uint in_material;
#ifdef POSED
in vec3 in_before;  // as in_position, at t-dt and t+dt
in vec3 in_after;
in uint in_row;
#endif

invariant gl_Position;  // the same depth in both passes over perforated surfaces

#ifdef DEPTH_ONLY
#ifdef PERFORATED
out vec2 uv;
flat out ivec2 traits;  // of the material: layer, flags
#endif
#ifdef SILHOUETTE
flat out uint number;
#endif
#else
out vec4 at_current;   // xyz: camera frame at t, m; w: texture u
out vec4 normal;       // xyz: camera frame; w: texture v
#ifndef STANDING
out vec3 at_previous;  // camera frame at t-dt, m
out vec3 at_next;      // camera frame at t+dt, m
out vec3 velocity;     // world, m/s
#endif
flat out ivec2 look;   // row of the instance, material
#endif

void main() {
#ifdef POSED
    int row = int(in_row);
#else
    int row = first_row + gl_InstanceID;
#endif
    Rows camera_from_part = instance_rows(row, 0);
    vec3 p = apply(camera_from_part, in_position);
    vec2 pixel = frame.intrinsics.xy * p.xy + frame.intrinsics.zw * p.z;  // times depth
    if (p.z > NEAREST_SNAPPED_M) {
        pixel = floor(pixel / p.z * SUBPIXELS + 0.5) / SUBPIXELS * p.z;
    }
    gl_Position = vec4(2.0 * pixel * frame.image.zw - p.z, frame.range.x * p.z + frame.range.y, p.z);

#ifdef DEPTH_ONLY
#ifdef PERFORATED
    uv = in_uv;
    traits = ivec2(material_texel(int(in_material), 2).xy);
#endif
#ifdef SILHOUETTE
    number = instance_ids(row).x;
#endif
#else
    normal.xyz = turn(camera_from_part, in_normal);
#ifndef STANDING
#ifdef POSED
    vec3 before = apply(instance_rows(row, 3), in_before);
    vec3 after = apply(instance_rows(row, 6), in_after);
    velocity = (by_rows(frame.world_from_next, after) -
                by_rows(frame.world_from_previous, before)) * frame.range.z;
#else
    vec3 before = apply(instance_rows(row, 3), in_position);
    vec3 after = apply(instance_rows(row, 6), in_position);
    velocity = apply(instance_rows(row, 9), in_position);
#endif
    at_previous = before;
    at_next = after;
#endif
    at_current = vec4(p, in_uv.x);
    normal.w = in_uv.y;
    look = ivec2(row, int(in_material));
#endif
}
