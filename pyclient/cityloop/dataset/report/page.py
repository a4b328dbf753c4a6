"""The page itself: HTML, with everything that it shows inside."""

import html
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import cv2
import numpy as np

from cityloop.dataset.layout import write_whole
from cityloop.dataset.pictures import flow_wheel
from cityloop.dataset.reader import Dataset, Sequence
from cityloop.dataset.report import plots
from cityloop.dataset.report.frames import PASS_LAYERS, data_url, frame_entry
from cityloop.spatial import rotation

_WHEEL = 128  # pixels
_LAYERS = ("boxes", "velocity", "masks", "keypoints", "flow", "depth")
_ON = ("boxes", "velocity")

Progress = Callable[[int], None]


def write_report(
    dataset: Dataset, path: Path, *, most_frames: int = 40, progress: Progress = lambda done: None
) -> None:
    """Write a page that needs nothing but itself.

    Args:
        dataset: complete sequences.
        path: the .html file; it appears under its name once it is whole.
        most_frames: of each camera in the browser, evenly spread.
        progress: called with the number of frames done.

    Raises:
        DatasetError: if something recorded is missing or damaged, or the disk is full.
    """
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        progress(done)

    sections = [
        _section(sequence, camera, chosen_frames(sequence, most_frames), count)
        for sequence in dataset.sequences
        for camera in sequence.cameras
    ]
    write_whole(path, _whole(dataset.path.name, sections).encode())


def chosen_frames(sequence: Sequence, most: int) -> list[int]:
    """Return the numbers of the frames that the browser holds."""
    count = min(most, sequence.frame_count)
    return [int(n) for n in np.linspace(0, sequence.frame_count - 1, count).round()]


def _whole(title: str, sections: list[str]) -> str:
    files = resources.files("cityloop.dataset.report")
    style = (files / "report.css").read_text("utf-8")
    script = (files / "report.js").read_text("utf-8")
    name = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
        f"<style>{style}</style><h1>{name}</h1>{''.join(sections)}<script>{script}</script></html>\n"
    )


def _section(sequence: Sequence, camera: str, numbers: list[int], count: Callable[[], None]) -> str:
    entries = []
    for number in numbers:
        entries.append(frame_entry(sequence.frame(camera, number)))
        count()
    # "</" would end the element that the JSON stands in.
    frames = json.dumps(entries, separators=(",", ":")).replace("</", "<\\/")
    film = data_url("video/mp4", sequence.film(camera))
    switches = "".join(
        f'<label><input type="checkbox" value="{layer}"{" checked" if layer in _ON else ""}> '
        f"{layer}</label>"
        for layer in _LAYERS
        if layer not in PASS_LAYERS or PASS_LAYERS[layer] in sequence.passes
    )
    heading = html.escape(f"{sequence.name}, camera {camera}")
    return (
        f"<h2>{heading}</h2>{_facts(sequence, camera)}"
        f'<h2>Video</h2><video controls src="{film}"></video>'
        f'<h2>Frames</h2><section class="browser">'
        f'<script type="application/json">{frames}</script>'
        f'<div class="controls"><input type="range" min="0" max="{len(numbers) - 1}" value="0">'
        f'<span class="when"></span></div>'
        f'<div class="controls">{switches}<img class="legend" src="{_legend()}" hidden '
        f'alt="flow: the colour points where it goes"></div>'
        f'<div class="stage"><canvas></canvas></div><div class="told"></div></section>'
        f'<h2>Labels</h2><div class="plots">{_plots(sequence, camera)}</div>'
    )


def _facts(sequence: Sequence, camera: str) -> str:
    size = sequence.cameras[camera].intrinsics
    engine = sequence.description.get("engine", {})
    rows = {
        "frames": f"{sequence.frame_count}, {1 / sequence.dt_s:g} a second",
        "picture": f"{size.width} x {size.height} pixels, f = {size.fx:.1f} pixels",
        "seed": str(sequence.description.get("seed", "")),
        "engine": " ".join(str(engine.get(key, "")) for key in ("name", "version", "renderer")),
        "passes": ", ".join(sequence.passes),
    }
    cells = "".join(
        f"<tr><td>{html.escape(key)}</td><td>{html.escape(value)}</td></tr>"
        for key, value in rows.items()
    )
    return f'<table class="facts">{cells}</table>'


def _plots(sequence: Sequence, camera: str) -> str:
    tables = [
        sequence.frame(camera, n).objects for n in chosen_frames(sequence, sequence.frame_count)
    ]

    def column(name: str) -> plots.Array:
        return np.concatenate([np.asarray(getattr(table, name), np.float64) for table in tables])

    boxes, centres = column("box_2d"), column("center_camera")
    facing = rotation.yaw_of(column("quaternion_world"))
    return "".join(
        (
            plots.named("labels by kind", [kind for table in tables for kind in table.kind]),
            plots.histogram("height of boxes", "pixels", boxes[:, 3] - boxes[:, 1], 0, 300, 24),
            plots.histogram("distance", "m", column("distance_m"), 0, 150, 25),
            plots.histogram("speed", "km/h", 3.6 * column("speed_mps"), 0, 60, 24),
            plots.histogram("visible fraction", "", column("visible_fraction"), 0, 1, 20),
            plots.histogram("heading", "degrees", np.degrees(facing), -180, 180, 24),
            plots.heat_map("where they were, from the camera", centres[:, 2], -centres[:, 0]),
        )
    )


def _legend() -> str:
    wheel, inside = flow_wheel(_WHEEL)
    picture = np.dstack([wheel[..., ::-1], np.where(inside, 255, 0).astype(np.uint8)])
    _, data = cv2.imencode(".png", picture)
    return data_url("image/png", data.tobytes())
