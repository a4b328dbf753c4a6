"""One renderer for all tests of drawing: an OpenGL context is dear."""

import pytest
from small_scene import SmallScene

from cityloop.embedded.renderer import Renderer


@pytest.fixture(scope="session")
def gpu():
    renderer = Renderer()
    yield renderer
    renderer.close()


@pytest.fixture
def scene(gpu):
    gpu.reset()
    return SmallScene(gpu)
