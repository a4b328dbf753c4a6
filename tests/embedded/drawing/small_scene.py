"""Scenes of a few triangles with known answers; the camera looks along x from the origin."""

from dataclasses import dataclass, field, replace

import numpy as np

from cityloop.embedded.instances import CameraView, Instances
from cityloop.protocol import capture_pb2, scene_pb2
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, rotation

PASSES = [n for n in capture_pb2.Pass.values() if n != capture_pb2.PASS_UNSPECIFIED]
NAMES = {n: capture_pb2.Pass.Name(n).removeprefix("PASS_").lower() for n in PASSES}
TYPES = {
    capture_pb2.DATA_TYPE_UINT8: np.uint8,
    capture_pb2.DATA_TYPE_UINT32: np.uint32,
    capture_pb2.DATA_TYPE_FLOAT32: np.float32,
}
DT_S = 0.05
LENS = Intrinsics(width=64, height=48, fx=40.0, fy=40.0, cx=32.0, cy=24.0)
NOON = capture_pb2.Environment(
    sun_direction={"x": -0.6, "y": 0.0, "z": 0.8},
    sun_irradiance={"r": 2.0, "g": 2.0, "b": 2.0},
    zenith_radiance={"r": 0.2, "g": 0.35, "b": 0.7},
    horizon_radiance={"r": 0.6, "g": 0.7, "b": 0.8},
    exposure=0.6,
)


def rigid(position=(0.0, 0.0, 0.0), quaternion=(0.0, 0.0, 0.0, 1.0)):
    """Return a (3, 4) rigid transform."""
    matrix = np.zeros((3, 4))
    matrix[:, :3] = rotation.to_matrix(quaternion)
    matrix[:, 3] = position
    return matrix


def camera_pose(position=(0.0, 0.0, 0.0), yaw_rad=0.0):
    """Return world-from-camera (3, 4) of a camera that looks along x, turned by `yaw_rad`."""
    matrix = rigid(position, rotation.from_yaw(yaw_rad))
    matrix[:, :3] = matrix[:, :3] @ BODY_FROM_CAMERA_AXES
    return matrix


def view(previous=None, current=None, following=None, lens=LENS, hidden_body=0):
    """Return a camera; it stands still where nothing else is said."""
    current = camera_pose() if current is None else current
    return CameraView(
        name="camera",
        width=lens.width,
        height=lens.height,
        fx=lens.fx,
        fy=lens.fy,
        cx=lens.cx,
        cy=lens.cy,
        near_m=0.1,
        far_m=1000.0,
        previous=current if previous is None else previous,
        current=current,
        next=current if following is None else following,
        hidden_body=hidden_body,
    )


def facing_quad(half=1.0, center=(0.0, 0.0)):
    """Return (4, 3) corners of a square that faces -x, and its triangles."""
    y, z = center
    corners = np.array(
        [
            [0, y + half, z - half],
            [0, y - half, z - half],
            [0, y - half, z + half],
            [0, y + half, z + half],
        ]
    )
    return corners, np.array([[0, 1, 2], [0, 2, 3]])


@dataclass
class Thing:
    """One part to be drawn; what is not given stands still, dark and unposed."""

    part: int
    current: np.ndarray
    previous: np.ndarray | None = None
    following: np.ndarray | None = None
    velocity: tuple = (0.0, 0.0, 0.0)
    angular_velocity: tuple = (0.0, 0.0, 0.0)
    body: int = 1
    instance_id: int = 7
    semantic: int = 13
    lamps: int = 0
    tint: tuple = (1.0, 1.0, 1.0)
    static: bool = False
    bones: tuple = field(default=())  # previous, current, next: each (B, 3, 4)


def instances(things):
    """Return the `Instances` of a list of things."""
    rows, bones = [], ([], [], [])
    for thing in things:
        rows.append(sum(map(len, bones[1])) if thing.bones else -1)
        for kept, new in zip(bones, thing.bones, strict=False):
            kept.append(np.asarray(new, dtype=np.float32))
    stacked = [np.concatenate(b) if b else np.zeros((0, 3, 4), np.float32) for b in bones]
    current = np.array([t.current for t in things]).reshape(-1, 3, 4)
    tints = np.ones((len(things), 8, 3), dtype=np.float32)
    for row, thing in enumerate(things):
        tints[row, 0] = thing.tint
    return Instances(
        part=np.array([t.part for t in things], dtype=np.int32),
        body=np.array([t.body for t in things], dtype=np.uint32),
        origin=current[:, :, 3],
        previous=np.array(
            [t.current if t.previous is None else t.previous for t in things]
        ).reshape(-1, 3, 4),
        current=current,
        next=np.array([t.current if t.following is None else t.following for t in things]).reshape(
            -1, 3, 4
        ),
        velocity=np.array([t.velocity for t in things], dtype=np.float64).reshape(-1, 3),
        angular_velocity=np.array([t.angular_velocity for t in things], dtype=np.float64).reshape(
            -1, 3
        ),
        instance_id=np.array([t.instance_id for t in things], dtype=np.uint32),
        semantic=np.array([t.semantic for t in things], dtype=np.uint8),
        lamps=np.array([t.lamps for t in things], dtype=np.uint32),
        tints=tints,
        static=np.array([t.static for t in things], dtype=bool),
        bones=np.array(rows, dtype=np.int32),
        bones_previous=stacked[0],
        bones_current=stacked[1],
        bones_next=stacked[2],
    )


