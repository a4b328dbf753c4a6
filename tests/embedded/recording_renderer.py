"""A renderer that draws nothing and remembers what it was given."""

from dataclasses import dataclass, field

import numpy as np

from cityloop.embedded.instances import CameraView, Instances
from cityloop.protocol import capture_pb2


@dataclass
class Drawn:
    layouts: list
    triangles: int = 7
    draw_s: float = 0.001
    read_s: float = 0.002
    silhouettes: tuple = ()


@dataclass
class RecordingRenderer:
    """Fills each camera's memory with a byte pattern that depends on the camera alone."""

    description: str = "nothing"
    drawn: list[tuple[CameraView, Instances]] = field(default_factory=list)
    parts: int = 0
    environment: capture_pb2.Environment | None = None
    closed: bool = False

    def reset(self):
        self.parts = 0

    def add_texture(self, texture): ...

    def add_material(self, material): ...

    def add_mesh(self, mesh): ...

    def add_prototype(self, prototype):
        first = self.parts
        self.parts += len(prototype.parts)
        return list(range(first, self.parts))

    def set_environment(self, environment):
        self.environment = environment

    def frame_size(self, width, height, passes):
        return width * height * 4 * len(passes)

    def draw(self, view, instances, passes, dt_s, out, silhouettes=False):
        self.drawn.append((view, instances))
        pixels = np.frombuffer(out, dtype=np.float32)
        count = view.width * view.height
        layouts = []
        for i, number in enumerate(passes):
            pixels[i * count : (i + 1) * count] = np.arange(count) + 1000 * i + view.fx
            layouts.append(
                capture_pb2.PassLayout(
                    data_type=capture_pb2.DATA_TYPE_FLOAT32,
                    shape=[view.height, view.width],
                    strides=[view.width * 4, 4],
                    offset=i * count * 4,
                    **{"pass": number},
                )
            )
        return Drawn(layouts)

    def close(self):
        self.closed = True
