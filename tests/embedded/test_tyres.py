import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.embedded.tyres import braking_shares, grip, wheel_loads
from cityloop.protocol import geometry_pb2, scene_pb2

G = 9.81


def dynamics(wheels, com, balanced=False):
    return scene_pb2.VehicleDynamics(
        mass_kg=1000.0,
        center_of_mass=geometry_pb2.Vector3(x=com[0], y=com[1], z=com[2]),
        wheels=[
            scene_pb2.Wheel(center=geometry_pb2.Vector3(x=x, y=y, z=0.3), radius_m=0.3)
            for x, y in wheels
        ],
        balanced=balanced,
    )


CAR = ((2.5, 0.8), (2.5, -0.8), (0.0, 0.8), (0.0, -0.8))
BICYCLE = ((1.0, 0.0), (0.0, 0.0))


def test_four_wheels_carry_by_their_lever_arms():
    loads = wheel_loads(dynamics(CAR, (1.0, 0.0, 0.5)))
    assert loads.at_rest == pytest.approx([0.2, 0.2, 0.3, 0.3])
    # A deceleration of 1 g shifts height / wheelbase of the weight to the front.
    assert loads.per_g == pytest.approx([0.1, 0.1, -0.1, -0.1])


def test_wheels_brake_by_what_they_carry_then():
    loads = wheel_loads(dynamics(CAR, (1.0, 0.0, 0.5)))
    row = np.repeat([0, 1], 4)
    shares = braking_shares(
        np.tile(loads.at_rest, 2), np.tile(loads.per_g, 2), row, np.array([0.5, 10.0])
    )
    assert shares[:4] == pytest.approx([0.25, 0.25, 0.25, 0.25])
    # The rear wheels are off the ground.
    assert shares[4:] == pytest.approx([0.5, 0.5, 0.0, 0.0])


@given(st.floats(0.7, 1.8), st.floats(-0.4, 0.4), st.floats(0.2, 2.0), st.floats(-1.0, 1.0))
def test_loads_carry_the_weight_and_balance_the_moments(x, y, height, deceleration_g):
    loads = wheel_loads(dynamics(CAR, (x, y, height)))
    shares = loads.at_rest + loads.per_g * deceleration_g
    assert shares.sum() == pytest.approx(1.0)
    moment = sum(share * (wx - x) for share, (wx, _) in zip(shares, CAR, strict=True))
    assert moment == pytest.approx(deceleration_g * height, abs=1e-9)
    assert sum(s * (wy - y) for s, (_, wy) in zip(shares, CAR, strict=True)) == pytest.approx(
        0.0, abs=1e-9
    )


def test_two_wheels_carry_a_balanced_body_only():
    loads = wheel_loads(dynamics(BICYCLE, (0.4, 0.0, 1.0), balanced=True))
    assert loads.at_rest == pytest.approx([0.4, 0.6])
    assert loads.per_g == pytest.approx([1.0, -1.0])
    # The rear wheel lifts at 0.6 g of braking, the front one at 0.4 g of acceleration.
    assert loads.tipping_g == pytest.approx((0.6 * 0.6, 0.6 * 0.4))
    with pytest.raises(ValueError, match="span"):
        wheel_loads(dynamics(BICYCLE, (0.4, 0.0, 1.0)))


@pytest.mark.parametrize("x", [-0.1, 2.6])
def test_a_centre_of_mass_outside_the_wheels_is_refused(x):
    with pytest.raises(ValueError, match="span"):
        wheel_loads(dynamics(CAR, (x, 0.0, 0.5)))


def test_driven_wheels_slip_when_their_load_is_used_up():
    loads = wheel_loads(dynamics(CAR, (1.0, 0.0, 0.5)))
    rear, _ = loads.traction_g([2, 3], 0.8)
    assert rear == pytest.approx(0.8 * (0.6 + 0.2 * rear))
    front, back = loads.traction_g([0, 1], 0.8)
    assert front == pytest.approx(0.8 * (0.4 - 0.2 * front))
    assert back == pytest.approx(0.8 * (0.4 + 0.2 * back))


def test_wet_ground_holds_two_thirds_of_dry_ground():
    assert grip(1.0) / grip(0.0) == pytest.approx(2 / 3)
    assert grip(0.5) == pytest.approx((grip(0.0) + grip(1.0)) / 2)
