import collections

import numpy as np
import pytest

from cityloop.dataset.verification.moving_parts import STEERED_REACH_M, WHEEL_MARGIN_M
from cityloop.errors import ScenarioError
from cityloop.spatial import KEYPOINTS
from cityloop.world.meshing import face_normals
from cityloop.world.scene import BoxCollider
from cityloop.world.semantics import SemanticClass
from cityloop.world.streams import stream
from cityloop.world.vehicles import (
    INDIVIDUALS,
    LOD_DISTANCES_M,
    VEHICLE_KINDS,
    VehicleLamp,
    individual,
    pick_paint,
    vehicle_scene,
)
from cityloop.world.vehicles_bodies import shell
from cityloop.world.vehicles_materials import BEACON, GAP
from cityloop.world.vehicles_plates import plate_number, plates
from cityloop.world.vehicles_shell import GAP_WIDTH_M
from cityloop.world.vehicles_signs import firm_name, sign_text

BUDGETS = (8500, 1700, 460)  # triangles of a vehicle with its wheels at each level of detail
BUS_BUDGETS = (8500, 1800, 460)  # with the seats of its passengers
RIDDEN_BUDGETS = (8200, 2600, 1050)  # the machine and a person
KINDS = list(VEHICLE_KINDS.values())
SHELLS = [kind for kind in KINDS if not kind.two_wheeled]
TWO_WHEELERS = [kind for kind in KINDS if kind.two_wheeled]
DRIVEN_WITH = (
    VehicleLamp.HEAD, VehicleLamp.TAIL, VehicleLamp.BRAKE, VehicleLamp.LEFT, VehicleLamp.RIGHT
)  # fmt: skip
every_shell = pytest.mark.parametrize("kind", SHELLS, ids=[k.name for k in SHELLS])
every_two_wheeler = pytest.mark.parametrize(
    "kind", TWO_WHEELERS, ids=[k.name for k in TWO_WHEELERS]
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[k.name for k in KINDS])


@pytest.fixture(scope="module")
def scene():
    return vehicle_scene()


@pytest.fixture(scope="module")
def meshes(scene):
    return {mesh.name: mesh for mesh in scene.meshes}


@pytest.fixture(scope="module")
def prototypes(scene):
    return {prototype.name: prototype for prototype in scene.prototypes}


def whole(prototype, meshes, level, parts):
    """Return positions (V, 3) of the named parts in the body frame."""
    points = [
        part.body_from_part.apply(meshes[part.lods[level].mesh].positions)
        for part in prototype.parts
        if parts(part)
    ]
    return np.concatenate(points)


@every_kind
def test_the_dimension_is_the_extent_of_the_finest_mesh(kind, prototypes, meshes):
    points = whole(prototypes[kind.name], meshes, 0, lambda part: part.name != "mirrors")
    low, high = points.min(axis=0), points.max(axis=0)
    prototype = prototypes[kind.name]
    assert prototype.dimension == pytest.approx(kind.dimension)
    assert high - low == pytest.approx(np.array(prototype.dimension), abs=0.02)
    assert (high + low) / 2 == pytest.approx(np.array(prototype.box_center), abs=0.015)
    assert low[2] == pytest.approx(0.0, abs=1e-6)


@every_kind
@pytest.mark.parametrize("level", [1, 2])
def test_coarser_meshes_keep_the_extent_within_a_pixel_at_their_distance(
    kind, level, prototypes, meshes
):
    # Fine lines are drawn from near by only.
    points = whole(
        prototypes[kind.name], meshes, level, lambda part: part.name not in ("mirrors", "gaps")
    )
    size = points.max(axis=0) - points.min(axis=0)
    # A pixel of a camera 640 pixels wide with a field of view of 90 degrees covers d/320.
    assert size == pytest.approx(
        np.array(kind.dimension), abs=LOD_DISTANCES_M[level - 1] / 320 + 0.01
    )


