import numpy as np
import pytest
from small_scene import NOON, Thing, camera_pose, rigid, view

from cityloop.protocol import capture_pb2

CENTER = (24, 32)


def brightness(frame, where):
    return float(frame["rgb"][where].astype(float).mean())


def holes():
    """Return a texture whose left half is a hole."""
    rgba = np.full((512, 512, 4), 255, dtype=np.uint8)
    rgba[:, :256, 3] = 0
    return rgba


def test_holes_are_holes_in_every_pass(scene):
    texture = scene.texture(holes())
    front = Thing(scene.quad(texture=texture, alpha_cutout=True), rigid((10, 0, 0)))
    back = Thing(scene.quad(half=5.0), rigid((20, 0, 0)), instance_id=9, semantic=2)
    frame = scene.draw([front, back])
    # The front quad covers columns 28 to 35; its left half is open.
    assert (frame["instance"][24, 28:32] == 9).all()
    assert (frame["instance"][24, 32:36] == 7).all()
    np.testing.assert_allclose(frame["depth"][24, 28:36], [20.0] * 4 + [10.0] * 4, atol=1e-4)
    assert (frame["semantic"][24, 28:36] == [2] * 4 + [13] * 4).all()


def test_one_side_is_drawn_unless_the_material_has_two(scene):
    around = rigid((10, 0, 0), (0.0, 0.0, 1.0, 0.0))
    assert not scene.draw([Thing(scene.quad(), around)])["instance"].any()
    frame = scene.draw([Thing(scene.quad(two_sided=True), around)])
    assert frame["instance"][CENTER] == 7
    np.testing.assert_allclose(frame["normal"][CENTER], [0.0, 0.0, -1.0], atol=1e-6)


def test_a_cutout_with_one_side_is_not_seen_from_behind(scene):
    texture = scene.texture(holes())
    part = scene.quad(texture=texture, alpha_cutout=True)
    frame = scene.draw([Thing(part, rigid((10, 0, 0), (0.0, 0.0, 1.0, 0.0)))])
    assert not frame["instance"].any()


@pytest.mark.parametrize("sun", [True, False], ids=["sun", "no sun"])
def test_a_pane_lays_what_it_mirrors_over_the_colour_and_is_in_no_label(scene, sun):
    dull = capture_pb2.Environment(horizon_radiance={"r": 0.6, "g": 0.7, "b": 0.8}, exposure=1.0)
    scene.renderer.set_environment(NOON if sun else dull)
    back = Thing(scene.quad(half=5.0, color=(0.02, 0.02, 0.02)), rigid((20, 0, 0)), instance_id=9)
    floor = Thing(scene.floor(z=-1.0), rigid(), static=True, instance_id=1)
    pane = Thing(scene.quad(pane=True), rigid((10, 0, 0)))
    with_pane = {k: v.copy() for k, v in scene.draw([back, floor, pane]).items()}
    without = scene.draw([back, floor])
    for name, values in without.items():
        if name != "rgb":
            assert values.tobytes() == with_pane[name].tobytes(), name
    brighter = with_pane["rgb"].astype(int) - without["rgb"].astype(int)
    # It covers columns 28 to 35 and rows 20 to 27; it casts no shadow. A nearer thing hides it.
    assert (brighter[21:27, 29:35] >= 3).all()
    assert not brighter[:18].any()
    assert not brighter[30:].any()
    assert not brighter[:, :20].any()
    shield = Thing(scene.quad(half=2.0), rigid((5, 0, 0)), instance_id=3)
    hidden = scene.draw([back, floor, pane, shield])["rgb"].copy()
    assert (hidden == scene.draw([back, floor, shield])["rgb"]).all()


