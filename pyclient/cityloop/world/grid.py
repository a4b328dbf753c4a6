"""A procedural town: streets in a grid, with parking strips, sidewalks, crossings and signals."""

from collections.abc import Iterable
from itertools import pairwise
from numbers import Integral
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from cityloop.errors import MapError, shown
from cityloop.world.netconvert import convert
from cityloop.world.streams import stream

SPEED_MPS = 13.89  # 50 km/h
DRIVING_WIDTH_M = 3.25
PARKING_WIDTH_M = 2.1
SIDEWALK_WIDTH_M = 3.0
MAX_BLOCKS = 12

_BLOCK_M = (90.0, 110.0)  # between the centre lines of neighbouring streets
_FRINGE_M = 140.0  # from the outermost crossroads to the end of the map


def checked_blocks(blocks: object) -> tuple[int, int]:
    """Return the two numbers of blocks as plain integers; any sequence of two will do.

    Raises:
        MapError: if they are not two whole numbers from 2 to 12.
    """
    try:
        numbers = list(blocks) if isinstance(blocks, Iterable) else []
    except TypeError:  # an array without axes
        numbers = []
    if len(numbers) != 2 or not all(
        isinstance(n, Integral) and 2 <= int(n) <= MAX_BLOCKS for n in numbers
    ):
        raise MapError(
            f"a grid of blocks={shown(blocks)} is impossible: "
            f"give two numbers from 2 to {MAX_BLOCKS}"
        )
    return int(numbers[0]), int(numbers[1])


def build_grid(blocks: tuple[int, int], seed: int, net_file: Path) -> None:
    """Write the SUMO network of a grid of blocks[0] x blocks[1] blocks, the outer ones half open.

    The streets between the blocks lead out of town on every side; the middle of the grid is the
    world's origin. Every crossroads has traffic lights and crossings on all arms.

    Raises:
        MapError: if either number of blocks is not between 2 and 12.
    """
    blocks = checked_blocks(blocks)
    rng = stream(seed, "city/blocks")
    x = _street_positions(rng, blocks[0] - 1)
    y = _street_positions(rng, blocks[1] - 1)
    nodes, edges = _plain_xml(x, y)
    node_file, edge_file = net_file.with_suffix(".nod.xml"), net_file.with_suffix(".edg.xml")
    node_file.write_text(nodes)
    edge_file.write_text(edges)
    options = [f"--node-files={node_file}", f"--edge-files={edge_file}", "--crossings.guess"]
    # Every other row starts with green for its own street, the middle one among them, so that
    # who drives through town from the start does not run into red at once.
    row = (len(y) // 2) % 2
    early = [f"x{i}y{j}" for i in range(len(x)) for j in range(row, len(y), 2)]
    convert([*options, f"--tls.half-offset={','.join(early)}"], net_file, Path("grid"))


def _street_positions(rng: np.random.Generator, streets: int) -> list[float]:
    gaps = rng.uniform(*_BLOCK_M, streets - 1)
    positions = np.concatenate([[0.0], np.cumsum(gaps)])
    return [round(float(p), 2) for p in positions - positions[streets // 2]]


def _plain_xml(x: list[float], y: list[float]) -> tuple[str, str]:
    """Return nodes and edges in SUMO's plain XML; names read "x0y2" and "east1"."""
    nodes: list[tuple[str, float, float, str]] = []
    streets: list[list[str]] = []
    for i, xi in enumerate(x):
        nodes.extend((f"x{i}y{j}", xi, yj, "traffic_light") for j, yj in enumerate(y))
        nodes.append((f"south{i}", xi, y[0] - _FRINGE_M, "dead_end"))
        nodes.append((f"north{i}", xi, y[-1] + _FRINGE_M, "dead_end"))
        streets.append([f"south{i}", *(f"x{i}y{j}" for j in range(len(y))), f"north{i}"])
    for j, yj in enumerate(y):
        nodes.append((f"west{j}", x[0] - _FRINGE_M, yj, "dead_end"))
        nodes.append((f"east{j}", x[-1] + _FRINGE_M, yj, "dead_end"))
        streets.append([f"west{j}", *(f"x{i}y{j}" for i in range(len(x))), f"east{j}"])
    node_lines = [
        f'<node id={quoteattr(name)} x="{nx}" y="{ny}" type="{kind}" radius="6"/>'
        for name, nx, ny, kind in nodes
    ]
    edge_lines = []
    for street in streets:
        for a, b in pairwise(street):
            edge_lines.extend([_edge(a, b), _edge(b, a)])
    return (
        "<nodes>\n" + "\n".join(node_lines) + "\n</nodes>\n",
        "<edges>\n" + "\n".join(edge_lines) + "\n</edges>\n",
    )


def _edge(a: str, b: str) -> str:
    return (
        f'<edge id="{a}-{b}" from="{a}" to="{b}" numLanes="3" speed="{SPEED_MPS}" priority="3">'
        f'<lane index="0" allow="pedestrian" width="{SIDEWALK_WIDTH_M}"/>'
        f'<lane index="1" disallow="all" width="{PARKING_WIDTH_M}" type="parking"/>'
        f'<lane index="2" disallow="pedestrian rail tram ship" width="{DRIVING_WIDTH_M}"/>'
        "</edge>"
    )