@every_shell
def test_the_origin_is_on_the_ground_under_the_rear_axle(kind, prototypes):
    wheels = prototypes[kind.name].dynamics.wheels
    assert [w.steered for w in wheels] == [True, True, False, False]
    assert [np.sign(w.center[1]) for w in wheels] == [1, -1, 1, -1]
    assert [w.center[0] for w in wheels] == [kind.wheelbase_m, kind.wheelbase_m, 0, 0]
    for wheel in wheels:
        assert wheel.center[2] == wheel.radius_m
    assert sum(w.driven for w in wheels) == 2


@every_kind
@pytest.mark.parametrize("level", [0, 1, 2])
def test_wheels_turn_about_their_parts_y_axis_and_touch_the_ground(kind, level, prototypes, meshes):
    prototype = prototypes[kind.name]
    parts = {p.wheel: p for p in prototype.parts if p.wheel is not None and not p.steers_only}
    assert sorted(parts) == list(range(2 if kind.two_wheeled else 4))
    for index, wheel in enumerate(prototype.dynamics.wheels):
        part = parts[index]
        assert part.body_from_part.position == pytest.approx(wheel.center)
        positions = meshes[part.lods[level].mesh].positions
        radius = np.hypot(positions[:, 0], positions[:, 2])
        assert radius.max() == pytest.approx(wheel.radius_m, abs=1e-4)
        assert abs(positions[:, 1]).max() <= kind.width_m / 2 - kind.track_m / 2 + 0.01
        lowest = part.body_from_part.apply(positions)[:, 2].min()
        assert lowest == pytest.approx(0.0, abs=WHEEL_MARGIN_M if level else 1e-3)


@every_kind
@pytest.mark.parametrize("level", [0, 1, 2])
def test_tyres_are_as_round_as_verification_takes_them_to_be(kind, level, prototypes, meshes):
    part = next(p for p in prototypes[kind.name].parts if p.name.startswith("wheel_front"))
    points = meshes[part.lods[level].mesh].positions[:, [0, 2]].astype(np.float64)
    tread = points[np.hypot(*points.T) > kind.wheel_radius_m - 1e-4]
    angles = np.unique(np.round(np.arctan2(*tread.T), 4))
    widest = np.diff(angles, append=angles[0] + 2 * np.pi).max()
    flattest = kind.wheel_radius_m * np.cos(widest / 2)
    assert flattest > kind.wheel_radius_m - WHEEL_MARGIN_M


def signed_volume(positions, indices):
    a, b, c = (positions[indices[:, i]].astype(np.float64) for i in range(3))
    return float(np.einsum("ti,ti->", a, np.cross(b, c)) / 6)


@every_shell
@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_skin_is_closed_and_faces_out(kind, level):
    mesh = shell(kind).build(level).build("skin")
    a, b, c = (mesh.positions[mesh.indices[:, i]].astype(np.float64) for i in range(3))
    assert np.cross(b - a, c - a).sum(axis=0) / 2 == pytest.approx(np.zeros(3), abs=2e-3)
    extent = np.prod(mesh.positions.max(axis=0) - mesh.positions.min(axis=0))
    # A pickup's bed is open: half of the box behind its cabin is air.
    least = 0.45 if kind.name == "pickup" else 0.55
    assert least * extent < signed_volume(mesh.positions, mesh.indices) < extent


@every_shell
def test_the_skin_is_the_same_left_and_right_but_for_its_materials(kind):
    mesh = shell(kind).build(0).build("skin")
    mirrored = mesh.positions * np.array([1, -1, 1], dtype=np.float32)
    here = {tuple(p) for p in np.round(mesh.positions, 4).tolist()}
    there = {tuple(p) for p in np.round(mirrored + np.float32(0), 4).tolist()}
    assert here == there


def solid_triangles(mesh):
    """Return (T, 3) the triangles of a mesh without its panes, which are in no label."""
    clear = np.array([name == "vehicle/pane" for name in mesh.material_names])
    return mesh.indices[~clear[mesh.materials[mesh.indices[:, 0]]]]


