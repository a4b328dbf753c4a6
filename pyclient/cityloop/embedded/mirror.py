"""What wet ground mirrors of the picture.

Rays are followed for blocks of 2x2 pixels, which is most of the price; what they meet is looked up
for each pixel, so that edges stay where they are. llvmpipe skips what fails the depth test but
nothing else, so each of the two steps has a depth buffer that tells where there is ground.
"""

import moderngl

from cityloop.embedded.shaders import UNITS, build_program
from cityloop.embedded.targets import Picture, Targets
from cityloop.protocol import capture_pb2

_LEAST = 0.35  # wetness of the part without snow from which on it mirrors what stands on it


def mirrors(environment: capture_pb2.Environment) -> bool:
    """Tell whether the ground is wet enough to mirror, and not under snow."""
    return environment.wetness * (1.0 - environment.snow_cover) > _LEAST


class Mirror:
    """The steps of mirroring."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context

        def screen(*files: str) -> moderngl.VertexArray:
            return context.vertex_array(build_program(context, ("screen.vert",), files), [])

        which = ("ground.glsl", "mirrors.glsl")
        self._blocks = screen(*which, "blocks.frag")
        self._hits = screen(*which, "water.glsl", "hits.frag")
        self._ground = screen(*which, "ground.frag")
        self._reflect = screen("reflect.frag")

    def draw(self, images: Targets) -> Picture:
        """Return the first picture with what wet ground mirrors; patches and depths are bound."""
        c = self._context
        images.first.texture.use(UNITS["picture"])
        images.classes.use(UNITS["classes"])
        images.hits.use(UNITS["hits"])
        c.enable_only(moderngl.DEPTH_TEST)
        for target, choose, shade in (
            (images.finding, self._blocks, self._hits),
            (images.mirroring, self._ground, self._reflect),
        ):
            target.use()
            c.depth_func = "1"
            choose.render(moderngl.TRIANGLES, vertices=3)
            c.depth_func = ">"  # only where that is ground
            shade.render(moderngl.TRIANGLES, vertices=3)
        return images.mirrored
