"""Lamps, rain, snow, fog and wet ground: what they do to the picture, and to nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from small_scene import NOON, Thing, camera_pose, facing_quad, rigid, view

from cityloop.embedded.mirror import mirrors
from cityloop.protocol import capture_pb2, scene_pb2
from cityloop.spatial import Intrinsics

NIGHT = capture_pb2.Environment(
    sun_direction={"z": -1.0},
    zenith_radiance={"r": 0.002, "g": 0.002, "b": 0.003},
    horizon_radiance={"r": 0.004, "g": 0.004, "b": 0.004},
    exposure=8.0,
)
GREY_DAY = capture_pb2.Environment(
    zenith_radiance={"r": 0.4, "g": 0.4, "b": 0.4},
    horizon_radiance={"r": 0.5, "g": 0.5, "b": 0.5},
    exposure=1.0,
    cloud_cover=1.0,
)
ROAD, TERRAIN, PERSON = 0, 9, 11
EYE = view(current=camera_pose((0.0, 0.0, 1.5)))


def changed(light, **fields):
    out = capture_pb2.Environment()
    out.CopyFrom(light)
    for name, value in fields.items():
        setattr(out, name, value)
    return out


def brightness(frame, where=np.s_[:, :]):
    return float(frame["rgb"][where].astype(float).mean())


def lamp(scene, position, direction, outer=1.2, bit=0):
    """Load a lamp: a small black square with a light; return the handle of its part."""
    corners, triangles = facing_quad(0.05)
    mesh = scene.mesh(corners, triangles, scene.material(color=(0, 0, 0)))
    intensity = {"r": 10.0, "g": 10.0, "b": 10.0}
    prototype = scene_pb2.Prototype(
        name="lamp",
        parts=[
            scene_pb2.Part(
                name="lens",
                lods=[scene_pb2.LevelOfDetail(mesh=mesh, max_distance_m=1e4)],
                body_from_part={"rotation": {"w": 1.0}},
            )
        ],
        lights=[
            scene_pb2.Light(
                position=dict(zip("xyz", position, strict=True)),
                direction=dict(zip("xyz", direction, strict=True)),
                intensity=intensity,
                inner_angle_rad=0.2,
                outer_angle_rad=outer,
                lamp=bit,
            )
        ],
    )
    return scene.renderer.add_prototype(prototype)[0]


def floor(scene, **traits):
    part = scene.floor(color=(0.3, 0.3, 0.3), **traits)
    return Thing(part, rigid(), static=True, instance_id=0, semantic=ROAD)


def ground_row(distance_m, height_m=1.5):
    """Return the row in which level ground is seen that far away."""
    return 24 + round(40 * height_m / distance_m)


@pytest.mark.parametrize("static", [True, False])
def test_a_lamp_lights_the_ground_below_it_and_no_other_pass(scene, static):
    ground = floor(scene)
    post = Thing(
        lamp(scene, (0, 0, 6.0), (0, 0, -1), bit=2),
        rigid((8.0, 0, 0)),
        static=static,
        lamps=0b10,
        body=3,
    )
    scene.renderer.set_environment(NIGHT)
    lit = scene.draw([ground, post], EYE)
    post.lamps = 0b01
    dark = scene.draw([ground, post], EYE)
    assert brightness(lit, (ground_row(8.0), 32)) > brightness(dark, (ground_row(8.0), 32)) + 40
    # 30 m on it is outside of the cone.
    assert (
        abs(brightness(lit, (ground_row(38.0), 32)) - brightness(dark, (ground_row(38.0), 32))) < 3
    )
    for name in lit:
        if name != "rgb":
            np.testing.assert_array_equal(lit[name], dark[name])


def test_a_head_lamp_lights_what_is_ahead_of_it(scene):
    ground = floor(scene)
    beam = lamp(scene, (0, 0, 0.7), (0.99, 0, -0.141), outer=0.6)
    scene.renderer.set_environment(NIGHT)
    without = scene.draw([ground], EYE)
    ahead = scene.draw([ground, Thing(beam, rigid((4.0, 0, 0)))], EYE)
    away = scene.draw([ground, Thing(beam, rigid((4.0, 0, 0), (0, 0, 1, 0)))], EYE)
    where = (ground_row(9.0), 32)
    assert brightness(ahead, where) > brightness(without, where) + 40
    assert abs(brightness(away, where) - brightness(without, where)) < 3


def test_lamps_count_for_little_beside_daylight(scene):
    ground = floor(scene)
    post = Thing(lamp(scene, (0, 0, 6.0), (0, 0, -1)), rigid((8.0, 0, 0)), static=True)
    where = (ground_row(8.0), 32)
    scene.renderer.set_environment(GREY_DAY)
    assert (
        abs(
            brightness(scene.draw([ground, post], EYE), where)
            - brightness(scene.draw([ground], EYE), where)
        )
        < 8
    )


def test_in_full_sunshine_lamps_light_nothing(scene):
    ground = floor(scene)
    post = Thing(lamp(scene, (0, 0, 6.0), (0, 0, -1), bit=2), rigid((8.0, 0, 0)), static=True)
    scene.renderer.set_environment(NOON)
    dark = scene.draw([ground, post], EYE)
    post.lamps = 0b10
    np.testing.assert_array_equal(scene.draw([ground, post], EYE)["rgb"], dark["rgb"])


def test_a_wall_above_a_lamp_stays_dark(scene):
    wall = Thing(scene.quad(half=10.0, color=(0.6, 0.6, 0.6)), rigid((12.0, 0, 0)), static=True)
    post = Thing(lamp(scene, (0, 0, 4.0), (0, 0, -1), outer=1.5), rigid((9.0, 0, 0)), static=True)
    scene.renderer.set_environment(NIGHT)
    frame = scene.draw([wall, post], EYE)
    lower, upper = (24 - round(40 * (z - 1.5) / 12.0) for z in (2.0, 8.0))
    assert brightness(frame, (lower, 36)) > brightness(frame, (upper, 36)) + 30


def test_the_glare_of_a_lamp_is_seen_unless_something_stands_before_it(scene):
    beam = Thing(lamp(scene, (-0.1, 0, 1.5), (-1, 0, 0)), rigid((20.0, 0, 0)))
    wall = Thing(scene.quad(half=3.0, color=(0, 0, 0)), rigid((5.0, 0, 0)), instance_id=9)
    scene.renderer.set_environment(NIGHT)
    far = Intrinsics(width=64, height=48, fx=400.0, fy=400.0, cx=32.0, cy=24.0)
    lens = view(current=camera_pose((0, 0, 1.5)), lens=far)
    open_, hidden, none = (
        scene.draw(things, lens)["rgb"][20:28, 28:36].astype(float).mean()
        for things in ([beam], [beam, wall], [])
    )
    assert open_ > none + 15
    assert hidden < none


@pytest.mark.parametrize("field", ["rain_mm_per_h", "snowfall_mm_per_h"])
def test_what_falls_moves_with_the_time_and_is_in_the_picture_alone(scene, field):
    wall = Thing(scene.quad(half=30.0, color=(0.05, 0.05, 0.05)), rigid((40.0, 0, 0)))
    scene.renderer.set_environment(GREY_DAY)
    before = scene.draw([wall], EYE)
    scene.renderer.set_environment(changed(GREY_DAY, **{field: 20.0}))
    first, again, later = (scene.draw([wall], EYE, time_s=t) for t in (1.0, 1.0, 1.05))
    assert (first["rgb"] != before["rgb"]).any(axis=2).mean() > 0.01
    assert (first["rgb"] != later["rgb"]).any()
    np.testing.assert_array_equal(first["rgb"], again["rgb"])
    for name in before:
        if name != "rgb":
            np.testing.assert_array_equal(before[name], first[name])


@pytest.mark.parametrize("field", ["rain_mm_per_h", "snowfall_mm_per_h"])
def test_what_falls_at_night_is_lit_by_lamps_and_no_blot_on_what_they_light(scene, field):
    white = scene.floor(color=(0.8, 0.8, 0.8))
    ground = Thing(white, rigid(), static=True, instance_id=0, semantic=ROAD)
    wall = Thing(scene.quad(half=30.0, color=(0, 0, 0)), rigid((40.0, 0, 0)))
    above = Thing(lamp(scene, (0, 0, 5.0), (0, 0, -1)), rigid((4.0, 0, 0)))
    lens = Intrinsics(width=64, height=48, fx=150.0, fy=150.0, cx=32.0, cy=0.0)
    eye = view(current=camera_pose((0.0, 0.0, 1.5)), lens=lens)  # the horizon is its upper edge
    falling = {field: 20.0, "snow_cover": float(field == "snowfall_mm_per_h")}
    dark = changed(NIGHT, snow_cover=falling["snow_cover"])

    def added(things):
        scene.renderer.set_environment(dark)
        clear = scene.draw(things, eye)["rgb"].astype(int)
        scene.renderer.set_environment(changed(dark, **falling))
        return scene.draw(things, eye)["rgb"].astype(int) - clear

    assert added([wall, above]).max() > added([wall]).max() + 20
    assert added([wall, ground, above]).min() > -25, "of 255; the ground is brighter than the sky"


def test_a_wall_that_is_near_has_no_rain_before_it(scene):
    wall = Thing(scene.quad(half=5.0, color=(0.05, 0.05, 0.05)), rigid((1.5, 0, 0)))
    scene.renderer.set_environment(GREY_DAY)
    dry = scene.draw([wall], EYE)
    scene.renderer.set_environment(changed(GREY_DAY, rain_mm_per_h=50.0))
    np.testing.assert_array_equal(scene.draw([wall], EYE)["rgb"], dry["rgb"])


def test_wet_ground_is_darker_and_mirrors_a_bright_wall(scene):
    ground = floor(scene)
    red = scene.quad(half=2.0, center=(0.0, 2.0), color=(0, 0, 0), emissive={"r": 2.0})
    wall = Thing(red, rigid((12.0, 0, 0)), instance_id=9)
    scene.renderer.set_environment(GREY_DAY)
    dry = scene.draw([ground, wall], EYE)["rgb"].astype(int)
    scene.renderer.set_environment(changed(GREY_DAY, wetness=1.0))
    wet = scene.draw([ground, wall], EYE)["rgb"].astype(int)
    aside, before = (ground_row(2.6), 60), np.s_[ground_row(9.0) : ground_row(6.0), 32]
    assert wet[aside].sum() < dry[aside].sum()
    redness = [(p[before][:, 0] - p[before][:, 2]).mean() for p in (dry, wet)]
    assert redness[1] > redness[0] + 15
    lawn = replace(ground, semantic=TERRAIN)
    soaked = scene.draw([lawn, wall], EYE)["rgb"].astype(int)
    red_in_lawn = (soaked[before][:, 0] - soaked[before][:, 2]).mean()
    assert abs(red_in_lawn - redness[0]) < 3, "lawns do not mirror"


@pytest.mark.parametrize("size", [(64, 48), (63, 47)])
def test_all_ground_mirrors_and_no_pixel_of_anything_else(scene, size):
    """Rays are followed for blocks of 2x2 pixels, which edges and odd sizes cut."""
    ground = floor(scene)
    red = scene.quad(half=2.0, center=(0.0, 2.0), color=(0, 0, 0), emissive={"r": 2.0})
    post = scene.quad(half=0.12, color=(0, 0, 0))
    posts = [Thing(post, rigid((6.0, 0.4 * y, 0.3))) for y in range(-3, 4)]
    scene.renderer.set_environment(changed(GREY_DAY, wetness=1.0))
    lens = Intrinsics(*size, fx=40.0, fy=40.0, cx=0.5 * size[0], cy=0.5 * size[1])
    eye = view(current=camera_pose((0.0, 0.0, 1.5)), lens=lens)
    semantic = scene.draw([ground, *posts, Thing(red, rigid((12.0, 0, 0)))], eye)["semantic"]
    (images,) = (i for i in scene.renderer._targets.values() if i.size == size)
    first, mirrored = (
        np.frombuffer(picture.texture.read(), np.uint8).reshape(*size[::-1], 4).astype(int)
        for picture in (images.first, images.mirrored)
    )
    changes = np.abs(mirrored - first).max(axis=2)
    is_road = semantic == ROAD
    assert not changes[~is_road].any()
    below = np.s_[ground_row(9.0) : ground_row(6.0), 28:36]  # where wall and posts are mirrored
    assert changes[below][is_road[below]].all()
    assert not is_road[below].all()


def test_ground_under_snow_does_not_mirror():
    wet = changed(GREY_DAY, wetness=1.0)
    assert mirrors(wet)
    assert not mirrors(changed(wet, snow_cover=0.8))
    assert not mirrors(GREY_DAY)


def test_snow_lies_on_what_faces_up_and_not_on_people(scene):
    ground, dark = floor(scene), (0.02, 0.02, 0.02)
    wall = Thing(scene.quad(half=1.0, color=dark), rigid((9, 3, 1.5)), static=True)
    table = scene.mesh(
        [[4, -2, 0.5], [8, -2, 0.5], [8, 2, 0.5], [4, 2, 0.5]],
        [[0, 1, 2], [0, 2, 3]],
        scene.material(color=dark),
    )
    part = scene.part((table, 1e4))
    white = changed(GREY_DAY, snow_cover=1.0)

    def seen(light, semantic):
        scene.renderer.set_environment(light)
        frame = scene.draw([ground, wall, Thing(part, rigid(), semantic=semantic)], EYE)
        on_wall = (24, 32 - round(40 * 3 / 9))
        return brightness(frame, (24 + round(40 / 6), 32)), brightness(frame, on_wall)

    (bare, bare_wall), (car, wall_then), (person, _) = (
        seen(GREY_DAY, 13),
        seen(white, 13),
        seen(white, PERSON),
    )
    assert car > bare + 60
    assert abs(person - bare) < 30
    assert abs(wall_then - bare_wall) < 30


def test_fog_leaves_two_per_cent_of_a_contrast_at_the_visibility(scene):
    black, white = (
        Thing(scene.quad(half=40.0, color=c, roughness=1.0), rigid((100.0, 0, 0)))
        for c in ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    )
    seen = []
    for density in (0.0, 3.912 / 100.0):
        scene.renderer.set_environment(changed(GREY_DAY, fog_density_per_m=density))
        a, b = (brightness(scene.draw([quad], EYE), (24, 32)) for quad in (black, white))
        seen.append(b - a)
    assert seen[0] > 80
    assert seen[1] <= 4


def test_panes_of_a_facade_let_light_out_and_its_wall_does_not(scene):
    rgba = np.full((512, 512, 4), 255, dtype=np.uint8)
    rgba[:, :256, 3] = 10  # the left half is glass
    facade = scene.quad(
        color=(0.1, 0.1, 0.1), texture=scene.texture(rgba), emissive={"r": 0.5, "g": 0.4}, lamp=2
    )
    scene.renderer.set_environment(NIGHT)
    lit, dark = (
        scene.draw([Thing(facade, rigid((4, 0, 0)), lamps=lamps)])["rgb"] for lamps in (2, 0)
    )
    assert int(lit[24, 28].sum()) > int(dark[24, 28].sum()) + 150
    np.testing.assert_array_equal(lit[24, 37], dark[24, 37])


def test_labels_are_the_same_to_the_bit_in_every_light_and_weather(scene):
    """Each light has shader programs of its own: their labels must not differ by a rounding."""
    holes = np.full((512, 512, 4), 255, dtype=np.uint8)
    holes[::8, :, 3] = 0
    leaf = scene.quad(texture=scene.texture(holes), alpha_cutout=True, two_sided=True)
    corners, triangles = facing_quad()
    arm = scene.mesh(
        corners,
        triangles,
        scene.material(),
        joints=[[0, 1, 0, 0]] * 4,
        weights=[[0.3, 0.7, 0, 0]] * 4,
    )
    bones = tuple([rigid((0.1 * i, 0.0, 0.0)), rigid((0.0, 0.2 * i, 0.1))] for i in range(3))
    turned = (0.1, 0.2, 0.3, 0.9273618495495703)
    things = [
        floor(scene),
        Thing(leaf, rigid((6, 1, 1), turned), velocity=(1, 2, 3), angular_velocity=(0.1, 0.2, 3)),
        Thing(scene.part((arm, 1e4)), rigid((9, -2, 1), turned), bones=bones),
        Thing(lamp(scene, (0, 0, 5), (0, 0, -1)), rigid((8, 0, 0)), static=True),
        Thing(lamp(scene, (0, 0, 1), (-1, 0, 0)), rigid((12, 1, 0))),
    ]
    camera = view(*(camera_pose((0.3 * x, 0.1, 1.5), 0.05 * x) for x in (-1, 0, 1)))
    at_once = {"wetness": 1.0, "rain_mm_per_h": 9.0, "snowfall_mm_per_h": 2.0, "snow_cover": 0.5}
    frames = []
    for light in (NOON, changed(NIGHT, fog_density_per_m=0.02, **at_once)):
        scene.renderer.set_environment(light)
        frames.append({name: image.copy() for name, image in scene.draw(things, camera).items()})
    noon, night = frames
    assert (noon["rgb"] != night["rgb"]).any()
    for name in noon:
        if name != "rgb":
            np.testing.assert_array_equal(noon[name], night[name], err_msg=name)
