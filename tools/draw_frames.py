"""Draw the picture of docs/unity.md: the same car in the world's axes and in Unity's.

python tools/draw_frames.py      # writes docs/images/unity_frames.svg
"""

from math import cos, pi, sin
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images" / "unity_frames.svg"
WIDTH, HEIGHT = 860, 470
UNIT = 56.0  # pixels for a metre
# Where a metre forward, to the left and up goes on the paper: seen from behind, right and above.
FORWARD, LEFT, UP = (0.72, -0.42), (-0.62, -0.30), (0.0, -0.85)
RED, GREEN, BLUE, GREY, INK = "#c62828", "#2e7d32", "#1565c0", "#78909c", "#263238"
ROWS = (
    ("position, velocity, acceleration", "(−y, z, x)", "(z, −x, y)"),
    ("angular velocity, torque", "(y, −z, −x)", "(−z, x, −y)"),
    ("quaternion x, y, z, w", "(y, −z, −x, w)", "(−z, x, −y, w)"),
    ("triangle", "a, c, b", "a, c, b"),
)

Point = tuple[float, float]


def on_paper(origin: Point, forward: float, left: float, up: float) -> Point:
    """Return where a point, m from the origin, is drawn."""
    across = forward * FORWARD[0] + left * LEFT[0] + up * UP[0]
    down = forward * FORWARD[1] + left * LEFT[1] + up * UP[1]
    return origin[0] + UNIT * across, origin[1] + UNIT * down


def text(at: Point, words: str, colour: str = INK, size: int = 15, anchor: str = "middle") -> str:
    return (
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" fill="{colour}" font-size="{size}" '
        f'text-anchor="{anchor}">{words}</text>'
    )


def path(points: list[Point], colour: str, *, fill: str = "none", arrow: bool = False) -> str:
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    head = f' marker-end="url(#{colour[1:]})"' if arrow else ""
    close = "" if fill == "none" else " Z"
    return f'<path d="M{steps}{close}" stroke="{colour}" fill="{fill}" stroke-width="2.2"{head}/>'


def car(origin: Point) -> list[str]:
    """Draw a box with a cabin; its origin is on the ground under the rear axle."""
    out = []
    for back, front, side, low, high in ((-0.8, 3.4, 0.9, 0.25, 0.8), (-0.5, 1.9, 0.8, 0.8, 1.4)):
        corners = {
            (f, s, u): on_paper(origin, f, s, u)
            for f in (back, front)
            for s in (-side, side)
            for u in (low, high)
        }
        faces = (
            [(back, -side, high), (front, -side, high), (front, side, high), (back, side, high)],
            [(back, -side, low), (back, side, low), (back, side, high), (back, -side, high)],
            [(back, -side, low), (front, -side, low), (front, -side, high), (back, -side, high)],
        )
        out += [path([corners[c] for c in face], GREY, fill="#eceff1") for face in faces]
    return out


def axes(origin: Point, names: dict[str, tuple[str, str]]) -> list[str]:
    """Draw arrows; `names` tells the letter and the colour of each direction."""
    ends = {
        "forward": (4.6, 0.0, 0.0),
        "left": (0.0, 2.6, 0.0),
        "right": (0.0, -2.0, 0.0),
        "up": (0.0, 0.0, 2.7),
    }
    out = []
    for direction, (letter, colour) in names.items():
        end = on_paper(origin, *ends[direction])
        beyond = on_paper(origin, *(1.13 * x for x in ends[direction]))
        out.append(path([origin, end], colour, arrow=True))
        anchor = {"left": "end", "right": "start"}.get(direction, "middle")
        out.append(text((beyond[0], beyond[1] + 5), f"{letter} {direction}", colour, anchor=anchor))
    return out


def turn(origin: Point, colour: str, sign: float) -> str:
    """Draw the positive sense of a rotation about the axis that points up."""
    angles = [0.15 * pi + sign * 0.07 * pi * k for k in range(13)]
    ring = [on_paper(origin, 0.7 * cos(a), 0.7 * sin(a), 2.1) for a in angles]
    return path(ring, colour, arrow=True)


def heads() -> str:
    return "".join(
        f'<marker id="{colour[1:]}" viewBox="0 0 10 10" refX="7" refY="5" markerWidth="6" '
        f'markerHeight="6" orient="auto"><path d="M0 0 L10 5 L0 10 Z" fill="{colour}"/></marker>'
        for colour in (RED, GREEN, BLUE)
    )


def picture() -> str:
    """Return the picture as SVG."""
    left, right = (190.0, 265.0), (590.0, 265.0)
    world = {"forward": ("x", RED), "left": ("y", GREEN), "up": ("z", BLUE)}
    unity = {"right": ("x", RED), "up": ("y", GREEN), "forward": ("z", BLUE)}
    parts = [
        text((230, 30), "Cityloop: ISO 8855, right-handed", size=18),
        text((630, 30), "Unity: left-handed", size=18),
        *car(left),
        *axes(left, world),
        turn(left, BLUE, 1.0),
        *car(right),
        *axes(right, unity),
        turn(right, GREEN, -1.0),
    ]
    columns = (60.0, 400.0, 620.0)
    titles = ("", "to Unity", "to Cityloop")
    for x, title in zip(columns, titles, strict=True):
        parts.append(text((x, 360), title, GREY, 14, "start"))
    for i, row in enumerate(ROWS):
        for x, words in zip(columns, row, strict=True):
            parts.append(text((x, 385 + 22 * i), words, size=15, anchor="start"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif"><defs>{heads()}</defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>' + "\n".join(parts) + "</svg>\n"
    )


if __name__ == "__main__":
    TARGET.write_text(picture(), encoding="utf-8")
