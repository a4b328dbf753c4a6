"""Maps that no road can be like are refused at once, before netconvert hangs on them."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from opendrive_files import lane, road, street_lanes, write
from test_bad_maps import LINE, OSM_NODES, refused

from cityloop.errors import MapError
from cityloop.world import netconvert
from cityloop.world.city import City
from cityloop.world.limited_process import run_limited
from cityloop.world.opendrive.reading import read_opendrive
from cityloop.world.osm import read_osm

WAY = '<way id="5"><nd ref="1"/><nd ref="2"/>{}<tag k="highway" v="residential"/></way>'
ONEWAY = '<tag k="oneway" v="yes"/>'


@pytest.fixture
def no_netconvert(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("netconvert was called")

    monkeypatch.setattr(netconvert, "run_limited", fail)


def osm(path: Path, text: str) -> Path:
    path.write_text(f'<osm version="0.6">{text}</osm>')
    return path


@pytest.mark.usefixtures("no_netconvert")
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "abc", "", "90.5"])
def test_a_node_off_the_earth(tmp_path: Path, value: str) -> None:
    nodes = OSM_NODES.replace("48.001", value)
    message = refused(City.from_osm, osm(tmp_path / "bad.osm", nodes + WAY.format("")))
    assert f"node '2' of road '5' has lat={value!r}" in message


def test_a_node_off_the_earth_that_no_road_uses_is_left_out(tmp_path: Path) -> None:
    text = f'<bounds minlat="a"/>{OSM_NODES}<node id="9" lat="nan" lon="1"/>{WAY.format("")}'
    roads = tmp_path / "roads.osm"
    read_osm(osm(tmp_path / "good.osm", text), roads)
    assert 'id="2"' in roads.read_text()
    assert 'id="9"' not in roads.read_text()


@pytest.mark.usefixtures("no_netconvert")
@pytest.mark.parametrize(
    ("build", "name", "tag"),
    [(City.from_osm, "a.osm", "osm"), (City.from_opendrive, "a.xodr", "OpenDRIVE")],
)
def test_endless_xml(build: Callable[[Path], City], name: str, tag: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(f"<{tag}>" * 200_000 + f"</{tag}>" * 200_000)
    assert "more than 64 elements deep" in refused(build, file)
    file.write_text(f'<!DOCTYPE {tag} [<!ENTITY a "aaaa">]><{tag}>&a;</{tag}>')
    assert "defines the XML entity 'a'" in refused(build, file)


@pytest.mark.usefixtures("no_netconvert")
def test_a_continent(tmp_path: Path) -> None:
    file = osm(tmp_path / "far.osm", OSM_NODES.replace("48.001", "49.0") + WAY.format(""))
    assert "111 km, more than 50 km" in refused(City.from_osm, file)


@pytest.mark.parametrize(
    ("tags", "height_m"),
    [
        ('<tag k="building:levels" v="100000"/>', 6.0),
        ('<tag k="height" v="100000"/>', 6.0),
        ('<tag k="height" v="100000"/><tag k="building:levels" v="4"/>', 12.0),
        ('<tag k="building:levels" v="160"/>', 480.0),
    ],
)
def test_impossible_heights_are_passed_over(tmp_path: Path, tags: str, height_m: float) -> None:
    corners = [(48.0, 10.0), (48.0, 10.0002), (48.0001, 10.0002), (48.0001, 10.0)]
    nodes = "".join(f'<node id="{n}" lat="{a}" lon="{b}"/>' for n, (a, b) in enumerate(corners, 11))
    refs = "".join(f'<nd ref="{n}"/>' for n in (11, 12, 13, 14, 11))
    house = f'<way id="6">{refs}<tag k="building" v="yes"/>{tags}</way>'
    file = osm(tmp_path / "tall.osm", OSM_NODES + nodes + WAY.format("") + house)
    (outline,) = read_osm(file, tmp_path / "roads.osm").outlines
    assert outline.height_m == height_m


@pytest.mark.parametrize("tags", [ONEWAY, ""])
def test_one_road_is_a_map(tmp_path: Path, tags: str) -> None:
    city = City.from_osm(osm(tmp_path / "one.osm", OSM_NODES + WAY.format(tags)), seed=1)
    cars = [lane for lane in city.network.lanes.values() if lane.kind == "driving"]
    assert len(cars) == (1 if tags else 2)
    assert cars[0].length_m == pytest.approx(111.2, abs=0.5)
    assert {"south_in"} <= city.network.aliases.keys()


def test_a_map_without_lanes_for_cars_is_named_itself(tmp_path: Path) -> None:
    path = WAY.format("").replace("residential", "footway")
    message = refused(City.from_osm, osm(tmp_path / "path.osm", OSM_NODES + path))
    assert "no lane for cars" in message
    assert ".net.xml" not in message


def driving(width: str) -> str:
    whole = lane(-1, "driving", 3.5)
    lanes = whole[: whole.index("<width")] + width + whole[whole.index("<roadMark") :]
    middle = '<center><lane id="0" type="none"/></center>'
    return f'<laneSection s="0">{middle}<right>{lanes}</right></laneSection>'


def profile(a: float, b: float = 0.0, c: float = 0.0) -> str:
    return f'<elevation s="0" a="{a}" b="{b}" c="{c}" d="0"/>'


def thing(kind: str, repeat: str = "", **values: float) -> str:
    stated = {"s": 1.0, "t": 9.0, "length": 4.0, "width": 4.0, "height": 3.0} | values
    words = " ".join(f'{k}="{v}"' for k, v in stated.items())
    return f'<object id="o" type="{kind}" {words}>{repeat}</object>'


FAULTS = {
    "two roads with one id": (road(7, LINE, 100.0) * 2, "its id is that of another road"),
    "long": (road(7, LINE.replace("100", "1e8"), 1e8), "long, not between 0 and 50000"),
    "wide": (
        road(7, LINE, 100.0) + road(8, LINE.replace('x="0"', 'x="60000"'), 100.0),
        "60 km wide, more than 50 km",
    ),
    "curved": (
        road(7, LINE.replace("<line/>", '<arc curvature="-1.2"/>'), 100.0),
        "curvature=-1.2 at s=0 exceeds 1 per metre",
    ),
    "steep": (road(7, LINE, 100.0, elevation=profile(0.0, 0.6)), "slope of 60 %"),
    "steep later": (road(7, LINE, 100.0, elevation=profile(0, 0, -0.003)), "slope of -60 %"),
    "high": (road(7, LINE, 100.0, elevation=profile(10_001.0)), "elevation of 10001 m"),
    "no width": (road(7, LINE, 100.0, lanes=driving("")), "lane -1 of type 'driving' has no"),
    "negative width": (
        road(7, LINE, 100.0, lanes=driving('<width sOffset="0" a="3" b="-0.05"/>')),
        "lane -1 has a width of -2 m, below 0",
    ),
    "too wide": (
        road(7, LINE, 100.0, lanes=driving('<width sOffset="0" a="51"/>')),
        "lane -1 has a width of 51 m, above 50 m",
    ),
    "too many lanes": (
        road(7, LINE, 100.0, lanes=street_lanes().replace('id="3"', 'id="999999999"')),
        "lane 999999999",
    ),
    "tall house": (road(7, LINE, 100.0, objects=thing("building", height=1e8)), "object 'o' has"),
    "long house": (
        road(7, LINE, 100.0, objects=thing("building", length=1e3, width=1e3, height=900.0)),
        "m2 of walls",
    ),
    "far pole": (road(7, LINE, 100.0, objects=thing("pole", s=-1e9)), "is far off the road"),
    "endless row": (
        road(
            7,
            LINE,
            100.0,
            objects=thing("pole", '<repeat s="0" length="100" distance="1e-7"/>'),
        ),
        "repeated 1e+09 times",
    ),
    "dashes": (
        road(
            7,
            LINE,
            100.0,
            lanes=street_lanes().replace(
                'laneChange="both"/>',
                '><type><line length="1e-9" space="1e-9" tOffset="0" sOffset="0"/></type>'
                "</roadMark>",
            ),
        ),
        "dashes of a <roadMark>",
    ),
}


@pytest.mark.usefixtures("no_netconvert")
@pytest.mark.parametrize("name", FAULTS)
def test_opendrive_nonsense(tmp_path: Path, name: str) -> None:
    roads, reason = FAULTS[name]
    start = time.perf_counter()
    message = refused(City.from_opendrive, write(tmp_path / "bad.xodr", roads))
    assert reason in message
    assert time.perf_counter() - start < 2.0


def test_just_within_bounds(tmp_path: Path) -> None:
    steep = road(7, LINE, 100.0, elevation=profile(9_900.0, 0.49))
    wide = road(8, LINE, 100.0, lanes=driving('<width sOffset="0" a="49" b="-0.4901"/>'))
    tall = road(9, LINE, 100.0, objects=thing("building", height=900.0))
    assert len(read_opendrive(write(tmp_path / "good.xodr", steep, wide, tall)).roads) == 3


def test_netconvert_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netconvert, "_TIMEOUT_S", 0.001)
    file = write(tmp_path / "slow.xodr", road(7, LINE, 100.0))
    assert "did not finish with this map within" in refused(City.from_opendrive, file)
    assert not list(tmp_path.glob("*.part"))


def test_netconvert_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "big.xodr", road(7, LINE, 100.0))
    monkeypatch.setattr(netconvert, "_MEMORY_BYTES", 2**26)
    with pytest.raises(MapError, match=r"big\.xodr: netconvert cannot convert this map"):
        City.from_opendrive(file)


@pytest.mark.skipif(sys.platform != "linux", reason="bounds of Linux")
def test_a_limited_process_is_limited() -> None:
    hungry = [sys.executable, "-c", "bytearray(2**30); print('fed')"]
    for memory_bytes, fed in ((2**29, False), (2**32, True)):
        done = run_limited(hungry, memory_bytes=memory_bytes, timeout_s=30.0, environment={})
        assert ("fed" in done.stdout) is fed


@pytest.mark.skipif(sys.platform != "linux", reason="bounds of Linux")
def test_a_limited_process_dies_with_its_parent() -> None:
    signal_of_death = (
        "import ctypes; n = ctypes.c_int(); ctypes.CDLL(None).prctl(2, ctypes.byref(n)); "
        "print(n.value)"  # 2: PR_GET_PDEATHSIG
    )
    done = run_limited(
        [sys.executable, "-c", signal_of_death],
        memory_bytes=2**32,
        timeout_s=30.0,
        environment={},
    )
    assert done.stdout.strip() == "9"
