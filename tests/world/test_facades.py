import numpy as np
import pytest

from cityloop.world.city import City
from cityloop.world.facade_trim import shop_signs
from cityloop.world.facades import house
from cityloop.world.house_kinds import ROOFS, HouseKind, corner_house, house_kinds
from cityloop.world.house_walls import lights_on, shops_of
from cityloop.world.lit_rooms import ROOMS_A_SIDE, rooms_texture
from cityloop.world.materials import CITY_MATERIALS, SHOP_LIGHT, WINDOW_LIGHTS, lit
from cityloop.world.scene import TEXTURE_SIZE, Mesh
from cityloop.world.shop_windows import SHOP_SHEETS, SHOPS, shop_textures, window_of

MATERIALS = {m.name: m for m in CITY_MATERIALS}


def kind(**changes: object) -> HouseKind:
    said: dict = {
        "name": "house/test",
        "bays": 4,
        "storeys": 3,
        "wall": "plaster",
        "sheet": "storey_plaster",
        "shops": True,
        "doors": (1,),
        "awnings": (),
        "roof": "flat",
    }
    return HouseKind(**(said | changes))


def corners_of(mesh: Mesh, prefix: str) -> np.ndarray:
    """(T, 3, 3) triangles of the materials whose names begin with `prefix`."""
    names = np.array(mesh.material_names)[mesh.materials[mesh.indices[:, 0]]]
    return mesh.positions[mesh.indices[np.char.startswith(names, prefix)]]


def test_a_town_has_houses_of_several_styles() -> None:
    kinds = house_kinds(7)
    assert {k.roof for k in kinds} == set(ROOFS)
    assert {k.wall for k in kinds} == {"plaster", "brick"}
    assert len({k.tiles for k in kinds}) == 3
    assert 0 < sum(bool(k.balconies) for k in kinds) < len(kinds)
    assert kinds == house_kinds(7)


@pytest.mark.parametrize("roof", ROOFS)
@pytest.mark.parametrize("corner", [False, True])
def test_a_house_fills_its_box_but_for_trim_and_chimneys(roof: str, corner: bool) -> None:
    plain = kind(roof=roof, balconies=(0, 2))
    prototype, meshes = house(corner_house(plain) if corner else plain)
    for mesh in meshes:
        assert set(mesh.material_names) <= set(MATERIALS)
        low, high = mesh.positions.min(axis=0), mesh.positions.max(axis=0)
        assert high[2] - prototype.dimension[2] == pytest.approx(0.6, abs=0.9)
        assert -0.5 - prototype.dimension[0] < low[0] < -prototype.dimension[0] + 0.5
        assert high[0] < 1.2  # balconies and awnings stay over the sidewalk
        wide = prototype.dimension[1] / 2
        out = 0.12 if corner else 0.0  # sides of a corner have ledges and signs of shops as well
        assert wide - 0.05 <= high[1] == pytest.approx(-low[1], abs=1e-5)
        assert high[1] <= wide + out + 0.05


def test_from_afar_a_house_is_cheap_and_lit_in_the_same_windows() -> None:
    near, far = house(kind(balconies=(0,)))[1]
    assert len(far.indices) < 0.4 * len(near.indices)

    def middles(mesh: Mesh, panes: int) -> set[tuple[float, float]]:
        triangles = corners_of(mesh, "panes_rooms")
        squares = triangles.reshape(-1, panes * 6, 3)
        return {tuple(np.round((s.min(axis=0) + s.max(axis=0))[1:] / 2, 2)) for s in squares}

    front = {m for m in middles(near, 2) if abs(m[0]) < 6}
    assert front
    assert middles(far, 1) == front


def test_nothing_but_cloth_hangs_low_over_the_sidewalk() -> None:
    near, _ = house(kind(balconies=(0, 1, 2), awnings=(2,)))[1]
    out = near.positions[near.positions[:, 0] > 0.2]
    assert out[:, 2].min() > 1.9


def test_panes_shine_by_the_lamps_of_their_house(town: City) -> None:
    panes = [m for m in CITY_MATERIALS if m.name.startswith("panes_")]
    assert {m.lamp for m in panes} == {*WINDOW_LIGHTS, SHOP_LIGHT}
    assert all(max(m.emissive) > 0.1 for m in panes)
    houses = [p for p in town.scene.placements if p.name.startswith("house/")]
    assert {p.lamps for p in houses} == {0}  # by day
    assert len({p.night_lamps for p in houses}) > 4
    assert all(p.night_lamps == lights_on(p.name, town.seed) for p in houses)
    lamps = [p for p in town.scene.placements if p.prototype == "street_lamp"]
    assert {p.night_lamps for p in lamps} == {1}


def test_a_corner_house_has_shops_on_its_sides_too() -> None:
    for near, mesh in zip((True, False), house(corner_house(kind(bays=3)))[1], strict=True):
        shops = corners_of(mesh, "panes_shops")
        for side in (-1, 1):
            beside = shops[(side * shops[..., 1] > 4.5 - 0.35).all(axis=1)]
            assert len(beside) == 2 * 3 * (2 if near else 1)  # triangles of the panes of 3 bays
            assert np.ptp(beside[..., 0]) > 7.0
    assert not len(corners_of(house(corner_house(kind(shops=False)))[1][0], "panes_shops"))


def test_rooms_and_shop_windows_differ_and_shine_where_they_are_clear() -> None:
    half = TEXTURE_SIZE // 2
    windows = []
    for name in SHOP_SHEETS:
        (sheet,) = (t.rgba for t in shop_textures(5) if t.name == name)
        windows += [sheet[y : y + half, x : x + half] for y in (0, half) for x in (0, half)]
    rooms = rooms_texture(5).rgba
    cell = TEXTURE_SIZE // ROOMS_A_SIDE
    grid = range(0, TEXTURE_SIZE, cell)
    windows += [rooms[y : y + cell, x : x + cell] for y in grid for x in grid]
    assert len({window.tobytes() for window in windows}) == 12 + 16
    for window in windows:
        shining = window[..., :3].mean(axis=2) * (255.0 - window[..., 3]) / 255.0
        assert 40 < shining.mean() < 230  # neither dark nor a plain lit plate
        assert shining.std() > 8
    assert (rooms_texture(6).rgba != rooms).any()


def test_a_shop_shows_what_its_name_says_in_all_its_bays() -> None:
    said = {name: window_of(n) for n, name in enumerate(SHOPS)}
    assert said["BOOKS"] != said["BAKERY"] != said["FLOWERS"]
    assert len(set(said.values())) == 12
    rows = kind(bays=7, doors=(3,))
    shops = shops_of(rows)
    assert [b for s in shops for b in range(s.bay, s.bay + s.bays)] == [0, 1, 2, 4, 5, 6]
    assert len({s.trade for s in shops}) == len(shops)
    for mesh in house(rows)[1]:  # near and far
        found = {n for n in mesh.material_names if n.startswith("panes_shops")}
        assert found == {lit(window_of(s.trade)[0], SHOP_LIGHT) for s in shops}


def test_each_shop_has_a_name_on_its_sign() -> None:
    rgba = shop_signs(5).rgba.astype(int)
    for row in range(10):
        for column in range(2):
            sign = rgba[
                round(51.2 * row) : round(51.2 * (row + 1)), 256 * column : 256 * column + 256
            ]
            ink = np.abs(sign[..., :3] - sign[25, 4, :3]).sum(axis=2) > 150
            assert 0.02 < ink.mean() < 0.5
    assert (rgba != shop_signs(6).rgba).any()