def test_buses_carry_passengers_on_their_seats_and_cars_none(prototypes, meshes):
    for name in VEHICLE_KINDS:
        for number in range(INDIVIDUALS):
            driven = prototypes[f"{name}/driven/{number}"].parts
            riding = [part for part in driven if part.name.startswith("passenger")]
            assert bool(riding) == (name == "bus")
            places = {tuple(part.body_from_part.position) for part in riding}
            assert len(places) == len(riding)  # nobody sits on another's lap
            assert sum(len(meshes[part.lods[0].mesh].indices) for part in riding) < 3000
            for part in riding:
                at = part.body_from_part.apply(meshes[part.lods[0].mesh].positions)
                half = VEHICLE_KINDS["bus"].width_m / 2
                assert np.abs(at[:, 1]).max() < half
                assert at[:, 2].max() < 2.2
            parked = prototypes[f"{name}/parked/{number}"].parts
            assert not any(part.name.startswith("passenger") for part in parked)


@every_kind
def test_levels_of_detail_get_cheaper_and_keep_to_their_budget(kind, prototypes, meshes):
    counts = [
        sum(
            len(solid_triangles(meshes[part.lods[level].mesh]))
            for part in prototypes[kind.name].parts
            if level < len(part.lods)
        )
        for level in range(3)
    ]
    assert counts[0] > 2 * counts[1] > 4 * counts[2]
    # With everything that only individuals have: who drives, and what is written on it.
    whole = prototypes.get(f"{kind.name}/driven/0", prototypes[kind.name])
    counts[0] += sum(
        len(meshes[part.lods[0].mesh].indices)
        for part in whole.parts[len(prototypes[kind.name].parts) :]
        if not part.name.startswith("passenger")
    )
    budgets = RIDDEN_BUDGETS if kind.two_wheeled else BUDGETS
    if kind.name == "bus":
        budgets = BUS_BUDGETS
    assert all(count <= budget for count, budget in zip(counts, budgets, strict=True))


def test_meshes_are_sound(scene):
    materials = {m.name: m for m in scene.materials}
    assert len(materials) == len(scene.materials)
    assert len({m.name for m in scene.meshes}) == len(scene.meshes)
    for mesh in scene.meshes:
        assert set(mesh.material_names) <= set(materials)
        assert mesh.positions.dtype == mesh.normals.dtype == mesh.uvs.dtype == np.float32
        assert mesh.indices.dtype == np.uint32
        assert mesh.materials.dtype == np.uint16
        assert mesh.indices.max() < len(mesh.positions)
        assert mesh.materials.max() < len(mesh.material_names)
        assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1.0, abs=1e-4)
    assert all(0 <= m.tint_slot <= 8 for m in scene.materials)
    assert all(m.texture == "" for m in scene.materials)


@every_shell
def test_lines_thinner_than_a_pixel_are_not_drawn(kind, prototypes, meshes):
    lines = [part for part in prototypes[kind.name].parts if part.name == "gaps"]
    assert len(lines) == (kind.name != "bus")
    for part in lines:
        (level,) = part.lods
        # A pixel of a camera 1280 pixels wide with a field of view of 90 degrees covers d/640; a
        # line seen 60 degrees aslant looks half as wide.
        assert level.max_distance_m / 640 < GAP_WIDTH_M / 2
    drawn = [mesh for name, mesh in meshes.items() if name.startswith(f"{kind.name}/body/")]
    assert all(GAP not in mesh.material_names for mesh in drawn)


