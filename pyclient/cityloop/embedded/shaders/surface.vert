// A vertex of a surface, at three instants.

uniform int first_row;

in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
in uint in_material;
#ifdef SKINNED
in uvec4 in_joints;
in vec4 in_weights;
#endif

out vec4 at_current;   // xyz: camera frame at t, m; w: texture u
out vec4 at_previous;  // xyz: camera frame at t-dt, m; w: texture v
out vec3 at_next;      // camera frame at t+dt, m
out vec3 normal;       // camera frame
out vec3 velocity;     // world, m/s
flat out ivec2 look;   // row of the instance, material

vec3 to_world(vec4 rows[3], vec3 p) {
    vec4 q = vec4(p, 1.0);
    return vec3(dot(rows[0], q), dot(rows[1], q), dot(rows[2], q));
}

void main() {
    int row = first_row + gl_InstanceID;
    Rows camera_from_part = instance_rows(row, 0);
#ifdef SKINNED
    int bone = int(instance_ids(row).w);
    Rows posed = blended_bones(bone, in_joints, in_weights, 0);
    vec3 p = apply(camera_from_part, apply(posed, in_position));
    vec3 before = apply(instance_rows(row, 3),
                        apply(blended_bones(bone, in_joints, in_weights, 1), in_position));
    vec3 after = apply(instance_rows(row, 6),
                       apply(blended_bones(bone, in_joints, in_weights, 2), in_position));
    normal = turn(camera_from_part, turn(posed, in_normal));
    velocity = (to_world(frame.world_from_next, after) -
                to_world(frame.world_from_previous, before)) * frame.range.z;
#else
    vec3 p = apply(camera_from_part, in_position);
    vec3 before = apply(instance_rows(row, 3), in_position);
    vec3 after = apply(instance_rows(row, 6), in_position);
    normal = turn(camera_from_part, in_normal);
    velocity = apply(instance_rows(row, 9), in_position);
#endif
    at_current = vec4(p, in_uv.x);
    at_previous = vec4(before, in_uv.y);
    at_next = after;
    look = ivec2(row, int(in_material));

    vec2 pixel = frame.intrinsics.xy * p.xy + frame.intrinsics.zw * p.z;  // times depth
    gl_Position = vec4(2.0 * pixel * frame.image.zw - p.z, frame.range.x * p.z + frame.range.y, p.z);
}
