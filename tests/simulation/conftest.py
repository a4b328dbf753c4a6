"""One small city and one engine for all tests of the simulation."""

from collections.abc import Iterator

import command_line
import pytest

import cityloop as cl


@pytest.fixture(scope="session")
def small_city() -> cl.City:
    return command_line.small_city()


@pytest.fixture(scope="session")
def engine() -> Iterator[cl.Engine]:
    with cl.launch() as running:
        yield running