def left_side_y(corners, x, z):
    """Return the largest y at which a line along y through (x, z) meets triangles (T, 3, 3)."""
    a, b, c = np.moveaxis(corners, 1, 0)
    edge, other, to_point = (v[:, [0, 2]] for v in (b - a, c - a, np.array([x, 0.0, z]) - a))
    double_area = edge[:, 0] * other[:, 1] - edge[:, 1] * other[:, 0]
    double_area[double_area == 0] = np.nan
    u = (to_point[:, 0] * other[:, 1] - to_point[:, 1] * other[:, 0]) / double_area
    v = (edge[:, 0] * to_point[:, 1] - edge[:, 1] * to_point[:, 0]) / double_area
    hit = (u >= 0) & (v >= 0) & (u + v <= 1)
    return (a[:, 1] + u * (b - a)[:, 1] + v * (c - a)[:, 1])[hit].max()


@every_shell
def test_the_lines_of_doors_lie_just_outside_the_skin(kind):
    skin = shell(kind).build(0).corners
    lines = shell(kind).gap_lines().corners
    assert (face_normals(lines)[:, 1] > 0.2).all()
    for x, y, z in lines.mean(axis=1):
        assert 0.001 < y - left_side_y(skin, x, z) < 0.008


@every_kind
@pytest.mark.parametrize("lamp", DRIVEN_WITH)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_lamp_is_on_the_side_where_it_belongs(kind, lamp, level, scene, prototypes, meshes):
    lit = {
        m.name
        for m in scene.materials
        if m.lamp and VehicleLamp(1 << (m.lamp - 1)) == lamp and "/salon_" not in m.name
    }
    found = [np.zeros((0, 3))]
    for part in prototypes[kind.name].parts:
        if part.name in ("body", "bar"):
            mesh = meshes[part.lods[level].mesh]
            numbers = [i for i, name in enumerate(mesh.material_names) if name in lit]
            shining = mesh.positions[np.isin(mesh.materials, numbers)]
            found.append(part.body_from_part.apply(shining))
    points = np.concatenate(found)
    assert (len(points) > 0) == (lamp in kind.lamps)
    ahead = points[:, 0] > kind.box_center[0]
    if lamp == VehicleLamp.HEAD:
        assert ahead.all()
    elif lamp in (VehicleLamp.TAIL, VehicleLamp.BRAKE):
        assert not ahead.any()
    else:
        side = 1 if lamp == VehicleLamp.LEFT else -1
        assert (side * points[:, 1] > 0).all()


def test_brake_lamps_outshine_tail_lamps(scene):
    red = {m.lamp: m.emissive[0] for m in scene.materials if m.lamp}
    assert red[3] > 3 * red[2]


@every_kind
def test_colliders_clear_the_ground_and_stay_inside_the_dimension(kind, prototypes):
    boxes = prototypes[kind.name].colliders
    assert all(isinstance(box, BoxCollider) for box in boxes)
    low = np.min([np.subtract(b.center, b.half_extents) for b in boxes], axis=0)
    high = np.max([np.add(b.center, b.half_extents) for b in boxes], axis=0)
    assert 0.2 <= low[2] < kind.wheel_radius_m
    middle, half = np.array(kind.box_center), np.array(kind.dimension) / 2
    assert np.all(low >= middle - half - 1e-9)
    assert np.all(high <= middle + half + 1e-9)
    assert high[0] - low[0] == pytest.approx(kind.length_m)


def test_blue_lights_stand_on_the_roofs_of_police_and_ambulances_alone(scene, prototypes, meshes):
    for name in VEHICLE_KINDS:
        prototype = prototypes[name]
        mesh = meshes[prototype.parts[0].lods[0].mesh]
        lit = [i for i, material in enumerate(mesh.material_names) if material == BEACON]
        points = mesh.positions[np.isin(mesh.materials, lit)]
        assert (len(points) > 0) == (name in ("police", "ambulance"))
        assert len(points) == 0 or points[:, 2].min() > 0.85 * VEHICLE_KINDS[name].height_m
    assert points is not None
    (bulb,) = (m for m in scene.materials if m.name == BEACON)
    assert 1 << (bulb.lamp - 1) == VehicleLamp.BEACON
    assert max(bulb.emissive) == bulb.emissive[2]


