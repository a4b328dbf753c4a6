import numpy as np
import pytest
import shapely

from cityloop.dataset.surroundings import Obstacle, Surroundings, read_surroundings
from cityloop.dataset.verification.standing import Outlines
from cityloop.spatial import Pose
from cityloop.world.outline_houses import MapHouse
from cityloop.world.scene import Placement, Prototype
from cityloop.world.semantics import SemanticClass

BOX = shapely.box(0, 0, 8, 6)
L_SHAPED = shapely.Polygon([(20, 0), (32, 0), (32, 5), (25, 5), (25, 12), (20, 12)])
WITH_A_YARD = shapely.Polygon(
    [(50, 0), (70, 0), (70, 20), (50, 20)], [[(55, 5), (65, 5), (65, 15), (55, 15)]]
)
SHAPES = {"outline/0": BOX, "outline/1": L_SHAPED, "outline/2": WITH_A_YARD}


@pytest.fixture(scope="module")
def obstacles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Obstacle, ...]:
    """What a recording keeps of three houses; a fourth was taken away to make room."""
    folder = tmp_path_factory.mktemp("houses")
    (folder / "a.net.xml").write_text("<net/>")
    placements = [Placement(n, "house", Pose(), SemanticClass.BUILDING) for n in SHAPES]
    houses = [MapHouse(n, shape, 1.0, 0.5, 7.0) for n, shape in SHAPES.items()]
    houses.append(MapHouse("outline/3", shapely.box(90, 0, 95, 5), 1.0, 0.5, 7.0))
    kept = Surroundings.of(
        folder / "a.net.xml", placements, {"house": Prototype("house", ())}, [], houses
    )
    kept.write(folder / "net.gz", folder / "surroundings.json")
    return read_surroundings(folder / "surroundings.json")[0]


def test_houses_on_a_maps_outlines_are_kept_in_convex_pieces(
    obstacles: tuple[Obstacle, ...],
) -> None:
    assert {o.name for o in obstacles} == set(SHAPES)
    assert {(o.bottom_m, o.top_m) for o in obstacles} == {(0.5, 7.0)}
    for name, shape in SHAPES.items():
        pieces = [shapely.Polygon(o.outline) for o in obstacles if o.name == name]
        assert all(p.convex_hull.area == pytest.approx(p.area) for p in pieces)
        assert sum(p.area for p in pieces) == pytest.approx(shape.area)
        assert shapely.union_all(pieces).symmetric_difference(shape).area < 0.01
    assert sum(o.name == "outline/0" for o in obstacles) == 1


@pytest.mark.parametrize(
    ("point", "away_m"),
    [
        ((22.5, 2.5), 2.5),  # in the L, where its pieces meet
        ((26.0, 6.0), 1.0),
        ((60.0, 10.0), 5.0),  # in the yard
        ((60.0, 2.0), 2.0),
        ((9.5, 3.0), 1.5),
    ],
)
def test_walls_stand_around_houses_and_yards_and_nowhere_inside(
    obstacles: tuple[Obstacle, ...], point: tuple[float, float], away_m: float
) -> None:
    rows, distance = Outlines(obstacles, open=False).apart(np.array([[*point, 3.0]]))
    assert rows.tolist() == [0]
    assert distance == pytest.approx([away_m], abs=2e-3)
