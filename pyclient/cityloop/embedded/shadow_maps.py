"""The shadow map that lighting looks at: what stands still, with what moves drawn over it.

Before what moves is drawn anew, what stands still is brought back from a kept map where it was. So
the map is always the same function of what stands and moves now, and costs only what moves.
"""

import moderngl
import numpy as np
from numpy.typing import NDArray

from cityloop.embedded.instance_table import INSTANCES_PER_ROW, TexelStore
from cityloop.embedded.shaders import UNITS, build_program

F64 = NDArray[np.float64]

_WHOLE = np.array([[-1.0, -1.0, 1.0, 1.0]])


class ShadowMaps:
    """Both maps; squares of them are named by their viewport: left, bottom, width, height.

    Args:
        size: width and height, texels.
    """

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self._context = context
        self._standing, self._shown = context.depth_texture(size), context.depth_texture(size)
        self._standing.compare_func = ""  # its depths are read as they are
        self._shown.compare_func = "<="
        self._shown.filter = (moderngl.LINEAR, moderngl.LINEAR)
        for texture in (self._standing, self._shown):
            texture.repeat_x = texture.repeat_y = False
        self._standing_frame = context.framebuffer([], self._standing)
        self._shown_frame = context.framebuffer([], self._shown)
        program = build_program(context, ("restore.vert",), ("restore.frag",))
        self._restoring = context.vertex_array(program, [])
        self._rectangles = TexelStore(context, 1, INSTANCES_PER_ROW)
        self._differs: dict[tuple[int, int, int, int], F64] = {}

    def begin_standing(self, viewport: tuple[int, int, int, int]) -> None:
        """Clear a square of the kept map and let what follows be drawn into it."""
        self._standing_frame.use()
        self._standing_frame.viewport = viewport
        self._standing_frame.clear(depth=1.0, viewport=viewport)
        self._differs[viewport] = _WHOLE

    def begin_moving(self, viewport: tuple[int, int, int, int], rectangles: F64) -> None:
        """Let a square show what stands still, and what follows be drawn over it.

        Args:
            viewport: the square.
            rectangles: (K, 4) left, low, right and high side of all that will be drawn, in its clip
                coordinates.
        """
        c = self._context
        self._shown_frame.use()
        self._shown_frame.viewport = viewport
        differs = self._differs.get(viewport, _WHOLE)
        if len(differs):
            self._rectangles.write(differs[:, None].astype(np.float32))
            self._rectangles.use(UNITS["instance_table"])
            self._standing.use(UNITS["standing_shadows"])
            c.enable_only(moderngl.DEPTH_TEST)
            c.depth_func = "1"
            self._restoring.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(differs))
            c.depth_func = "<"
        self._differs[viewport] = rectangles

    def use(self) -> None:
        """Bind the map for lighting."""
        self._shown.use(UNITS["shadows"])

    def release(self) -> None:
        """Give the card's memory back."""
        frames = (self._standing_frame, self._shown_frame)
        for item in (*frames, self._standing, self._shown):
            item.release()