@every_two_wheeler
def test_a_rider_sits_on_every_two_wheeler(kind, scene, prototypes, meshes):
    prototype = prototypes[kind.name]
    dynamics = prototype.dynamics
    assert dynamics.balanced
    assert [w.center for w in dynamics.wheels] == [
        (kind.wheelbase_m, 0.0, kind.wheel_radius_m),
        (0.0, 0.0, kind.wheel_radius_m),
    ]
    assert [w.steered for w in dynamics.wheels] == [True, False]
    assert [w.driven for w in dynamics.wheels] == [False, True]
    semantic = {m.name: m.semantic for m in scene.materials}
    mesh = meshes[next(p for p in prototype.parts if p.name == "rider").lods[0].mesh]
    ridden = [semantic[name] == SemanticClass.RIDER for name in mesh.material_names]
    rider = np.array(ridden)[mesh.materials]
    # Everything of the rider is of class rider, and all else takes the machine's.
    person = [name for name in mesh.material_names if name.startswith("rider/")]
    assert person == [
        n for n, is_rider in zip(mesh.material_names, ridden, strict=True) if is_rider
    ]
    assert all(semantic[n] is None for n in mesh.material_names if not n.startswith("rider/"))
    assert mesh.positions[rider][:, 2].max() == mesh.positions[:, 2].max()
    # Feet clear the ground; hands hold the handlebar, which is as wide as the machine gets.
    assert 0.05 < mesh.positions[rider][:, 2].min() < 0.4
    assert 1.0 < mesh.positions[rider][:, 2].max() < 1.9


@every_two_wheeler
def test_nothing_but_the_wheel_is_inside_the_wheel(kind, prototypes, meshes):
    # Verification takes for the wheel what lies in its cylinder.
    prototype = prototypes[kind.name]
    others = whole(prototype, meshes, 0, lambda part: not part.name.startswith("wheel"))
    for wheel in prototype.dynamics.wheels:
        off = others - np.array(wheel.center)
        inside = (np.hypot(off[:, 0], off[:, 2]) < wheel.radius_m - WHEEL_MARGIN_M) & (
            np.abs(off[:, 1]) < wheel.width_m / 2 + WHEEL_MARGIN_M - 1e-3
        )
        assert not inside.any()


@every_two_wheeler
@pytest.mark.parametrize("level", [0, 1, 2])
def test_what_steers_turns_about_its_axis_within_the_reach_that_verification_knows(
    kind, level, prototypes, meshes
):
    steered = {p.name: p for p in prototypes[kind.name].parts if p.steers_only}
    assert set(steered) == {"fork", "bar"} | ({"mirrors"} if kind.name == "motorcycle" else set())
    hub = prototypes[kind.name].dynamics.wheels[0].center
    assert steered["fork"].body_from_part.position == pytest.approx(hub)
    for part in steered.values():
        assert part.wheel == 0
        if level < len(part.lods):
            positions = meshes[part.lods[level].mesh].positions
            assert np.hypot(positions[:, 0], positions[:, 1]).max() < STEERED_REACH_M


@every_kind
def test_masses_are_those_of_their_class(kind, prototypes):
    density = prototypes[kind.name].dynamics.mass_kg / np.prod(kind.dimension)
    # Cars weigh 110 to 160 kg per cubic metre of their box, long boxes on wheels less, and what one
    # sits upon less again.
    low, high = (35.0, 140.0) if kind.two_wheeled else (85.0, 170.0)
    assert low < density < high


@every_kind
def test_every_axle_carries_its_share_of_the_weight(kind, prototypes):
    dynamics = prototypes[kind.name].dynamics
    front = dynamics.center_of_mass[0] / kind.wheelbase_m
    assert 0.35 < front < 0.62
    if kind.two_wheeled:
        # Full braking does not lift the rear wheel (balance of moments about the front one).
        arm = kind.wheelbase_m - dynamics.center_of_mass[0]
        assert kind.max_decel_mps2 < 9.81 * arm / dynamics.center_of_mass[2]


