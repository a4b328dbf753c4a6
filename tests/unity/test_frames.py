"""Between the world's frame and Unity's: the table that the C# tests convert, by matrices."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.spatial import rotation

TABLE = json.loads(Path(__file__).with_name("frames.json").read_text("utf-8"))["motions"]
# World: x east, y north, z up. Unity: x right, y up, z forward; a mirror image.
UNITY_FROM_WORLD = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


def unity(vector):
    return UNITY_FROM_WORLD @ vector


def unity_rotation(quaternion):
    turned = rotation.to_matrix(quaternion)
    return rotation.from_matrix(UNITY_FROM_WORLD @ turned @ UNITY_FROM_WORLD.T)


def unity_turning(rate):
    """Of a pseudovector: what a mirror shows turns the other way."""
    return np.linalg.det(UNITY_FROM_WORLD) * unity(rate)


def same_rotation(a, b):
    return abs(float(np.dot(a, b))) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("motion", TABLE, ids=lambda motion: motion["name"])
def test_the_table_says_what_the_matrices_say(motion):
    world, there = motion["world"], motion["unity"]
    assert there["position"] == pytest.approx(unity(world["position"]), abs=1e-9)
    assert there["velocity"] == pytest.approx(unity(world["velocity"]), abs=1e-9)
    assert there["angular_velocity"] == pytest.approx(
        unity_turning(world["angular_velocity"]), abs=1e-9
    )
    assert same_rotation(there["quaternion"], unity_rotation(world["quaternion"]))


@pytest.mark.parametrize("motion", TABLE, ids=lambda motion: motion["name"])
def test_the_table_agrees_with_the_formulas_of_the_documentation(motion):
    there, world = motion["unity"], motion["world"]
    x, y, z = there["position"]
    assert world["position"] == pytest.approx([z, -x, y], abs=1e-12)
    x, y, z = there["velocity"]
    assert world["velocity"] == pytest.approx([z, -x, y], abs=1e-12)
    x, y, z = there["angular_velocity"]
    assert world["angular_velocity"] == pytest.approx([-z, x, -y], abs=1e-12)
    x, y, z, w = there["quaternion"]
    assert same_rotation(world["quaternion"], [z, -x, y, -w])


numbers = st.floats(-100.0, 100.0)
vectors = st.tuples(numbers, numbers, numbers).map(np.array)
turns = (
    st.tuples(numbers, numbers, numbers, numbers)
    .map(np.array)
    .filter(lambda q: np.linalg.norm(q) > 1e-3)
    .map(rotation.normalize)
)


@given(turns, vectors)
def test_turning_then_converting_is_converting_then_turning(quaternion, vector):
    one = unity(rotation.rotate(quaternion, vector))
    other = rotation.rotate(unity_rotation(quaternion), unity(vector))
    assert one == pytest.approx(other, abs=1e-9)


@given(turns, vectors, vectors)
def test_a_turning_body_is_the_same_body_in_both_frames(quaternion, rate, arm):
    rate = rate / 50.0
    one = unity(np.cross(rate, arm))
    assert one == pytest.approx(np.cross(unity_turning(rate), unity(arm)), abs=1e-9)
    later = rotation.advance(quaternion, rate, 0.05)
    there = rotation.advance(unity_rotation(quaternion), unity_turning(rate), 0.05)
    assert same_rotation(unity_rotation(later), there)


@given(turns, vectors, vectors)
def test_there_and_back_is_where_it_was(quaternion, vector, rate):
    back = UNITY_FROM_WORLD.T
    assert back @ unity(vector) == pytest.approx(vector, abs=1e-12)
    assert -(back @ unity_turning(rate)) == pytest.approx(rate, abs=1e-12)
    x, y, z, w = unity_rotation(quaternion)
    assert same_rotation(quaternion, [-z, x, -y, w])
