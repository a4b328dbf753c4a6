"""Passes as pictures: known colours of tiny passes."""

import numpy as np
import pytest

from cityloop.dataset.contact_sheet import contact_sheet
from cityloop.dataset.pictures import picture_of, velocity_wheel
from cityloop.engine.frames import PASSES
from cityloop.world.semantics import CLASSES, SemanticClass


def test_depth_goes_from_red_near_to_blue_far_and_the_sky_is_grey() -> None:
    picture = picture_of("depth", np.array([[2.0, 150.0, np.inf, 0.5, 900.0]], np.float32))[0]
    near, far, sky, nearer, farther = picture.astype(int)
    assert near[0] > near[1]
    assert near[0] > near[2]
    assert far[2] > far[0]
    assert far[2] > far[1]
    assert sky.tolist() == [200, 200, 200]
    assert nearer.tolist() == near.tolist()
    assert farther.tolist() == far.tolist()


def test_classes_get_the_colours_of_their_palette() -> None:
    picture = picture_of("semantic", np.array([[SemanticClass.ROAD, SemanticClass.PERSON]], "u1"))
    assert tuple(picture[0, 0]) == CLASSES[SemanticClass.ROAD].color
    assert tuple(picture[0, 1]) == CLASSES[SemanticClass.PERSON].color


def test_instances_are_told_apart_and_background_is_black() -> None:
    ids = np.arange(300, dtype=np.uint32)[None]
    picture = picture_of("instance", ids)[0]
    assert picture[0].tolist() == [0, 0, 0]
    assert len(np.unique(picture, axis=0)) > 295
    assert picture[1:].min() >= 55


def test_normals_are_shifted_into_the_colour_cube() -> None:
    normal = np.array([[[0, 0, -1], [1, 0, 0], [0, -1, 0]]], np.float16)
    picture = picture_of("normal", normal)[0]
    assert picture.tolist() == [[128, 128, 0], [255, 128, 128], [128, 0, 128]]


@pytest.mark.parametrize("name", ["flow_backward", "flow_forward"])
def test_flow_to_the_right_is_red_downwards_lime_and_no_flow_white(name: str) -> None:
    flow = np.array([[[3, 0], [0, 3], [-3, 0], [0, 0]]], np.float32)
    right, down, left, still = picture_of(name, flow)[0].tolist()
    assert right == [255, 0, 0]
    assert down == pytest.approx([128, 255, 0], abs=1)  # hue 90 degrees
    assert left == [0, 255, 255]
    assert still == [255, 255, 255]


def test_velocity_to_the_north_has_the_colour_of_flow_upwards() -> None:
    # World y points north, seen from above upwards on the page; picture rows count downwards.
    velocity = np.array([[[0, 15, 0], [15, 0, 0]]], np.float32)
    flow = np.array([[[0, -4], [4, 0]]], np.float32)
    assert np.array_equal(picture_of("velocity", velocity), picture_of("flow_forward", flow))


def test_what_comes_nearer_is_red_and_what_goes_away_blue() -> None:
    shown = picture_of("depth_change_forward", np.array([[-1.0, 0.0, 1.0]], np.float16))
    assert shown.tolist() == [[[255, 0, 0], [255, 255, 255], [0, 0, 255]]]


def synthetic_passes() -> dict[str, np.ndarray]:
    """A grey wall of 64 x 36 pixels under the open sky: nothing moves."""
    height, width = 36, 64
    return {
        "rgb": np.full((height, width, 3), 90, np.uint8),
        "depth": np.full((height, width), np.inf, np.float32),
        "instance": np.zeros((height, width), np.uint32),
        "semantic": np.zeros((height, width), np.uint8),
        "flow_backward": np.zeros((height, width, 2), np.float32),
        "flow_forward": np.zeros((height, width, 2), np.float32),
        "velocity": np.zeros((height, width, 3), np.float32),
        "normal": np.zeros((height, width, 3), np.float16),
        "depth_change_backward": np.zeros((height, width), np.float16),
        "depth_change_forward": np.zeros((height, width), np.float16),
    }


def test_a_contact_sheet_holds_every_pass_and_does_not_blend_ids() -> None:
    height, width = 36, 64
    passes = synthetic_passes()
    assert set(passes) == set(PASSES)
    passes["semantic"][:, ::2] = SemanticClass.PERSON
    marked = np.full((height, width, 3), 7, np.uint8)
    sheet = contact_sheet(passes, columns=3, width=32, picture=marked)
    tile = 22 + 18  # title and picture
    assert sheet.shape == (4 * tile, 3 * 32, 3)
    assert (sheet[22:tile, :32] == 7).all()
    place = PASSES.index("semantic")
    top, left = place // 3 * tile + 22, place % 3 * 32
    shown = np.unique(sheet[top : top + 18, left : left + 32].reshape(-1, 3), axis=0)
    palette = {CLASSES[SemanticClass.PERSON].color, CLASSES[SemanticClass(0)].color}
    assert {tuple(color) for color in shown.tolist()} <= palette


def test_standing_things_are_grey_as_the_scene_and_legends_fill_the_sheet() -> None:
    """One quarter of the picture moves east at full speed, and comes nearer by the whole scale."""
    passes = synthetic_passes()
    passes["velocity"][:18, :32] = (15, 0, 0)
    passes["depth_change_forward"][:18, :32] = -1
    sheet = contact_sheet(passes, columns=4, width=64)
    tile = 22 + 36
    for name in ("velocity", "depth_change_forward"):
        place = PASSES.index(name)
        top, left = place // 4 * tile + 22, place % 4 * 64
        cell = sheet[top : top + 36, left : left + 64].astype(int)
        red, green, blue = cell[:18, :32].reshape(-1, 3).T
        assert (red > 100).all()
        assert (green + blue == 0).all()
        assert (np.ptp(cell[18:], axis=-1) == 0).all()
        assert 0 < cell[18:].max() < 255
    # Ten passes, then two legends.
    cells = sheet.reshape(3, tile, 4, 64, 3)[:, 22:].swapaxes(1, 2).reshape(12, -1)
    assert all(np.ptp(cell) > 0 for cell in cells[[10, 11]])


def test_the_legend_of_velocity_has_the_colours_of_the_pass() -> None:
    wheel, inside = velocity_wheel(65)
    for x, y, velocity in ((48, 32, (7.5, 0, 0)), (32, 16, (0, 7.5, 0)), (16, 32, (-7.5, 0, 0))):
        shown = picture_of("velocity", np.full((1, 1, 3), velocity, np.float32))[0, 0]
        np.testing.assert_allclose(wheel[y, x].astype(int), shown.astype(int), atol=6)
    assert inside[32, 32]
    assert not inside[0, 0]