def test_air_resists_in_the_order_of_size():
    areas = {name: kind.drag_area_m2 for name, kind in VEHICLE_KINDS.items()}
    assert areas["bicycle"] < areas["sedan"] < areas["suv"] < areas["van"] < areas["truck"]
    assert all(0.3 < area < 6.0 for area in areas.values())


@every_two_wheeler
def test_riders_wear_colours_of_their_own(kind):
    drawn = [pick_paint(kind.name, stream(5, f"rider/{i}")) for i in range(40)]
    assert all(len(tints) == 7 for tints in drawn)
    assert len({tints[3:] for tints in drawn}) > 15
    assert len({tints[0] for tints in drawn}) > 3


def test_a_car_is_as_clean_above_as_its_paint_and_dirtier_where_wheels_splash():
    dust = np.array([0.13, 0.115, 0.095])
    shares = []
    for i in range(200):
        above, *_, below = (np.array(c) for c in pick_paint("taxi", stream(1, f"dirt/{i}")))
        clean = np.array(VEHICLE_KINDS["taxi"].paint[0][1])
        hidden = [np.linalg.norm(c - clean) / np.linalg.norm(dust - clean) for c in (above, below)]
        assert hidden[0] <= hidden[1] <= 0.75
        shares.append(hidden)
    assert np.median(shares, axis=0)[1] < 0.3
    assert np.max(shares, axis=0)[1] > 0.5


@every_kind
def test_the_cabin_is_solid_up_to_under_the_roof(kind, prototypes):
    point = np.array([kind.box_center[0], 0.0, 0.85 * kind.height_m])
    assert any(
        np.all(np.abs(point - box.center) <= box.half_extents)
        for box in prototypes[kind.name].colliders
    )


@every_kind
def test_forces_give_the_declared_accelerations(kind, prototypes):
    dynamics = prototypes[kind.name].dynamics
    assert dynamics.max_drive_force_n / dynamics.mass_kg == pytest.approx(kind.max_accel_mps2)
    assert dynamics.max_brake_force_n / dynamics.mass_kg == pytest.approx(kind.max_decel_mps2)
    assert 0 < dynamics.center_of_mass[0] < kind.wheelbase_m
    highest = 0.6 if kind.two_wheeled else 0.5  # of the height: riders sit on top
    assert kind.wheel_radius_m < dynamics.center_of_mass[2] < highest * kind.height_m


def test_building_twice_gives_the_same_bytes(scene):
    again = vehicle_scene()
    for one, other in zip(scene.meshes, again.meshes, strict=True):
        assert one.positions.tobytes() == other.positions.tobytes()
        assert one.normals.tobytes() == other.normals.tobytes()
        assert one.indices.tobytes() == other.indices.tobytes()


def test_paints_are_as_frequent_as_the_palette_says():
    palette = VEHICLE_KINDS["sedan"].paint
    rng = stream(3, "test/paint")
    # A film of dust hides a fifth at most: the nearest paint is the one underneath.
    paints = np.array([color for _, color in palette])
    drawn = collections.Counter(
        int(np.abs(np.sqrt(paints) - np.sqrt(pick_paint("sedan", rng)[0])).sum(axis=1).argmin())
        for _ in range(1500)
    )
    total = sum(weight for weight, _ in palette)
    for i, (weight, _) in enumerate(palette):
        assert drawn[i] / 1500 == pytest.approx(weight / total, abs=0.05)


def test_only_the_asked_kinds_are_built_and_each_once():
    scene = vehicle_scene(["van", "sedan", "van"])
    names = [p.name for p in scene.prototypes]
    assert [name for name in names if "/" not in name] == ["van", "sedan"]
    assert len(names) == len(set(names)) == 2 * (1 + 2 * INDIVIDUALS)


