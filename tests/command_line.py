"""The command as users run it, in a process of its own or in this one, and a small scenario."""

import functools
import sys

import pytest
from click.testing import CliRunner, Result

from cityloop.cli.main import cli
from cityloop.world.city import City

CITYLOOP = [sys.executable, "-c", "from cityloop.cli.main import cli; cli(prog_name='cityloop')"]

kept_grid = functools.cache(City.grid)


def small_city() -> City:
    """Return the smallest town, as `small_scenario` has it; built once a process for all tests."""
    return kept_grid(blocks=(2, 2), seed=3)


def cityloop(*arguments: object, **environment: str) -> Result:
    """Run the command in this process, with cities of a grid that are built only once.

    It costs seconds less than a process that imports everything anew. What ends a command without
    a sentence is in the result's `exception`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(City, "grid", staticmethod(kept_grid))
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
