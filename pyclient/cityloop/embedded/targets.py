"""The images that one draw writes, and how their passes lie in the caller's memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.silhouettes import LayerImages
from cityloop.protocol import capture_pb2 as pb

_ALIGNMENT = 64  # bytes; every image starts at a multiple of this


@dataclass(frozen=True)
class _Image:
    """An image that is read back: `components` numbers of `dtype` (OpenGL's name) a pixel."""

    name: str
    components: int
    dtype: str
    item_bytes: int

    def pixel_bytes(self) -> int:
        return self.components * self.item_bytes


# RGB is read from the antialiased picture.
_COLOR = _Image("color", 3, "f1", 1)
_DEPTH = _Image("depth", 1, "f4", 4)
_FLOW = _Image("flow", 4, "f4", 4)
_NORMAL = _Image("normal", 4, "f4", 4)
_VELOCITY = _Image("velocity", 4, "f4", 4)
_INSTANCE = _Image("instance", 1, "u4", 4)
_SEMANTIC = _Image("semantic", 1, "u1", 1)
# After the looks of surfaces, in the order of shaders/outputs.glsl; and after the picture, in that
# of shaders/light.frag.
_SHAPE = (_DEPTH, _FLOW, _NORMAL, _VELOCITY)
_WHAT = (_INSTANCE, _SEMANTIC)


@dataclass(frozen=True)
class _Place:
    """Where a pass lies in its image: `channels` from number `first` on; 0 for a plain (H, W)."""

    image: _Image
    data_type: pb.DataType
    channels: int = 0
    first: int = 0


_PLACES: dict[int, _Place] = {
    pb.PASS_RGB: _Place(_COLOR, pb.DATA_TYPE_UINT8, 3),
    pb.PASS_DEPTH: _Place(_DEPTH, pb.DATA_TYPE_FLOAT32),
    pb.PASS_INSTANCE: _Place(_INSTANCE, pb.DATA_TYPE_UINT32),
    pb.PASS_SEMANTIC: _Place(_SEMANTIC, pb.DATA_TYPE_UINT8),
    pb.PASS_FLOW_BACKWARD: _Place(_FLOW, pb.DATA_TYPE_FLOAT32, 2, 0),
    pb.PASS_FLOW_FORWARD: _Place(_FLOW, pb.DATA_TYPE_FLOAT32, 2, 2),
    pb.PASS_NORMAL: _Place(_NORMAL, pb.DATA_TYPE_FLOAT32, 3),
    pb.PASS_VELOCITY: _Place(_VELOCITY, pb.DATA_TYPE_FLOAT32, 3),
    pb.PASS_DEPTH_CHANGE_BACKWARD: _Place(_NORMAL, pb.DATA_TYPE_FLOAT32, first=3),
    pb.PASS_DEPTH_CHANGE_FORWARD: _Place(_VELOCITY, pb.DATA_TYPE_FLOAT32, first=3),
}


def _offsets(width: int, height: int, passes: Sequence[pb.Pass]) -> tuple[dict[_Image, int], int]:
    """Return where each needed image starts, and the bytes of all together."""
    offsets: dict[_Image, int] = {}
    size = 0
    for number in passes:
        image = _PLACES[number].image
        if image not in offsets:
            offsets[image] = size
            size += -(-width * height * image.pixel_bytes() // _ALIGNMENT) * _ALIGNMENT
    return offsets, size


def frame_size(width: int, height: int, passes: Sequence[pb.Pass]) -> int:
    """Return the bytes that `passes` of a camera of `width` x `height` pixels take."""
    return _offsets(width, height, passes)[1]


def layouts(width: int, height: int, passes: Sequence[pb.Pass]) -> list[pb.PassLayout]:
    """Return where each pass lies, offsets from the start of the camera's memory."""
    offsets, _ = _offsets(width, height, passes)
    out = []
    for number in passes:
        place = _PLACES[number]
        image = place.image
        shape = [height, width]
        strides = [width * image.pixel_bytes(), image.pixel_bytes()]
        if place.channels:
            shape.append(place.channels)
            strides.append(image.item_bytes)
        # Attributes, since "pass" is a word of Python's own.
        layout = pb.PassLayout(
            data_type=place.data_type,
            shape=shape,
            strides=strides,
            offset=offsets[image] + place.first * image.item_bytes,
        )
        setattr(layout, "pass", number)
        out.append(layout)
    return out


class Picture:
    """A tone-mapped image that later steps read; `frame` draws into `texture`."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self.texture = context.texture(size, 4)
        self.texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self.texture.repeat_x = self.texture.repeat_y = False
        self.frame = context.framebuffer([self.texture])


class Targets:
    """The images of one size.

    Attributes:
        surfaces: looks of surfaces, the labels that depend on triangles, and the depth buffer.
        lit: the picture before it is finished, what is seen in it, and the same depth buffer.
        over: that picture alone, and the same depth buffer.
        depth_only: the depth buffer alone, so that it can be cleared without touching the images.
        first: the tone-mapped, not yet antialiased picture.
        mirrored: the same with what wet ground mirrors.
        hits: where in the picture mirrored rays end, for blocks of 2x2 pixels (shaders/hits.frag).
        mirroring, finding: `mirrored` and `hits`, and depth buffers that tell which pixels mirror.
        looks, depths, classes: what lighting must know of surfaces (shaders/look.glsl), the depth
            and the semantic pass, for what is drawn after them.
        final: the antialiased image.
        alone: layers of objects that are drawn alone.
    """

    def __init__(self, context: moderngl.Context, width: int, height: int) -> None:
        size = (width, height)
        self.size = size
        self.first, self.mirrored = Picture(context, size), Picture(context, size)
        self.looks = context.texture(size, 4, dtype="u4")
        self.depths = context.texture(size, 1, dtype="f4")
        self.classes = context.texture(size, 1, dtype="u1")
        for texture in (self.looks, self.depths, self.classes):
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            texture.repeat_x = texture.repeat_y = False

        def buffer(image: _Image) -> moderngl.Renderbuffer:
            return context.renderbuffer(size, image.components, dtype=image.dtype)

        shape: list[moderngl.Renderbuffer | moderngl.Texture] = [
            self.depths,
            *(buffer(image) for image in _SHAPE[1:]),
        ]
        what: list[moderngl.Renderbuffer | moderngl.Texture] = [buffer(_INSTANCE), self.classes]
        depth_buffer = context.depth_renderbuffer(size)
        self.surfaces = context.framebuffer([self.looks, *shape], depth_buffer)
        self.lit = context.framebuffer([self.first.texture, *what], depth_buffer)
        self.lit.depth_mask = False
        self.over = context.framebuffer([self.first.texture], depth_buffer)
        self.over.depth_mask = False
        ground = context.depth_renderbuffer(size)
        self.mirroring = context.framebuffer([self.mirrored.texture], ground)
        half = (-(-width // 2), -(-height // 2))
        self.hits = context.texture(half, 4, dtype="f4")
        self.hits.filter = (moderngl.NEAREST, moderngl.NEAREST)
        blocks = context.depth_renderbuffer(half)
        self.finding = context.framebuffer([self.hits], blocks)
        self.depth_only = context.framebuffer([], depth_buffer)
        smooth = context.renderbuffer(size, 4)
        self.final = context.framebuffer([smooth])
        self._places = {
            _COLOR: (self.final, 0),
            **{image: (self.surfaces, i + 1) for i, image in enumerate(_SHAPE)},
            **{image: (self.lit, i + 1) for i, image in enumerate(_WHAT)},
        }
        self.alone = LayerImages(context, size)
        pictures = (self.first, self.mirrored)
        self._owned: list[moderngl.Framebuffer | moderngl.Renderbuffer | moderngl.Texture] = [
            self.surfaces,
            self.lit,
            self.over,
            self.mirroring,
            ground,
            self.finding,
            self.hits,
            blocks,
            self.depth_only,
            self.final,
            *(picture.frame for picture in pictures),
            *(picture.texture for picture in pictures),
            self.looks,
            *shape,
            *what,
            depth_buffer,
            smooth,
        ]

    def read(self, passes: Sequence[pb.Pass], out: memoryview, lit: bool) -> None:
        """Write images of `passes` into `out`, as `layouts` says.

        Args:
            passes: all that are wanted.
            out: the caller's memory.
            lit: write those that are made with the light; else those that were there before.
        """
        for image, offset in _offsets(*self.size, passes)[0].items():
            if lit is (image in _SHAPE):
                continue
            source, attachment = self._places[image]
            source.read_into(
                out,
                components=image.components,
                attachment=attachment,
                dtype=image.dtype,
                write_offset=offset,
            )

    def read_depths(self) -> NDArray[np.float32]:
        """Return (H, W) depths, 0 at the near to 1 at the far plane."""
        width, height = self.size
        depths = self.depth_only.read(components=1, attachment=-1, dtype="f4", alignment=1)
        return np.frombuffer(depths, dtype=np.float32).reshape(height, width)

    def instance(self, passes: Sequence[pb.Pass], out: memoryview) -> NDArray[np.uint32]:
        """Return (H, W) instance ids, from `out` if they have been read into it."""
        width, height = self.size
        offset = _offsets(width, height, passes)[0].get(_INSTANCE)
        if offset is None:
            source, attachment = self._places[_INSTANCE]
            out = memoryview(source.read(None, 1, attachment, dtype=_INSTANCE.dtype, alignment=1))
            offset = 0
        ids = np.frombuffer(out, np.uint32, width * height, offset)
        return ids.reshape(height, width)

    def release(self) -> None:
        """Give the card's memory back."""
        self.alone.release()
        for item in self._owned:
            item.release()
