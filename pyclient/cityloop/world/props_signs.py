"""Traffic signs and street-name plates; what they show faces +x, their post stands at the origin.

Like a traffic light's head, a sign is the plate alone, which has a label; its post is a pole.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cityloop.world.lettering import write
from cityloop.world.meshing import MeshBuilder
from cityloop.world.props_materials import POLE, SIGN_BACK
from cityloop.world.scene import (
    TEXTURE_SIZE,
    LevelOfDetail,
    Material,
    Part,
    Prototype,
    Scene,
    Texture,
)
from cityloop.world.semantics import SemanticClass
from cityloop.world.sign_faces import SIGN_FACES, outline, sign_texture_of, sign_uv

Array = NDArray[np.float64]

SIGN_HEIGHT_M = 2.45  # middle of a sign over the ground
POST_HEIGHT_M = 2.75
POST_RADIUS_M = 0.032
_BEFORE_POST_M = 0.04
_THICK_M = 0.012

NAME_SIZE_M = (1.07, 0.20)
NAME_HEIGHT_M = 2.55  # lower edge of a street-name plate
NAME_POST_HEIGHT_M = 3.05
_NAME_GAP_M = 0.04  # post to plate
_NAME_ROWS, _NAME_COLUMNS = 10, 2  # plates in a texture
_NAMES_DRAWN_TO_M = (60.0, 250.0)


def sign_box(name: str) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return the lowest and highest corner of a sign's plate, m."""
    points = outline(SIGN_FACES[name].shape, 0) * SIGN_FACES[name].width_m
    (y0, z0), (y1, z1) = points.min(axis=0), points.max(axis=0)
    back = _BEFORE_POST_M
    low = (back, float(y0), SIGN_HEIGHT_M + float(z0))
    return low, (back + _THICK_M, float(y1), SIGN_HEIGHT_M + float(z1))


def sign(name: str, level: int) -> MeshBuilder:
    """Return the plate of a sign of `SIGN_FACES` at a level of detail."""
    face = SIGN_FACES[name]
    points = outline(face.shape, level)
    builder = MeshBuilder()
    count = len(points)
    ring = np.arange(1, count - 1)
    fan = np.stack([np.zeros_like(ring), ring, ring + 1], axis=1)
    for x, triangles, material in (
        (_BEFORE_POST_M + _THICK_M, fan, f"prop/{sign_texture_of(name)}"),
        (_BEFORE_POST_M, fan[:, ::-1], SIGN_BACK),
    ):
        place = points * face.width_m
        positions = np.column_stack([np.full(count, x), place[:, 0], SIGN_HEIGHT_M + place[:, 1]])
        builder.triangles(positions, triangles, material, uvs=sign_uv(name, points))
    return builder


def sign_post(level: int, height_m: float = POST_HEIGHT_M) -> MeshBuilder:
    """Return the post of a sign."""
    builder = MeshBuilder()
    foot, top = (0.0, 0.0, 0.0), (0.0, 0.0, height_m)
    builder.cylinder(foot, top, POST_RADIUS_M, POLE, segments=(10, 6, 4)[level])
    return builder


name_post = partial(sign_post, height_m=NAME_POST_HEIGHT_M)


def name_plates(names: Sequence[str]) -> Scene:
    """Return textures, materials and a prototype "street_name/<n>" for each street's plate.

    A plate stands out from its post along +y and is read from both sides.
    """
    scene = Scene()
    per_texture = _NAME_ROWS * _NAME_COLUMNS
    for k in range(0, len(names), per_texture):
        title = f"street_names/{k // per_texture}"
        scene.textures.append(_name_texture(title, names[k : k + per_texture]))
        scene.materials.append(
            Material(
                f"prop/{title}",
                (1.0, 1.0, 1.0),
                roughness=0.45,
                texture=title,
                semantic=SemanticClass.TRAFFIC_SIGN,
            )
        )
    for n in range(len(names)):
        mesh = _plate(n % per_texture, f"prop/street_names/{n // per_texture}").build(
            f"street_name/{n}"
        )
        scene.meshes.append(mesh)
        length, high = NAME_SIZE_M
        middle = (0.0, _NAME_GAP_M + length / 2, NAME_HEIGHT_M + high / 2)
        scene.prototypes.append(
            Prototype(
                name=mesh.name,
                parts=(Part("plate", (LevelOfDetail(mesh.name, _NAMES_DRAWN_TO_M[1]),)),),
                dimension=(_THICK_M, length, high),
                box_center=middle,
            )
        )
    return scene


def _plate(cell: int, material: str) -> MeshBuilder:
    builder = MeshBuilder()
    length, high = NAME_SIZE_M
    x, y0, y1 = _THICK_M / 2, _NAME_GAP_M, _NAME_GAP_M + length
    z0, z1 = NAME_HEIGHT_M, NAME_HEIGHT_M + high
    front = np.array([[x, y0, z0], [x, y1, z0], [x, y1, z1], [x, y0, z1]])
    back = np.array([[-x, y1, z0], [-x, y0, z0], [-x, y0, z1], [-x, y1, z1]])
    row, column = divmod(cell, _NAME_COLUMNS)
    u0, u1 = column / _NAME_COLUMNS, (column + 1) / _NAME_COLUMNS
    v0, v1 = (row + 1) / _NAME_ROWS, row / _NAME_ROWS
    uv = np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]])
    builder.quads(np.stack([front, back]), material, uvs=np.stack([uv, uv]))
    rims = [
        [[-x, y0, z1], [x, y0, z1], [x, y1, z1], [-x, y1, z1]],
        [[x, y0, z0], [-x, y0, z0], [-x, y1, z0], [x, y1, z0]],
    ]
    builder.quads(np.array(rims), SIGN_BACK)
    return builder


def _name_texture(title: str, names: Sequence[str]) -> Texture:
    """Return a texture of plates: white on blue with a white line around."""
    rgba = np.full((TEXTURE_SIZE, TEXTURE_SIZE, 4), 255, dtype=np.uint8)
    rgba[..., :3] = (22, 60, 128)
    wide = TEXTURE_SIZE // _NAME_COLUMNS
    edges = [round(TEXTURE_SIZE * k / _NAME_ROWS) for k in range(_NAME_ROWS + 1)]
    for n, name in enumerate(names):
        row, column = divmod(n, _NAME_COLUMNS)
        top, bottom, left = edges[row], edges[row + 1], column * wide
        frame = rgba[top + 2 : bottom - 2, left + 3 : left + wide - 3, :3]
        frame[...] = 235
        frame[2:-2, 2:-2] = (22, 60, 128)
        box = (left + 12, top + 7, wide - 24, bottom - top - 12)
        write(rgba, name, box, (240, 240, 238))
    return Texture(title, rgba)
