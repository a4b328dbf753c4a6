"""Options by which commands choose an engine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cityloop.engine import Engine, launch
from cityloop.engine.opening import KINDS, RunningEngine, start
from cityloop.engine.unity_build import player_executable
from cityloop.errors import EngineError

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


def connection_options(command: F) -> F:
    """Give a command the arguments `access_token` and `root_certificates`."""
    options = (
        click.option(
            "--access-token",
            envvar="CITYLOOP_TOKEN",
            default="",
            help="Token that the engine asks for.",
        ),
        click.option(
            "--root-certificates",
            type=click.Path(path_type=Path),
            help="PEM file with the certificates to trust; given, the connection is encrypted.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def read_certificates(path: Path | None) -> bytes | None:
    """Return what `root_certificates` names.

    Raises:
        EngineError: if it cannot be read.
    """
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise EngineError(f"Cannot read the certificates {path}: {error.strerror}.") from None
