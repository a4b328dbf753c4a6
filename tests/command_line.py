"""The command as users run it, in a process of its own, and a scenario that costs little."""

import sys

CITYLOOP = [sys.executable, "-c", "from cityloop.cli.main import cli; cli(prog_name='cityloop')"]


def small_scenario(name: str, duration_s: float) -> str:
    """Return YAML with one car, one camera of 64x36 pixels and no traffic."""
    return f"""\
name: {name}
duration_s: {duration_s}
map: {{grid: {{blocks: [2, 2], seed: 1}}}}
actors:
  ego:
    vehicle: sedan
    route: [east_in, west_out]
    cameras:
      front: {{size: [64, 36]}}
"""
