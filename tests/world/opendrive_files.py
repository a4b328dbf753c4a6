"""Small OpenDRIVE maps written for tests."""

from pathlib import Path

import pytest

ROAD_DATA = Path(__file__).resolve().parents[3] / "shared" / "road-data"


def real(name: str) -> Path:
    """Return a real OpenDRIVE map, or skip the test."""
    path = ROAD_DATA / "xodr" / f"{name}.xodr"
    if not path.is_file():
        pytest.skip("shared/road-data is not beside the repository")
    return path


_MARK = (
    '<roadMark sOffset="0" type="{kind}" weight="standard" color="standard" width="0.15" '
    'laneChange="both"/>'
)


def lane(number: int, kind: str, width_m: float, mark: str = "none") -> str:
    return (
        f'<lane id="{number}" type="{kind}" level="false"><width sOffset="0" a="{width_m}" b="0" '
        f'c="0" d="0"/>{_MARK.format(kind=mark)}</lane>'
    )


def street_lanes() -> str:
    """A street: in each direction a lane of 3.5 m, a gutter of 0.3 m, a sidewalk of 2 m."""
    sides = []
    for name, sign in (("left", 1), ("right", -1)):
        lanes = [
            lane(sign * 1, "driving", 3.5),
            lane(sign * 2, "border", 0.3),
            lane(sign * 3, "sidewalk", 2.0),
        ]
        sides.append(f"<{name}>{''.join(lanes[::-1] if sign > 0 else lanes)}</{name}>")
    middle = f'<lane id="0" type="none" level="false">{_MARK.format(kind="broken")}</lane>'
    return f'<laneSection s="0">{sides[0]}<center>{middle}</center>{sides[1]}</laneSection>'


def road(
    number: int,
    geometry: str,
    length_m: float,
    *,
    elevation: str = "",
    lanes: str | None = None,
    objects: str = "",
    signals: str = "",
    kind: str = '<type s="0" type="town"/>',
) -> str:
    return (
        f'<road name="" length="{length_m}" id="{number}" junction="-1">{kind}<planView>{geometry}'
        f"</planView><elevationProfile>{elevation}</elevationProfile>"
        f"<lanes>{lanes or street_lanes()}</lanes><objects>{objects}</objects>"
        f"<signals>{signals}</signals></road>"
    )


def write(path: Path, *roads: str) -> Path:
    path.write_text(
        '<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="7" name="" version="1" '
        f'north="0" south="0" east="0" west="0"/>{"".join(roads)}</OpenDRIVE>'
    )
    return path


def hill(path: Path) -> Path:
    """Write a street of 400 m that climbs at 8 %, turns left on the slope, and goes over a crest.

    Level for 40 m, a sag of 60 m, 8 % for 100 m, a crest of 120 m down to -8 %, and down.
    """
    parts = [  # s, then z = a + b ds + c ds^2
        (0.0, 0.0, 0.0, 0.0),
        (40.0, 0.0, 0.0, 0.08 / 120),
        (100.0, 2.4, 0.08, 0.0),
        (200.0, 10.4, 0.08, -0.16 / 240),
        (320.0, 10.4, -0.08, 0.0),
    ]
    elevation = "".join(
        f'<elevation s="{s}" a="{a}" b="{b}" c="{c}" d="0"/>' for s, a, b, c in parts
    )
    geometry = (
        '<geometry s="0" x="0" y="0" hdg="0" length="100"><line/></geometry>'
        '<geometry s="100" x="100" y="0" hdg="0" length="80"><arc curvature="0.0125"/></geometry>'
        '<geometry s="180" x="167.31767878" y="36.77581549" hdg="1.0" length="220"><line/>'
        "</geometry>"
    )
    return write(path, road(1, geometry, 400.0, elevation=elevation))
