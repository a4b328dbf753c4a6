"""The OpenGL context that draws without a window.

A context belongs to the thread that made it: every call of the renderer must come from that one
thread.
"""

import sys
from typing import Any

import moderngl

from cityloop.errors import GraphicsError

# OpenGL 4.1 core is the newest that macOS has; nothing later is used.
_REQUIRED_VERSION = 410


def create_context() -> moderngl.Context:
    """Return a new off-screen OpenGL context: EGL on Linux, the system's own elsewhere.

    Raises:
        GraphicsError: if there is no OpenGL, or an older one than 4.1.
    """
    # The bindings' types say a dictionary where they mean the name of a backend.
    settings: dict[str, Any] = {"backend": "egl"} if sys.platform.startswith("linux") else {}
    try:
        context = moderngl.create_context(require=_REQUIRED_VERSION, standalone=True, **settings)
    except Exception as error:  # the bindings raise bare Exceptions for whatever goes wrong
        raise GraphicsError(
            f"No OpenGL 4.1 context can be had ({error}): install a driver, on Debian or Ubuntu "
            "with `apt-get install libegl1 libgl1`."
        ) from None
    return context


def describe(context: moderngl.Context) -> str:
    """Return what draws, for people ("llvmpipe (LLVM 15.0.6, 256 bits)")."""
    return str(context.info["GL_RENDERER"])
