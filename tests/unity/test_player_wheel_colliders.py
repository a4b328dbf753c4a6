"""Why the engine has wheels of its own: what docs/unity.md says of Unity's WheelCollider is so."""

import pytest


def test_the_wheel_collider_is_not_exact_enough(look):
    heavy_mps2, light_mps2, speed_mps, crept_m = look("wheel-colliders")
    # Force over mass is 8.0 m/s^2 with either wheels.
    assert heavy_mps2 == pytest.approx(7.9, abs=0.05)
    assert light_mps2 == pytest.approx(12.7, abs=0.05)
    # Nothing brakes it: the wheels take it to spin up.
    assert speed_mps == pytest.approx(19.4, abs=0.05)
    assert crept_m == pytest.approx(0.002, abs=0.0005)
