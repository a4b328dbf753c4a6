"""An engine service in this process, with a renderer that only remembers."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest
import tiny_world
from recording_renderer import RecordingRenderer

from cityloop.embedded.service import EngineService
from cityloop.embedded.stage import Stage
from cityloop.engine import encode
from cityloop.protocol import engine_pb2_grpc


@contextmanager
def serving(renderer, token=""):
    """Serve `renderer`; yield the address."""
    service = EngineService(lambda: renderer, token, lambda: None)
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    engine_pb2_grpc.add_EngineServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()
    service.close()


@pytest.fixture
def renderer():
    return RecordingRenderer()


@pytest.fixture
def address(renderer):
    with serving(renderer) as where:
        yield where


@pytest.fixture
def guarded_address(renderer):
    with serving(renderer, token="open sesame") as where:
        yield where


@pytest.fixture
def stage(renderer):
    """A stage with the tiny world's prototypes."""
    stage = Stage(renderer)
    stage.load(encode.scene_items(tiny_world.scene()))
    return stage
