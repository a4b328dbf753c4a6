"""The table of vehicles that the C# powertrain is held to says what the embedded engine does."""

import json
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import json_format

from cityloop.embedded.powertrain import Powertrains
from cityloop.embedded.rider import Rider
from cityloop.embedded.tyres import wheel_loads
from cityloop.embedded.wheel_springs import Machine
from cityloop.protocol import scene_pb2

TABLE = json.loads(Path(__file__).with_name("vehicles.json").read_text("utf-8"))
PEDALS = np.array([[0.8], [0.25], [-0.5]])
STEP_S = 0.0125


def dynamics_of(case):
    return json_format.ParseDict(case["dynamics"], scene_pb2.VehicleDynamics())


def rider_of(dynamics, lean_rad):
    if not dynamics.balanced:
        return None
    at = [wheel.center.x for wheel in dynamics.wheels]
    rider = Rider(dynamics.center_of_mass.z, max(at) - min(at))
    rider.lean_rad = lean_rad
    return rider


@pytest.mark.parametrize("case", TABLE["vehicles"], ids=lambda case: case["name"])
def test_wheel_loads(case):
    dynamics = dynamics_of(case)
    loads = wheel_loads(dynamics)
    driven = [i for i, wheel in enumerate(dynamics.wheels) if wheel.driven]
    assert loads.at_rest == pytest.approx(case["at_rest"], abs=1e-9)
    assert loads.per_g == pytest.approx(case["per_g"], abs=1e-9)
    assert loads.traction_g(driven, 0.9) == pytest.approx(case["traction_g"], abs=1e-9)
    assert loads.tipping_g == pytest.approx(case["tipping_g"], abs=1e-9)


@pytest.mark.parametrize("case", TABLE["cannot_stand"], ids=lambda case: case["name"])
def test_what_cannot_stand(case):
    with pytest.raises(ValueError, match="span its centre of mass"):
        wheel_loads(dynamics_of(case))


@pytest.mark.parametrize("case", TABLE["vehicles"], ids=lambda case: case["name"])
def test_forces_of_the_powertrain(case):
    dynamics = dynamics_of(case)
    machine = Machine(dynamics, wheel_loads(dynamics))
    for step in case["steps"]:
        rider = rider_of(dynamics, step["lean_rad"])
        riders = [] if rider is None else [(0, rider)]
        train = Powertrains([machine], riders, step["grip"])
        actuators = np.array(step["actuators"])[:, None]
        speed = np.array([step["speed_mps"]])
        forces = train.forces(actuators, speed)
        assert forces.drive_n == pytest.approx(step["drive_n"], abs=1e-6)
        assert forces.brake_n == pytest.approx(step["brake_n"], abs=1e-6)
        assert forces.steering_rad == pytest.approx(step["steering_rad"], abs=1e-9)
        followed, _ = train.follow(actuators, PEDALS, speed, STEP_S)
        assert followed[:, 0] == pytest.approx(step["followed"], abs=1e-9)
