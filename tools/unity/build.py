"""`tools/unity build`: a player from unity_project/, by the Editor in batch mode."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cityloop.engine.child import guarded
from cityloop.errors import EngineError
from unity.editor_log import EditorLog
from unity.editors import find_editor, project_version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "unity_project"
TARGETS = {"linux": "StandaloneLinux64", "windows": "StandaloneWindows64", "macos": "StandaloneOSX"}
_OURS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
_METHOD = "Cityloop.Editor.Build.Player"
# Time that the Editor has to end by itself when it is told to, s.
_GRACE_S = 1.0


def editor_command(editor: Path, project: Path, target: str, out: Path) -> list[str]:
    """Return the call of an Editor that builds a player and writes its log to standard output."""
    return [
        str(editor),
        "-batchmode",
        "-nographics",
        "-quit",
        "-projectPath",
        str(project),
        "-buildTarget",
        TARGETS[target],
        "-executeMethod",
        _METHOD,
        "-cityloop-target",
        target,
        "-cityloop-out",
        str(out),
        "-logFile",
        "-",
    ]


def run_editor(command: list[str], log_file: Path, console: Console) -> EditorLog:
    """Run an Editor and show what it is at; keep its log.

    Raises:
        EngineError: if it fails, with its first error.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    log = EditorLog()
    with (
        subprocess.Popen(
            # The Editor ends with us, and so does whatever it has started for us.
            guarded(command, _GRACE_S),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as child,
        log_file.open("w", encoding="utf-8") as file,
    ):
        _follow(child.stdout or (), log, file.write, console)
        code = child.wait()
    if code != 0 or not log.built:
        why = log.error or "its log tells of no error"
        ended = f"ended with exit code {code}" if code else "ended without a player"
        raise EngineError(f"The Unity Editor {ended}: {why} (the whole log is {log_file})")
    return log


def _follow(
    lines: Iterable[str], log: EditorLog, keep: Callable[[str], object], console: Console
) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting the Unity Editor", total=1)
        for line in lines:
            keep(line)
            log.read(line)
            if log.stage:
                progress.update(task, description=log.stage)
        progress.update(task, completed=1)


@click.command()
@click.option(
    "--target",
    type=click.Choice(list(TARGETS)),
    default=_OURS.get(sys.platform, "linux"),
    help="System that the player is for; this one if it is not given.",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    help="The player, or a folder for it; out/unity/TARGET if it is not given.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    default=PROJECT,
    help="Another Unity project that has Cityloop in its assets.",
)
def build(target: str, out: Path | None, project: Path) -> None:
    """Build a player with the Unity Editor that the project wants.

    The Editor is the one that UNITY_EDITOR names, or one of Unity Hub's. It needs a licence.
    """
    console = Console(stderr=True)
    version = project_version(project)
    editor = find_editor(version)
    out = (out or ROOT / "out" / "unity" / target).absolute()
    console.print(f"{editor} builds {project} (Unity {version}) for {target}", soft_wrap=True)
    log_file = out.with_name(f"{out.name}.log")
    log = run_editor(editor_command(editor, project.absolute(), target, out), log_file, console)
    shown = os.path.relpath(log.built)
    click.echo(f"built {log.built}")
    console.print(f"try it: cityloop run SCENARIO --out DIR --engine unity --build {shown}")
