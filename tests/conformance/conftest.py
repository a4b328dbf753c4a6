"""Against any engine: `CITYLOOP_ENGINE=host:port pytest tests/conformance`, or one launched."""

import os

import pytest
import tiny_world

from cityloop.engine import BodySpec, connect
from cityloop.engine.process import EngineProcess


@pytest.fixture(scope="session")
def address():
    given = os.environ.get("CITYLOOP_ENGINE")
    if given:
        yield given
        return
    process = EngineProcess(deadline_s=60.0)
    yield process.address
    process.stop()


@pytest.fixture
def engine(address):
    """A new session on an empty stage with the tiny world's prototypes."""
    with connect(address) as session:
        session.load_scene(tiny_world.scene())
        yield session


@pytest.fixture
def ground(engine):
    """The session, with the ground in place as body 1."""
    engine.spawn([BodySpec(1, "ground", semantic=0)])
    return engine
