"""The command as users run it, in a process of its own or in this one, and a small scenario."""

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cityloop.cli.main import cli
from cityloop.world.city import City

CITYLOOP = [sys.executable, "-c", "from cityloop.cli.main import cli; cli(prog_name='cityloop')"]

_build = City.grid
_kept = functools.cache(_build)


def _grid(blocks: Any = (4, 4), seed: Any = 7) -> City:
    try:
        return _kept(blocks, seed)
    except TypeError:  # what cannot be a key is no number of blocks either, and is told so
        return _build(blocks, seed)


def small_city() -> City:
    """Return the smallest town, as `small_scenario` has it; built once a process for all tests."""
    return _grid((2, 2), 3)


@contextmanager
def kept_towns() -> Iterator[None]:
    """Let `City.grid` build each town only once a process; it costs seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(City, "grid", staticmethod(_grid))
        yield


def cityloop(*arguments: object, **environment: str) -> Result:
    """Run the command in this process, with towns that are built only once.

    It costs seconds less than a process that imports everything anew. What ends a command without
    a sentence is in the result's `exception`.
    """
    with kept_towns():
        return CliRunner(env=environment).invoke(cli, list(map(str, arguments)))


def small_scenario(name: str, duration_s: float) -> str:
    """Return YAML with one car, one camera of 64x36 pixels and no traffic."""
    return f"""\
name: {name}
duration_s: {duration_s}
map: {{grid: {{blocks: [2, 2], seed: 3}}}}
actors:
  ego:
    vehicle: sedan
    route: [east_in, west_out]
    cameras:
      front: {{size: [64, 36]}}
"""
