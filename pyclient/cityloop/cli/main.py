"""The command `cityloop`: thin wrappers around what the package offers."""

import sys
from importlib import import_module
from typing import Any

import click

from cityloop import __version__
from cityloop.errors import CityloopError

# Each is a module beside this one, loaded when it is called: help and Ctrl-C come at once.
_COMMANDS = (
    "demo",
    "run",
    "serve",
    "verify",
    "export",
    "report",
    "video",
    "conform",
    "assets",
    "info",
)
_INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended: 128 + SIGINT


class SentenceGroup(click.Group):
    """Prints Cityloop's own errors as one sentence and exits with code 2, with 130 on Ctrl-C."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"cityloop.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except CityloopError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            sys.exit(_INTERRUPTED)


@click.group(cls=SentenceGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cityloop")
def cli() -> None:
    """Simulate city traffic and make video whose every label is exact."""