class SmallScene:
    """Loads meshes into a renderer and draws them."""

    def __init__(self, renderer):
        self.renderer = renderer
        self._materials = 0
        self._meshes = 0
        renderer.set_environment(NOON)

    def texture(self, rgba):
        """Load a (512, 512, 4) uint8 texture; return its name."""
        name = f"texture {id(rgba)}"
        self.renderer.add_texture(scene_pb2.Texture(name=name, rgba=rgba.tobytes()))
        return name

    def material(self, color=(0.5, 0.5, 0.5), **traits):
        """Load a material; return its index."""
        r, g, b = color
        self.renderer.add_material(
            scene_pb2.Material(
                name=f"material {self._materials}",
                base_color={"r": r, "g": g, "b": b},
                **{"roughness": 0.9, **traits},
            )
        )
        self._materials += 1
        return self._materials - 1

    def mesh(self, corners, triangles, material, uvs=None, joints=None, weights=None):
        """Load a mesh of flat triangles; return its name."""
        corners = np.asarray(corners, dtype="<f4")
        triangles = np.asarray(triangles, dtype="<u4")
        a, b, c = (corners[triangles[0, i]] for i in range(3))
        normal = np.cross(b - a, c - a)
        normal = normal / np.linalg.norm(normal)
        name = f"mesh {self._meshes}"
        self._meshes += 1
        self.renderer.add_mesh(
            scene_pb2.Mesh(
                name=name,
                positions=corners.tobytes(),
                normals=np.tile(normal.astype("<f4"), (len(corners), 1)).tobytes(),
                uvs=b"" if uvs is None else np.asarray(uvs, dtype="<f4").tobytes(),
                materials=np.broadcast_to(
                    np.asarray(material, dtype="<u2"), (len(corners),)
                ).tobytes(),
                indices=triangles.tobytes(),
                joints=b"" if joints is None else np.asarray(joints, dtype=np.uint8).tobytes(),
                weights=b"" if weights is None else np.asarray(weights, dtype="<f4").tobytes(),
            )
        )
        return name

    def part(self, *levels):
        """Load a prototype of one part with (mesh, max_distance_m) levels; return the handle."""
        lods = [scene_pb2.LevelOfDetail(mesh=m, max_distance_m=d) for m, d in levels]
        prototype = scene_pb2.Prototype(name="thing", parts=[scene_pb2.Part(name="a", lods=lods)])
        return self.renderer.add_prototype(prototype)[0]

    def quad(self, half=1.0, center=(0.0, 0.0), **traits):
        """Load a part that is one square facing -x; return the handle."""
        corners, triangles = facing_quad(half, center)
        uvs = [[0, 1], [1, 1], [1, 0], [0, 0]]
        mesh = self.mesh(corners, triangles, self.material(**traits), uvs)
        return self.part((mesh, 1e4))

    def floor(self, half=50.0, z=0.0, **traits):
        """Load a part that is one level square; return the handle."""
        corners = np.array([[-half, -half, z], [half, -half, z], [half, half, z], [-half, half, z]])
        mesh = self.mesh(corners, [[0, 1, 2], [0, 2, 3]], self.material(**traits))
        return self.part((mesh, 1e4))

    def draw(self, things, camera=None, passes=PASSES, time_s=0.0):
        """Return pass name -> array."""
        camera = view() if camera is None else camera
        memory = bytearray(self.renderer.frame_size(camera.width, camera.height, passes))
        shown = replace(instances(things), time_s=time_s)
        result = self.renderer.draw(camera, shown, passes, DT_S, memoryview(memory))
        return {
            NAMES[getattr(layout, "pass")]: np.ndarray(
                tuple(layout.shape),
                TYPES[layout.data_type],
                memory,
                layout.offset,
                tuple(layout.strides),
            )
            for layout in result.layouts
        }


def flow_of(point, point_then, camera, camera_then, lens=LENS):
    """Return (2,) the pinhole model's flow of a world point (3,) that goes to `point_then`."""

    def seen(p, pose):
        return lens.project(pose[:, :3].T @ (np.asarray(p) - pose[:, 3]))

    return seen(point_then, camera_then) - seen(point, camera)


def world_points(frame, camera, lens=LENS):
    """Return (H, W, 3) world points of the depth pass; the camera centre for sky."""
    depth = np.where(np.isfinite(frame["depth"]), frame["depth"], 0.0)
    local = lens.rays() * depth[..., None].astype(np.float64)
    return local @ camera[:, :3].T + camera[:, 3]
