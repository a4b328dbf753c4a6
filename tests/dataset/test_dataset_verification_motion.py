from pathlib import Path

import numpy as np
import pytest
from corruptions import (
    EGO,
    HASHES,
    LABELS,
    MATCH,
    Corruptions,
    change_column,
    change_lists,
    change_pass,
    each,
    failed,
    grown,
    on,
    shifted,
)

from cityloop.dataset import verify

FIXED = "of what stands still"


def slower_wheels(rows: list[list[float]]) -> list[list[float]]:
    """Roll each wheel by less than it did."""
    return [[x * 0.8 if i % 5 == 1 else x for i, x in enumerate(row)] for row in rows]


def one_row_off(values: np.ndarray) -> np.ndarray:
    """Accelerate who is in the tenth row, at tick 2, by 2.8 m/s^2 more."""
    values = values.copy()
    values[9, :2] += 2.0
    return values


OF_MOTION: Corruptions = {
    "background flow": (
        lambda r: change_pass(r, "flow_backward", on(0, 0.2)),
        {"flow_backward: background and sky", f"rays: flow_backward {FIXED}", MATCH},
    ),
    "flow of an object": (
        lambda r: change_pass(r, "flow_forward", on(7, [0.2, 0])),
        {"flow_forward: objects", each("flow_forward"), MATCH},
    ),
    "flow of a person": (
        lambda r: change_pass(r, "flow_forward", on(3, [0, 0.2])),
        {"flow_forward: people", each("flow_forward"), MATCH},
    ),
    "flow that is no number": (
        lambda r: change_pass(r, "flow_backward", on(7, np.nan)),
        {"flow_backward: objects", each("flow_backward"), MATCH},
    ),
    "flow of the wrong sign": (
        lambda r: change_pass(r, "flow_backward", lambda p, _: -p),
        {f"flow_backward: {k}" for k in ("background and sky", "objects", "wheels", "people")}
        | {MATCH, each("flow_backward"), f"rays: flow_backward {FIXED}"},
    ),
    "velocity of an object": (
        lambda r: change_pass(r, "velocity", on(7, 0.1)),
        {"velocity: objects", each("velocity")},
    ),
    "velocity of the background": (
        lambda r: change_pass(r, "velocity", on(0, 0.1)),
        {"velocity: background and sky"},
    ),
    "velocity of a person": (
        lambda r: change_pass(r, "velocity", on(3, 0.1)),
        {"velocity: people", each("velocity")},
    ),
    "wheels that do not roll as recorded": (
        lambda r: change_lists(r, "wheels", slower_wheels),
        {
            f"{name}_{way}: wheels"
            for name in ("flow", "depth_change")
            for way in ("backward", "forward")
        }
        | {"vehicles: depth against their mesh"},  # they have twelve corners
    ),
    "velocity labels": (
        lambda r: change_column(r, "states", "velocity", grown),
        {
            "velocities against positions",
            "velocity: objects",
            "velocity: wheels",
            each("velocity"),
            LABELS,
            EGO,
        },
    ),
    "acceleration labels": (
        lambda r: change_column(r, "states", "acceleration", lambda v: v + 2),
        {"accelerations against positions", LABELS, EGO},
    ),
    "the acceleration of one actor at one tick": (
        lambda r: change_column(r, "states", "acceleration", one_row_off),
        {"accelerations against positions", LABELS},
    ),
    "angular velocity": (
        lambda r: change_column(r, "states", "angular_velocity", shifted),
        {
            "turn rates against orientations",
            "velocity: objects",
            "velocity: wheels",
            each("velocity"),
            LABELS,
            EGO,
        },
    ),
}


@pytest.mark.parametrize("name", OF_MOTION)
def test_each_corrupted_motion_fails_its_checks_and_no_other(copied: Path, name: str) -> None:
    corrupt, expected = OF_MOTION[name]
    corrupt(copied)
    assert failed(verify(copied)) == expected | {HASHES}


def test_the_actor_and_tick_of_a_wrong_acceleration_are_named(copied: Path) -> None:
    change_column(copied, "states", "acceleration", one_row_off)
    row = next(r for r in verify(copied).rows if r.check == "accelerations against positions")
    assert not row.passed
    assert row.place == "boxes, tick 2, car"


OF_ONE_OBJECT = {
    "velocity": [2.0, 0.0, 0.0],
    "flow_backward": [3.0, 0.0],
    "flow_forward": [0.0, 3.0],
    "depth_change_backward": 0.5,
    "depth_change_forward": 0.5,
}


@pytest.mark.parametrize("name", OF_ONE_OBJECT)
def test_an_error_of_one_object_in_one_picture_is_named(brief: Path, name: str) -> None:
    change_pass(brief, name, on(7, OF_ONE_OBJECT[name]), only=1)
    row = next(r for r in verify(brief).rows if r.check == each(name))
    assert not row.passed
    assert row.place == "boxes, front, frame 1, parked/0"
