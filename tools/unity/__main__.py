"""`python tools/unity COMMAND` (or `python -m tools.unity COMMAND`): build the Unity engine."""

import sys
from importlib import import_module
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Each is a click command of the same name in a module beside this one.
_COMMANDS = ("build", "conform", "fetch")
_INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended: 128 + SIGINT


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        return getattr(import_module(f"unity.{cmd_name}"), cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def unity() -> None:
    """What maintainers run on unity_project/."""


def main() -> None:
    """Run a command; what goes wrong is one sentence and exit code 2."""
    from cityloop.errors import CityloopError

    try:
        unity(prog_name="tools/unity", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CityloopError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