def test_the_host_of_the_camera_is_hidden_but_casts_its_shadow(scene):
    floor = Thing(scene.floor(z=-1.0), rigid(), static=True, instance_id=1)
    roof = scene.mesh(
        [[3, -2, 1], [9, -2, 1], [9, 2, 1], [3, 2, 1]], [[0, 1, 2], [0, 2, 3]], scene.material()
    )
    host = Thing(scene.part((roof, 1e3)), rigid(), body=5, instance_id=5)
    quad = Thing(scene.quad(half=0.2, center=(0.0, 0.9)), rigid((8, 0, 0)), body=5, instance_id=5)
    with_host = scene.draw([floor, host, quad])
    hidden = scene.draw([floor, host, quad], view(hidden_body=5))
    without = scene.draw([floor])
    assert (with_host["instance"] == 5).any()
    assert not (hidden["instance"] == 5).any()
    # The sun stands 53 degrees up behind the camera: 2 m below the roof, its shadow is 1.5 m on.
    shadow = (31, 32)
    assert hidden["depth"][shadow] == pytest.approx(40 / 7.5, rel=1e-3)
    assert brightness(hidden, shadow) < 0.7 * brightness(without, shadow)


def test_hiding_nobody_hides_nobody(scene):
    frame = scene.draw([Thing(scene.quad(), rigid((10, 0, 0)), body=0)], view(hidden_body=0))
    assert frame["instance"][CENTER] == 7


@pytest.mark.parametrize("static", [False, True])
def test_a_shadow_darkens_and_ends(scene, static):
    floor = Thing(scene.floor(z=-1.0), rigid(), static=True, instance_id=1)
    roof = scene.mesh(
        [[4, -1, 3], [6, -1, 3], [6, 1, 3], [4, 1, 3]], [[0, 1, 2], [0, 2, 3]], scene.material()
    )
    # 4 m above the floor: the shadow lies 3 m further on, from x = 7 to 9.
    caster = Thing(scene.part((roof, 1e3)), rigid(), static=static, instance_id=2)
    frame, bare = scene.draw([floor, caster]), scene.draw([floor])
    row = {x: 24 + int(40 / x) for x in (5.5, 8.0, 12.0)}
    assert brightness(frame, (row[8.0], 32)) < 0.7 * brightness(bare, (row[8.0], 32))
    for lit in (5.5, 12.0):
        assert brightness(frame, (row[lit], 32)) > 0.8 * brightness(bare, (row[lit], 32))


def overcast(scene):
    """Take the sun away, so that light comes from the sky alone."""
    scene.renderer.set_environment(
        capture_pb2.Environment(
            sun_direction={"x": 0.0, "y": 0.6, "z": 0.8},
            zenith_radiance={"r": 0.7, "g": 0.7, "b": 0.7},
            horizon_radiance={"r": 0.7, "g": 0.7, "b": 0.7},
            exposure=1.0,
        )
    )


@pytest.mark.parametrize("static", [False, True])
@pytest.mark.parametrize(("height", "darkens"), [(0.4, True), (6.0, False)])
def test_the_sky_does_not_reach_under_a_car_but_under_a_lamp(scene, static, height, darkens):
    floor = Thing(scene.floor(z=0.0), rigid(), static=True, instance_id=1)
    corners = [[6, -1, height], [10, -1, height], [10, 1, height], [6, 1, height]]
    mesh = scene.mesh(corners, [[0, 1, 2], [0, 2, 3]], scene.material())
    roof = Thing(scene.part((mesh, 1e3)), rigid(), static=static, instance_id=2)
    overcast(scene)
    # From 5 m to the side, below the roof's edge.
    camera = view(current=camera_pose((8.0, -5.0, 0.35), np.pi / 2))
    row = 26  # seen 40 * 0.35 / 2.5 = 5.6 m away, in the middle of what is covered
    covered, bare = scene.draw([floor, roof], camera), scene.draw([floor], camera)
    assert covered["instance"][row, 32] == 1
    share = brightness(covered, (row, 32)) / brightness(bare, (row, 32))
    assert share < 0.8 if darkens else share > 0.98


def test_a_lit_wall_does_not_shadow_itself(scene):
    wall = Thing(scene.quad(half=20.0, roughness=1.0), rigid((15, 0, 0)), static=True)
    frame = scene.draw([wall])
    inner = frame["rgb"][2:-2, 2:-2].astype(int)
    assert inner.max() - inner.min() < 12


