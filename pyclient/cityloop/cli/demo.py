"""`cityloop demo`: one command from nothing to a verified, annotated video."""

from pathlib import Path

import click
import cv2

from cityloop.cli.engines import Launch, launch_options
from cityloop.cli.progress import console, spinner
from cityloop.cli.run import play
from cityloop.cli.verify import audit, conclude
from cityloop.dataset import Dataset, check_free
from cityloop.dataset.contact_sheet import contact_sheet
from cityloop.engine import PASSES
from cityloop.scenario import DEMO_NAME, demo_scenario

_SHEET = "passes.png"


@click.command()
@click.option(
    "--out",
    "-o",
    default="out/demo",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Dataset folder.",
)
@click.option(
    "--frames", default=100, show_default=True, type=click.IntRange(min=1), help="How many."
)
@launch_options
@click.option("--overwrite", is_flag=True, help="Replace an earlier demo in the folder.")
def demo(
    out: Path, frames: int, engine: str, build: Path | None, deadline: float, overwrite: bool
) -> None:
    """Record the demo (a child runs out between parked cars), verify it, say where to look."""
    choice = Launch(engine, build, deadline)
    choice.check()
    check_free(out, DEMO_NAME, overwrite=overwrite)
    with spinner("building the city"):
        scenario = demo_scenario()
    scenario = scenario.vary(duration_s=frames * scenario.model.dt_s)
    play(scenario, out, choice.open(), overwrite=overwrite, licences=())
    report = audit(out)
    sequence = Dataset(out).sequence(scenario.model.name)
    camera = scenario.model.cameras()[0][1]
    frame = sequence.frame(camera, sequence.frame_count * 3 // 4)
    sheet = contact_sheet({name: frame.read(name) for name in PASSES})
    cv2.imwrite(str(out / _SHEET), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    console.print(f"all passes of one frame: {out / _SHEET}", soft_wrap=True)
    video = sequence.layout.video(camera)
    console.print(f"the video with velocity labels: {video}", soft_wrap=True)
    conclude(report)