def test_individuals_are_drawn_by_name_and_differ_in_driver_and_plate_alone(prototypes, meshes):
    rng = stream(4, "individuals")
    names = {individual("suv", rng, driven=True) for _ in range(300)}
    assert names == {f"suv/driven/{i}" for i in range(INDIVIDUALS)}
    plain = prototypes["suv"]
    drivers = set()
    for name in names:
        driven, parked = prototypes[name], prototypes[name.replace("driven", "parked")]
        extra = [part.name for part in driven.parts[len(plain.parts) :]]
        assert extra == ["plates", "driver"]
        assert parked.parts == driven.parts[:-1]
        assert driven.parts[: len(plain.parts)] == plain.parts
        assert (driven.colliders, driven.dynamics) == (plain.colliders, plain.dynamics)
        drivers.add(driven.parts[-1].lods[0].mesh)
    assert len(drivers) == 2


def test_no_two_vehicles_have_the_same_number():
    numbers = [plate_number(k, i, INDIVIDUALS) for k in VEHICLE_KINDS for i in range(INDIVIDUALS)]
    assert len(set(numbers)) == len(numbers)


@every_kind
def test_numbers_are_written_on_the_plates_for_who_stands_before_them(kind, meshes):
    places = plates(kind)
    assert len(places) == {"bicycle": 0, "motorcycle": 1}.get(kind.name, 2)
    if not places:
        return
    letters = meshes[f"plates/{kind.name}/0"]
    for (x, y, z), forward in places:
        near = np.abs(letters.positions[:, 0] - x) < 0.01
        points = letters.positions[near]
        assert len(points) > 50
        assert (letters.normals[near, 0] > 0.9).all() == forward
        assert np.abs(points[:, 1] - y).max() < 0.25
        assert np.abs(points[:, 2] - z).max() < 0.07
        # The first letter's side is the reader's left, which is the vehicle's right at the front.
        text = plate_number(kind.name, 0, INDIVIDUALS)
        assert text[3] == " "
    assert not np.allclose(
        meshes[f"plates/{kind.name}/0"].positions[:40],
        meshes[f"plates/{kind.name}/1"].positions[:40],
    )


@every_shell
def test_one_sees_the_driver_but_not_through_the_car(kind, prototypes, meshes):
    """Rays from the side towards the driver's head meet the driver or a pillar, never daylight."""
    prototype = prototypes[f"{kind.name}/driven/0"]
    (driver,) = (part for part in prototype.parts if part.name == "driver")
    head = driver.body_from_part.position + [-0.12, 0.0, 0.62]
    low, high = (f(driver.body_from_part.apply(meshes[driver.lods[0].mesh].positions), axis=0)
                 for f in (np.min, np.max))  # fmt: skip
    assert high[2] < kind.height_m - 0.05
    assert low[0] > -kind.rear_overhang_m
    body = meshes[prototype.parts[0].lods[0].mesh]
    corners = body.positions[solid_triangles(body)].astype(np.float64)
    outward = face_normals(corners)
    seen = 0
    for start_y, sign in ((5.0, -1.0), (-5.0, 1.0)):
        for dx in (-0.1, 0.1, 0.3):
            hits = [
                (abs(y - start_y), facing)
                for y, facing in crossings(corners, outward, head[0] + dx, head[2] - 0.1)
                if facing * sign < 0  # turned to the eye
            ]
            assert hits
            nearest = min(hits)[0]
            seen += nearest > 5.0 - kind.width_m / 2 + 0.25  # through the pane, into the cabin
    assert seen >= 3


def crossings(corners, normals, x, z):
    """Return (y, normal's y) where a line along y through (x, z) meets triangles (T, 3, 3)."""
    a, b, c = np.moveaxis(corners, 1, 0)
    edge, other, to_point = (v[:, [0, 2]] for v in (b - a, c - a, np.array([x, 0.0, z]) - a))
    area = edge[:, 0] * other[:, 1] - edge[:, 1] * other[:, 0]
    area[area == 0] = np.nan
    u = (to_point[:, 0] * other[:, 1] - to_point[:, 1] * other[:, 0]) / area
    v = (edge[:, 0] * to_point[:, 1] - edge[:, 1] * to_point[:, 0]) / area
    hit = (u >= 0) & (v >= 0) & (u + v <= 1)
    y = a[:, 1] + u * (b - a)[:, 1] + v * (c - a)[:, 1]
    return list(zip(y[hit].tolist(), normals[hit, 1].tolist(), strict=True))


