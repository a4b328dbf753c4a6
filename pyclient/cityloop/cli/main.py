"""The command `cityloop`: thin wrappers around what the package offers."""

import sys
from typing import Any

import click

from cityloop import __version__
from cityloop.cli.demo import demo
from cityloop.cli.info import info
from cityloop.cli.run import run
from cityloop.cli.serve import serve
from cityloop.cli.verify import verify
from cityloop.errors import CityloopError


class SentenceGroup(click.Group):
    """Prints Cityloop's own errors as one sentence and exits with code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CityloopError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)


@click.group(cls=SentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cityloop")
def cli() -> None:
    """Simulate city traffic and make video whose every label is exact."""


for command in (demo, run, serve, verify, info):
    cli.add_command(command)
