"""`cityloop assets`: what the frames are made of, whose it is, and what it looks like."""

import base64
import html
from pathlib import Path
from typing import Any

import click
import cv2
from rich.table import Table

from cityloop.cli.progress import console, spinner
from cityloop.dataset.layout import check_writable, write_whole
from cityloop.engine import launch
from cityloop.simulation.portraits import Rgb, portrait_scene, portraits
from cityloop.world.city import City
from cityloop.world.provenance import check_licences, scene_assets
from cityloop.world.scene import Scene

_PICTURES = "assets.html"
_STYLE = (
    "body{font-family:sans-serif;margin:2em}figure{display:inline-block;width:250px;margin:6px;"
    "vertical-align:top}figcaption{font-size:12px}code{word-break:break-all}"
)


def licence_option(command: Any) -> Any:
    """Give a command the argument `require_license`, a tuple of SPDX identifiers."""
    return click.option(
        "--require-license",
        default="",
        metavar="CC0,Apache-2.0",
        callback=lambda _ctx, _option, said: tuple(n.strip() for n in said.split(",") if n.strip()),
        help="Refuse assets with other licences than these (SPDX identifiers).",
    )(command)


@click.command()
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), help=f"Folder for {_PICTURES}, with pictures."
)
@licence_option
def assets(out: Path | None, require_license: tuple[str, ...]) -> None:
    """List every asset with its licence, maker and digest."""
    if out is not None:
        check_writable(out / _PICTURES)
    with spinner("building what there is"):
        scene = _everything()
        records = scene_assets(scene)
    if require_license:
        check_licences(records, require_license)
    table = Table("asset", "licence", "made by", "SHA-256")
    for record in records:
        table.add_row(record["name"], record["licence"], record["made_by"], record["sha256"][:12])
    console.print(table)
    if out is not None:
        with spinner("drawing them"):
            page = _page(records, _pictures(scene))
        write_whole(out / _PICTURES, page)
        console.print(f"with pictures: {out / _PICTURES}", soft_wrap=True)


def _everything() -> Scene:
    """Return all kinds, and the ground, houses and textures of a small town."""
    scene = portrait_scene()
    scene.extend(City.grid(blocks=(2, 2), seed=0).scene)
    return scene


def _pictures(scene: Scene) -> dict[str, Rgb]:
    """Return asset name -> picture, of those that can be shown by themselves."""
    shown: dict[str, Rgb] = {
        f"texture/{texture.name}": texture.rgba[..., :3] for texture in scene.textures
    }
    names = {record["name"].partition("/")[2]: record["name"] for record in scene_assets(scene)}
    kinds = [k for k in names if names[k].startswith(("person/", "vehicle/", "furniture/"))]
    with launch() as engine:
        for kind, picture in portraits(engine, kinds):
            shown[names[kind]] = picture
    return shown


def _page(records: list[dict[str, Any]], pictures: dict[str, Rgb]) -> bytes:
    figures = "\n".join(_figure(record, pictures.get(record["name"])) for record in records)
    return (
        f'<!doctype html><meta charset="utf-8"><title>Cityloop: assets</title>'
        f"<style>{_STYLE}</style><h1>Assets</h1>\n{figures}\n"
    ).encode()


def _figure(record: dict[str, Any], picture: Rgb | None) -> str:
    said = {key: html.escape(str(record[key])) for key in ("name", "licence", "made_by", "source")}
    authors = html.escape(", ".join(record["authors"]))
    image = "" if picture is None else f'<img width="240" src="{_data_url(picture)}" alt="">'
    return (
        f"<figure>{image}<figcaption><b>{said['name']}</b><br>{said['licence']}; {authors}<br>"
        f"{said['source']}; {said['made_by']}<br><code>{record['sha256']}</code></figcaption>"
        "</figure>"
    )


def _data_url(picture: Rgb) -> str:
    _, png = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return f"data:image/jpeg;base64,{base64.b64encode(png.tobytes()).decode()}"