def test_destination_signs_say_where_the_bus_goes(prototypes, meshes):
    texts = [sign_text(i) for i in range(INDIVIDUALS)]
    assert len(set(texts)) == INDIVIDUALS
    sign = prototypes["bus/driven/3"].parts
    (part,) = (part for part in sign if part.name == "sign")
    mesh = meshes[part.lods[0].mesh]
    bus = VEHICLE_KINDS["bus"]
    front = mesh.positions[mesh.positions[:, 0] > 0]
    assert (mesh.normals[mesh.positions[:, 0] > 0, 0] > 0.8).all()
    assert np.ptp(front[:, 1]) > 1.0
    assert (front[:, 2] > 0.85 * bus.height_m).all()
    assert front[:, 0].max() < bus.length_m - bus.rear_overhang_m + 0.02


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ScenarioError, match=r"'hovercraft'.*sedan.*bus"):
        vehicle_scene(["hovercraft"])
    with pytest.raises(ScenarioError, match="hovercraft"):
        pick_paint("hovercraft", stream(0, "x"))


@pytest.mark.parametrize("name", ["van", "truck"])
def test_a_firms_name_reads_from_the_rear_to_the_front_on_the_right_side_alone(
    name, prototypes, meshes
):
    kind = VEHICLE_KINDS[name]
    for number in range(INDIVIDUALS):
        parts = {part.name: part for part in prototypes[f"{name}/parked/{number}"].parts}
        assert ("sign" in parts) == (firm_name(number) is not None)
    mesh = meshes[parts["sign"].lods[0].mesh] if "sign" in parts else meshes[f"sign/{name}/0"]
    positions = mesh.positions.astype(np.float64)
    left = positions[:, 1] > 0
    assert (np.sign(mesh.normals[:, 1]) == np.where(left, 1, -1)).all()
    # Mirrored places, but not mirrored letters: turned half round they are the same.
    turned = positions[left] * [-1, -1, 1]
    middle = positions[:, 0].min() + positions[:, 0].max()
    here = {tuple(p) for p in np.round(turned[:, [0, 2]] + [middle, 0], 3).tolist()}
    there = {tuple(p) for p in np.round(positions[~left][:, [0, 2]], 3).tolist()}
    assert len(here & there) > 0.9 * len(here)
    assert np.abs(positions[:, 1]).max() < kind.width_m / 2 + 0.01


@pytest.mark.parametrize("kind", ["bicycle", "motorcycle"])
def test_riders_keypoints_are_in_the_rider_and_hold_the_bar(kind: str) -> None:
    scene = vehicle_scene([kind])
    prototype = next(p for p in scene.prototypes if p.name == kind)
    rider, machine = prototype.pieces
    assert rider.figure is not None
    keypoints = rider.figure.keypoints
    points = dict(zip(KEYPOINTS, keypoints, strict=True))
    assert machine.figure is None
    assert rider.figure.names == prototype.joint_names
    outside = np.abs(keypoints - rider.box_center) - np.array(rider.dimension) / 2
    assert outside.max() < 0.0
    assert points["nose"][2] > points["left_shoulder"][2] > points["left_hip"][2]
    assert points["nose"][0] > points["left_ear"][0]
    bar = next(p for p in prototype.parts if p.name == "bar")
    mesh = next(m for m in scene.meshes if m.name == bar.lods[0].mesh)
    held = bar.body_from_part.apply(mesh.positions)
    for side, sign in (("left", 1), ("right", -1)):
        wrist = points[f"{side}_wrist"]
        assert wrist[1] * sign > 0.1
        assert np.linalg.norm(held - wrist, axis=1).min() < 0.12
