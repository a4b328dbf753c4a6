"""Make docs/gallery.md's pictures: conditions, people, vehicles, passes and paired variations.

    .venv/bin/python tools/make_gallery.py

Each pair is drawn from two runs of one scenario that differ in one thing; the tool compares their
label passes bit by bit and stops where they differ. Pictures go to docs/images/gallery, each below
200 KB; `--full DIR` keeps them in full size as well.
"""

import sys
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

import cityloop as cl
from cityloop.dataset.contact_sheet import contact_sheet
from cityloop.engine import CameraImages
from cityloop.simulation.portraits import portraits
from cityloop.simulation.tick import Simulation
from cityloop.world.people import PERSON_KINDS
from cityloop.world.vehicles import VEHICLE_KINDS

Rgb = NDArray[np.uint8]

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images" / "gallery"
LIMIT_BYTES = 200_000
SIZE = (1280, 720)
TILE = (480, 270)
PORTRAIT = (220, 200)
FRAME = 24
NOON, NIGHT = {"time": "12:30"}, {"time": "23:30"}
# Title -> words of `scenario.environment`.
CONDITIONS: dict[str, dict[str, str]] = {
    "clear, noon": NOON,
    "clear, evening": {"time": "18:50"},
    "overcast": {"time": "12:30", "weather": "overcast"},
    "rain": {"time": "14:00", "weather": "rain"},
    "fog": {"time": "09:00", "weather": "fog"},
    "snow": {"time": "11:00", "date": "2026-01-20", "weather": "snowfall"},
    "dusk": {"time": "20:15"},
    "night, rain": {"time": "23:30", "weather": "rain"},
}


def corner(city: cl.City) -> cl.Scenario:
    """Return the scenario that all pictures of the street come from."""
    scenario = cl.Scenario(city, duration_s=10.0, seed=11)
    scenario.environment(**NOON)
    scenario.traffic(vehicles=60, pedestrians=500)
    ego = scenario.vehicle(
        "ego", kind="sedan", route=city.route("east_in", "west_out"), start_m=100.0, speed_mps=6.0
    )
    ego.camera("front", fov_deg=70, size=SIZE, position=(1.6, 0.0, 1.5))
    return scenario


def drawn(scenario: cl.Scenario, engine: cl.Engine) -> CameraImages:
    """Play to the frame of the gallery and return its passes."""
    simulation = Simulation(scenario, engine)
    try:
        simulation.step()
        while simulation.settled.frame < FRAME:
            simulation.step()
        (images,) = engine.capture(simulation.cameras())
        passes = {name: np.array(values) for name, values in images.passes.items()}
    finally:
        simulation.close()
    return CameraImages(**{**vars(images), "passes": passes})


def same_labels(a: CameraImages, b: CameraImages, what: str) -> None:
    """Stop if two frames differ in anything but rgb."""
    for name in a.passes:
        if name != "rgb" and a.passes[name].tobytes() != b.passes[name].tobytes():
            sys.exit(f"With other {what} the pass {name} is not the same: that is a bug.")


def titled(picture: Rgb, title: str, size: tuple[int, int]) -> Rgb:
    tile = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    font = cv2.FONT_HERSHEY_SIMPLEX
    (width, height), _ = cv2.getTextSize(title, font, 0.45, 1)
    foot = tile.shape[0]
    cv2.rectangle(tile, (0, foot - height - 12), (width + 12, foot), (0, 0, 0), -1)
    cv2.putText(tile, title, (6, foot - 7), font, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    return tile


def sheet(pictures: dict[str, Rgb], columns: int, size: tuple[int, int]) -> Rgb:
    """Return pictures with titles, side by side."""
    tiles = [titled(picture, title, size) for title, picture in pictures.items()]
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)])


def write(name: str, picture: Rgb) -> None:
    """Write a JPEG of the best quality that is small enough."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for quality in (90, 82, 74, 66, 58):
        options = [cv2.IMWRITE_JPEG_QUALITY, quality]
        _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
        if data.nbytes < LIMIT_BYTES:
            (IMAGES / name).write_bytes(data.tobytes())
            return
    sys.exit(f"{name} has {data.nbytes} bytes: make it smaller.")


@click.command()
@click.option("--full", type=click.Path(path_type=Path), help="Keep full-size pictures here.")
def main(full: Path | None) -> None:
    """Draw the gallery."""
    city = cl.City.grid(blocks=(4, 4), seed=7)
    pictures: dict[str, Rgb] = {}
    with cl.launch() as engine:
        for title, words in CONDITIONS.items():
            scenario = corner(city)
            scenario.environment(**words)
            pictures[title] = drawn(scenario, engine).passes["rgb"]
        plain = drawn(corner(city), engine)
        scenario = corner(city)
        scenario.environment(**NIGHT)
        dark = drawn(scenario, engine)
        same_labels(plain, dark, "light")
        scenario = corner(city)
        scenario.colours(seed=99)
        coloured = drawn(scenario, engine)
        same_labels(plain, coloured, "colours")
        people = dict(portraits(engine, PERSON_KINDS, PORTRAIT))
        vehicles = dict(portraits(engine, VEHICLE_KINDS, PORTRAIT))
    noon = plain.passes["rgb"]
    write("conditions.jpg", sheet(pictures, 2, TILE))
    write("people.jpg", sheet(people, 6, PORTRAIT))
    write("vehicles.jpg", sheet(vehicles, 5, PORTRAIT))
    write("passes.jpg", contact_sheet(dict(plain.passes), columns=2, width=480))
    pair = {"noon": noon, "only the light changed": dark.passes["rgb"]}
    write("pair_light.jpg", sheet(pair, 2, TILE))
    pair = {"these colours": noon, "only the colours changed": coloured.passes["rgb"]}
    write("pair_colours.jpg", sheet(pair, 2, TILE))
    if full is not None:
        full.mkdir(parents=True, exist_ok=True)
        for title, picture in {
            **pictures,
            "night": dark.passes["rgb"],
            "colours": coloured.passes["rgb"],
        }.items():
            name = title.replace(", ", "_").replace(" ", "_")
            cv2.imwrite(str(full / f"{name}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
