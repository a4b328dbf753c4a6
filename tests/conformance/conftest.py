"""Against any engine: `CITYLOOP_ENGINE=host:port pytest tests/conformance`, or one launched.

CITYLOOP_TOKEN holds its access token, CITYLOOP_ROOT_CERTIFICATES the text of certificates to trust.

`cityloop conform` runs the same cases. A case that needs an optional ability of engines is marked
with its name, as in `@pytest.mark.needs("pixels")`; HandshakeResponse.capabilities in engine.proto
lists the names.
"""

import os
from functools import partial

import pytest
import tiny_world

from cityloop.engine import BodySpec, connect
from cityloop.engine.process import EngineProcess


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*capabilities): the engine must have these abilities")


@pytest.fixture(scope="session")
def address():
    given = os.environ.get("CITYLOOP_ENGINE")
    if given:
        yield given
        return
    process = EngineProcess(deadline_s=60.0)
    yield process.address
    process.stop()


@pytest.fixture(scope="session")
def join(address):
    """Opens a session: `connect` with what the engine asks for."""
    roots = os.environ.get("CITYLOOP_ROOT_CERTIFICATES", "").encode() or None
    token = os.environ.get("CITYLOOP_TOKEN", "")
    return partial(connect, address, token=token, root_certificates=roots)


@pytest.fixture(scope="session")
def capabilities(join):
    with join() as session:
        able = set(session.info.capabilities)
        if not session.info.shared_memory:  # an engine on another machine has none that we can map
            able.discard("shared_memory")
        return able


@pytest.fixture(autouse=True)
def _able(request, capabilities):
    wanted = {name for mark in request.node.iter_markers("needs") for name in mark.args}
    missing = sorted(wanted - capabilities)
    if missing:
        pytest.skip(f"the engine's capabilities lack {' and '.join(missing)}")


@pytest.fixture
def engine(join):
    """A new session on an empty stage with the tiny world's prototypes."""
    with join() as session:
        session.load_scene(tiny_world.scene())
        yield session


@pytest.fixture
def ground(engine):
    """The session, with the ground in place as body 1."""
    engine.spawn([BodySpec(1, "ground", semantic=0)])
    return engine
