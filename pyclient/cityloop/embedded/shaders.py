"""Puts GLSL programs together from the files in `shaders/`."""

from importlib.resources import files

import moderngl

from cityloop.embedded.frame_block import bind_block, glsl_declaration
from cityloop.embedded.gpu_scene import MATERIALS_PER_ROW
from cityloop.embedded.instance_table import (
    CAMERA_TEXELS,
    CASTER_TEXELS,
    INSTANCES_PER_ROW,
)

# Texture units, the same in every program.
UNITS = {
    "instance_table": 0,
    "id_table": 1,
    "hits": 2,
    "material_table": 3,
    "textures": 4,
    "standing_shadows": 5,
    "shadows": 6,
    "picture": 7,
    "standing_lamps": 8,
    "standing_lamps_from": 9,
    "moving_lamps": 10,
    "moving_lamps_from": 11,
    "patches": 12,
    "depths": 13,
    "classes": 14,
    "looks": 15,
}
_CONSTANTS = {
    "INSTANCES_PER_ROW": INSTANCES_PER_ROW,
    "CAMERA_TEXELS": CAMERA_TEXELS,
    "CASTER_TEXELS": CASTER_TEXELS,
    "MATERIALS_PER_ROW": MATERIALS_PER_ROW,
}
# Rows of a matrix in the uniform block, times a point and times a direction.
_SHARED = """
vec3 by_rows(vec4 rows[3], vec3 p) {
    vec4 q = vec4(p, 1.0);
    return vec3(dot(rows[0], q), dot(rows[1], q), dot(rows[2], q));
}

vec3 turned(vec4 rows[3], vec3 v) {
    return vec3(dot(rows[0].xyz, v), dot(rows[1].xyz, v), dot(rows[2].xyz, v));
}
"""


def build_program(
    context: moderngl.Context,
    vertex: tuple[str, ...],
    fragment: tuple[str, ...],
    defines: tuple[str, ...] = (),
) -> moderngl.Program:
    """Return the program of the files named `vertex` and `fragment`, joined in their order."""
    constants = [f"#define {name} {value}" for name, value in _CONSTANTS.items()]
    switches = [f"#define {name}" for name in defines]
    head = "\n".join(["#version 410 core", *constants, *switches, glsl_declaration(), _SHARED])
    folder = files("cityloop.embedded") / "shaders"

    def source(names: tuple[str, ...]) -> str:
        return "\n".join([head, *((folder / name).read_text("utf-8") for name in names)])

    program = context.program(vertex_shader=source(vertex), fragment_shader=source(fragment))
    bind_block(program)
    for name, unit in UNITS.items():
        sampler = program.get(name, None)
        if isinstance(sampler, moderngl.Uniform):
            sampler.value = unit
    return program
