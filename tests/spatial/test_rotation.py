import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cityloop.spatial import rotation

angle = st.floats(-10, 10)
vector = st.tuples(*[st.floats(-100, 100)] * 3).map(np.array)
quaternion = (
    st.tuples(*[st.floats(-1, 1)] * 4)
    .map(np.array)
    .filter(lambda q: np.linalg.norm(q) > 0.1)
    .map(lambda q: q / np.linalg.norm(q))
)


def test_yaw_turns_east_to_north() -> None:
    assert rotation.rotate(rotation.from_yaw(math.pi / 2), [1, 0, 0]) == pytest.approx([0, 1, 0])


def test_positive_pitch_turns_the_nose_down_and_positive_roll_lifts_the_left_side() -> None:
    assert rotation.rotate(rotation.from_euler(0, 0.1, 0), [1, 0, 0])[2] < 0
    assert rotation.rotate(rotation.from_euler(0, 0, 0.1), [0, 1, 0])[2] > 0


@given(quaternion, quaternion, vector)
def test_product_is_the_second_then_the_first(a: np.ndarray, b: np.ndarray, v: np.ndarray) -> None:
    both = rotation.rotate(rotation.multiply(a, b), v)
    assert both == pytest.approx(rotation.rotate(a, rotation.rotate(b, v)), abs=1e-9)


@given(quaternion, vector)
def test_agrees_with_scipy(q: np.ndarray, v: np.ndarray) -> None:
    assert rotation.to_matrix(q) == pytest.approx(Rotation.from_quat(q).as_matrix(), abs=1e-12)
    assert rotation.rotate(q, v) == pytest.approx(Rotation.from_quat(q).apply(v), abs=1e-9)
    assert rotation.rotate(rotation.inverse(q), rotation.rotate(q, v)) == pytest.approx(v, abs=1e-9)


@given(quaternion)
def test_matrix_round_trip(q: np.ndarray) -> None:
    back = rotation.from_matrix(rotation.to_matrix(q))
    assert abs(float(back @ q)) == pytest.approx(1.0, abs=1e-12)
    assert back[3] >= 0


@given(angle)
def test_yaw_round_trip(yaw: float) -> None:
    back = rotation.yaw_of(rotation.from_yaw(yaw))
    assert math.cos(back - yaw) == pytest.approx(1.0)


@given(quaternion, vector.filter(lambda w: np.linalg.norm(w) < 20))
def test_advance_forth_and_back_is_nothing(q: np.ndarray, rate: np.ndarray) -> None:
    there = rotation.advance(q, rate, 0.05)
    assert rotation.advance(there, rate, -0.05) == pytest.approx(q, abs=1e-9)


def test_advance_about_z_adds_yaw() -> None:
    q = rotation.advance(rotation.from_yaw(0.3), [0, 0, 2.0], 0.25)
    assert rotation.yaw_of(q) == pytest.approx(0.8)


@given(vector.filter(lambda v: np.linalg.norm(v) < 3.0))
def test_rotation_vector_round_trip(v: np.ndarray) -> None:
    q = rotation.from_rotation_vector(v)
    assert q == pytest.approx(Rotation.from_rotvec(v).as_quat(), abs=1e-12)
    assert rotation.rotation_vector(q) == pytest.approx(v, abs=1e-12)
    assert rotation.rotation_vector(-q) == pytest.approx(v, abs=1e-12)


@given(quaternion)
def test_rotation_vector_is_the_shorter_way_round(q: np.ndarray) -> None:
    v = rotation.rotation_vector(q)
    assert np.linalg.norm(v) <= math.pi + 1e-12
    assert Rotation.from_rotvec(v).as_matrix() == pytest.approx(rotation.to_matrix(q), abs=1e-9)


@given(st.floats(1e-15, 1e-5))
def test_rotation_vector_of_a_tiny_turn_is_exact(turn: float) -> None:
    q = np.array([[turn / 2, 0.0, 0.0, 1.0]])
    assert rotation.rotation_vector(q)[0, 0] == pytest.approx(turn, rel=1e-9)
