"""One small city and one engine for all tests of the simulation."""

from collections.abc import Iterator

import pytest

import cityloop as cl


@pytest.fixture(scope="session")
def small_city() -> cl.City:
    return cl.City.grid(blocks=(2, 2), seed=3)


@pytest.fixture(scope="session")
def engine() -> Iterator[cl.Engine]:
    with cl.launch() as running:
        yield running
