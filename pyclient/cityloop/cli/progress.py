"""Progress bars with frames/s and time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

console = Console(stderr=True)

_WIDEST = 1000  # characters

Advance = Callable[[int], None]


def print_whole(content: RenderableType) -> None:
    """Print as wide as the terminal is; where there is none, as wide as the content is."""
    if console.is_terminal:
        console.print(content)
        return
    unlimited = console.options.update(max_width=_WIDEST)
    width = Measurement.get(console, unlimited, content).maximum
    Console(file=console.file, width=max(width, console.width)).print(content)


class FramesPerSecond(ProgressColumn):
    """The recent rate of a task in frames/s."""

    def render(self, task: Task) -> Text:
        """Return the rate as text."""
        speed = task.finished_speed or task.speed
        return Text("– frames/s" if speed is None else f"{speed:.1f} frames/s")


@contextmanager
def _nothing_left_of_errors(progress: Progress) -> Iterator[None]:
    """Take a bar away again if the block fails before anything is done: the error says it all."""
    try:
        yield
    except BaseException:
        if not any(task.completed for task in progress.tasks):
            progress.live.transient = True
            progress.live.stop()
            progress.disable = True  # or it ends with an empty line
        raise


@contextmanager
def frames_bar(title: str, total: int) -> Iterator[Advance]:
    """Show a bar while frames are made; the block calls what it is lent with the frames done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        FramesPerSecond(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress, _nothing_left_of_errors(progress):
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def cases_bar(title: str) -> Iterator[Callable[[object, int], None]]:
    """Show a bar while cases run; the block calls what it is lent with each and their number."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(title, total=None)
        yield lambda case, total: progress.update(task, advance=1, total=total)


@contextmanager
def spinner(title: str) -> Iterator[None]:
    """Show that something of unknown length is going on."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, _nothing_left_of_errors(progress):
        task = progress.add_task(title, total=1)
        yield
        progress.update(task, completed=1)
