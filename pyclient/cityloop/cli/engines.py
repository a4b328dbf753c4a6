"""Options by which commands choose an engine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cityloop.engine import Engine, launch
from cityloop.engine.opening import KINDS, RunningEngine, start
from cityloop.engine.unity_build import player_executable

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Launch:
    """An engine to start: what `launch_options` were given."""

    kind: str
    build: Path | None
    deadline_s: float

    def check(self) -> None:
        """Refuse what cannot be started, before minutes go into anything else.

        Raises:
            click.UsageError: if the options contradict each other.
            EngineError: if the build is none.
        """
        if self.kind == "unity" and self.build is None:
            raise click.UsageError("--engine unity needs --build PATH, the built player.")
        if self.kind != "unity" and self.build is not None:
            raise click.UsageError("--build is for --engine unity.")
        if self.build is not None:
            player_executable(self.build)

    def open(self) -> Engine:
        """Start it and open a session, which ends it."""
        return launch(self.kind, build=self.build, deadline_s=self.deadline_s)

    def start(self, access_token: str = "") -> RunningEngine:
        """Start it without a session."""
        return start(
            self.kind, build=self.build, access_token=access_token, deadline_s=self.deadline_s
        )


def launch_options(command: F) -> F:
    """Give a command the arguments `engine`, `build` and `deadline`."""
    options = (
        click.option(
            "--engine",
            type=click.Choice(KINDS),
            default="embedded",
            show_default=True,
            help="The engine to start.",
        ),
        click.option(
            "--build", type=click.Path(path_type=Path), help="A built Unity player, for unity."
        ),
        click.option(
            "--deadline",
            type=click.FloatRange(min=0.0, min_open=True),
            default=60.0,
            show_default=True,
            help="Seconds that the engine's start may take.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
