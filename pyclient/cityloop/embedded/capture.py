"""Draws all cameras of a Capture at one instant, into memory that the caller provides."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from cityloop.embedded import decode
from cityloop.embedded.instance_builder import ThreeInstants
from cityloop.embedded.instances import CameraView, Instances
from cityloop.embedded.refusal import invalid, not_found
from cityloop.embedded.stage import Stage
from cityloop.protocol import capture_pb2, engine_pb2
from cityloop.spatial import Pose, rotation
from cityloop.spatial.rotation import Array

_LARGEST_IMAGE = 16384  # pixels, the least that current OpenGL drivers allow
# Cameras start at multiples of this many bytes, so that every row of numbers is aligned.
_ALIGNMENT = 64

Allocate = Callable[[int], memoryview]


class DrawResult(Protocol):
    """What drawing one camera gave."""

    @property
    def layouts(self) -> Sequence[capture_pb2.PassLayout]:
        """Where each pass lies, from the start of the memory that was given."""

    @property
    def triangles(self) -> int:
        """Triangles sent to the rasteriser."""

    @property
    def draw_s(self) -> float:
        """Time of the drawing, s."""

    @property
    def read_s(self) -> float:
        """Time of the reading back, s."""

    @property
    def silhouettes(self) -> Sequence[capture_pb2.Silhouette]:
        """Of the objects that are seen, if they were asked for."""


class FrameRenderer(Protocol):
    """The part of the renderer that draws."""

    def frame_size(self, width: int, height: int, passes: "Sequence[capture_pb2.Pass]") -> int:
        """Return the bytes that the passes of one camera take."""

    def draw(
        self,
        view: CameraView,
        instances: Instances,
        passes: "Sequence[capture_pb2.Pass]",
        dt_s: float,
        out: memoryview,
        silhouettes: bool = False,
    ) -> DrawResult:
        """Draw one camera into `out`, and the objects that it sees alone."""


def draw_capture(
    request: engine_pb2.CaptureRequest, stage: Stage, renderer: FrameRenderer, allocate: Allocate
) -> engine_pb2.CaptureHeader:
    """Draw the tick before the newest; return the header without the slot's offset.

    Args:
        request: cameras and passes.
        stage: what stands there.
        renderer: what draws.
        allocate: returns that many writable bytes for all cameras together.
    """
    instants = stage.instants()
    passes = _check_passes(request.passes)
    if not request.cameras:
        raise invalid("A capture names no camera: give at least one.")
    names = [camera.name for camera in request.cameras]
    if len(set(names)) != len(names):
        raise invalid(f"Two cameras of a capture share a name in {names}: give each its own.")
    views = [_view(camera, instants) for camera in request.cameras]
    starts, size = [], 0
    for view in views:
        starts.append(size)
        size += -(-renderer.frame_size(view.width, view.height, passes) // _ALIGNMENT) * _ALIGNMENT
    memory = allocate(size)
    instances = stage.build_instances(instants)
    header = engine_pb2.CaptureHeader(
        tick=instants.drawn.tick, time_s=instants.drawn.time_s, size=size
    )
    ends = [*starts[1:], size]
    for view, start, end in zip(views, starts, ends, strict=True):
        result = renderer.draw(
            view,
            instances,
            passes,
            instants.after_dt_s,
            memory[start:end],
            request.silhouettes,
        )
        frame = header.cameras.add(
            camera=view.name, triangles=result.triangles, silhouettes=result.silhouettes
        )
        _set_pose(frame, view.current)
        for layout in result.layouts:
            placed = frame.passes.add()
            placed.CopyFrom(layout)
            placed.offset += start
        header.draw_s += result.draw_s
        header.read_s += result.read_s
    return header


def _check_passes(passes: "Sequence[capture_pb2.Pass]") -> "list[capture_pb2.Pass]":
    if not passes:
        raise invalid("A capture names no pass: give at least one.")
    known = set(capture_pb2.Pass.values()) - {capture_pb2.PASS_UNSPECIFIED}
    for number in passes:
        if number not in known:
            raise invalid(f"A capture asks for pass {number}, which this engine does not draw.")
    if len(set(passes)) != len(passes):
        raise invalid("A capture names a pass twice: give each once.")
    return list(passes)


def _view(camera: capture_pb2.Camera, instants: ThreeInstants) -> CameraView:
    """Return a checked camera at the three instants."""
    what = f"Camera {camera.name!r}"
    if not camera.name:
        raise invalid("A camera has no name: give it one that is unique in the capture.")
    for side, pixels in (("width", camera.width), ("height", camera.height)):
        if not 1 <= pixels <= _LARGEST_IMAGE:
            raise invalid(
                f"{what} has a {side} of {pixels} pixels: it must be 1 to {_LARGEST_IMAGE}."
            )
    decode.positive(camera.fx, f"{what}: fx")
    decode.positive(camera.fy, f"{what}: fy")
    if not (math.isfinite(camera.cx) and math.isfinite(camera.cy)):
        raise invalid(
            f"{what} has the principal point ({camera.cx}, {camera.cy}): give finite numbers."
        )
    decode.positive(camera.near_m, f"{what}: near_m")
    if not camera.near_m < camera.far_m < math.inf:
        raise invalid(
            f"{what} sees from {camera.near_m:g} to {camera.far_m:g} m: far must be beyond near."
        )
    mount = Pose(
        np.array(decode.vector(camera.mount.position, f"The mount of {what}")),
        np.array(decode.quaternion(camera.mount.rotation, f"The mount of {what}")),
    )
    hosts = _host_poses(camera.body, instants, what)
    previous, current, after = ((host @ mount).matrix[:3] for host in hosts)
    return CameraView(
        name=camera.name,
        width=camera.width,
        height=camera.height,
        fx=camera.fx,
        fy=camera.fy,
        cx=camera.cx,
        cy=camera.cy,
        near_m=camera.near_m,
        far_m=camera.far_m,
        previous=previous,
        current=current,
        next=after,
        hidden_body=camera.body if camera.hide_host else 0,
    )


def _host_poses(body: int, instants: ThreeInstants, what: str) -> list[Pose]:
    """Return the poses of a camera's body at the three instants; the world's for body 0."""
    drawn = instants.drawn
    if body == 0:
        return [Pose()] * 3
    row = drawn.cast.row_of(body)
    if row >= 0:
        return [
            Pose(motions.position[row], motions.quaternion[row])
            for motions in (instants.before, drawn.motions, instants.after)
        ]
    row = drawn.statics.row_of(body)
    if row >= 0:
        return [Pose(drawn.static_pose[0][row], drawn.static_pose[1][row])] * 3
    raise not_found(
        f"{what} is mounted on body {body}, which is not there at the drawn tick {drawn.tick}."
    )


def _set_pose(frame: capture_pb2.CameraFrame, matrix: Array) -> None:
    q = rotation.from_matrix(matrix[:, :3])
    position, turned = frame.world_from_camera.position, frame.world_from_camera.rotation
    position.x, position.y, position.z = matrix[:, 3].tolist()
    turned.x, turned.y, turned.z, turned.w = q.tolist()