def test_lamps_shine_only_while_their_bit_is_set(scene):
    part = scene.quad(color=(0.02, 0.02, 0.02), emissive={"r": 4.0, "g": 0.0, "b": 0.0}, lamp=3)
    dark, other, lit = (
        scene.draw([Thing(part, rigid((10, 0, 0)), lamps=lamps)])["rgb"][CENTER]
        for lamps in (0, 0b1011, 0b0100)
    )
    np.testing.assert_array_equal(dark, other)
    assert int(lit[0]) > int(dark[0]) + 100
    assert abs(int(lit[2]) - int(dark[2])) < 40


def test_a_material_without_a_lamp_always_shines(scene):
    part = scene.quad(color=(0.0, 0.0, 0.0), emissive={"r": 0.0, "g": 4.0, "b": 0.0})
    assert scene.draw([Thing(part, rigid((10, 0, 0)))])["rgb"][CENTER][1] > 200


def test_lamp_32_is_a_lamp(scene):
    part = scene.quad(color=(0.0, 0.0, 0.0), emissive={"r": 4.0, "g": 4.0, "b": 4.0}, lamp=32)
    lit = scene.draw([Thing(part, rigid((10, 0, 0)), lamps=1 << 31)])["rgb"][CENTER]
    assert lit.min() > 200


def test_a_tint_colours_only_materials_with_a_slot(scene):
    plain, painted = scene.quad(), scene.quad(tint_slot=1)
    red = (1.0, 0.05, 0.05)
    grey = scene.draw([Thing(plain, rigid((10, 0, 0)), tint=red)])["rgb"][CENTER].astype(int)
    tinted = scene.draw([Thing(painted, rigid((10, 0, 0)), tint=red)])["rgb"][CENTER].astype(int)
    assert grey[0] - grey[2] < 40
    assert tinted[0] - tinted[2] > 60


def test_a_texture_lies_with_row_0_at_v_0(scene):
    rgba = np.full((512, 512, 4), 255, dtype=np.uint8)
    rgba[256:, :, 1:3] = 0  # the lower half is red
    part = scene.quad(color=(0.8, 0.8, 0.8), texture=scene.texture(rgba))
    rgb = scene.draw([Thing(part, rigid((4, 0, 0)))])["rgb"].astype(int)
    upper, lower = rgb[18, 32], rgb[30, 32]
    assert abs(upper[0] - upper[2]) < 50
    assert lower[0] - lower[2] > 80


def test_the_sky_is_brighter_by_day_than_at_night_and_blue_overhead(scene):
    day = scene.draw([])["rgb"].astype(float)
    night_light = capture_pb2.Environment(
        sun_direction={"x": 0.0, "y": 0.0, "z": -1.0},
        zenith_radiance={"r": 0.005, "g": 0.006, "b": 0.01},
        horizon_radiance={"r": 0.005, "g": 0.006, "b": 0.01},
        exposure=1.0,
    )
    scene.renderer.set_environment(night_light)
    night = scene.draw([])["rgb"].astype(float)
    assert day.mean() > 100 > 60 > night.mean()
    assert day[0, :, 2].mean() > day[0, :, 0].mean()


def test_the_light_changes_nothing_but_the_picture(scene):
    things = [Thing(scene.floor(z=-1.0), rigid()), Thing(scene.quad(), rigid((10, 0, 0)))]
    before = scene.draw(things)
    evening = capture_pb2.Environment()
    evening.CopyFrom(NOON)
    evening.sun_direction.z = 0.1
    evening.wetness = 1.0
    evening.fog_density_per_m = 0.05
    scene.renderer.set_environment(evening)
    after = scene.draw(things)
    assert (before["rgb"] != after["rgb"]).any()
    for name in before:
        if name != "rgb":
            np.testing.assert_array_equal(before[name], after[name])


def test_antialiasing_leaves_the_labels_alone(scene):
    tilted = rigid((10, 0, 0), (np.sin(0.1), 0.0, 0.0, np.cos(0.1)))
    black = scene.quad(color=(0.0, 0.0, 0.0), roughness=1.0)
    frame = scene.draw([Thing(black, tilted)], view(current=camera_pose()))
    assert set(np.unique(frame["instance"])) == {0, 7}
    on_edge = frame["instance"] != np.roll(frame["instance"], 1, axis=0)
    assert len(np.unique(frame["rgb"][on_edge], axis=0)) > 10
