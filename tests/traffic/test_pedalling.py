"""Riders pedal, coast, and put a foot down."""

import numpy as np
import pytest

from cityloop.traffic.riders import RiderColumns, Rides
from cityloop.world.vehicles import VEHICLE_KINDS, rider_of

DT = 0.05
CRANK = rider_of("bicycle").crank
RADIUS_M, WHEELBASE_M = (
    getattr(VEHICLE_KINDS["bicycle"], n) for n in ("wheel_radius_m", "wheelbase_m")
)
LEVEL = (CRANK.angle_rad - CRANK.coasting_rad) % (2 * np.pi)


def ride(speeds, *, aside=0.0, grade=0.0, steering=0.0, roll=0.0, crank=CRANK):
    """What one rider does whose machine goes at each of `speeds` for a tick; columns (N,).

    It skids at `aside` m/s besides.
    """
    columns = RiderColumns.of(np.array([1.0]), np.array([speeds[0]]))
    spin, found = 0.0, []
    for speed in speeds:
        spin += speed / RADIUS_M * DT
        values = (speed, np.hypot(speed, aside), grade, roll, steering, spin)
        rides = Rides(*(np.array([x]) for x in values))
        doing = columns.step(rides, WHEELBASE_M, crank, DT)
        found.append([spin, columns.crank_rad[0], *(getattr(doing, n)[0] for n in NAMES)])
    return dict(zip(("spin", "turned", *NAMES), np.array(found).T, strict=True))


NAMES = ("crank_rad", "steering_rad", "standing", "look_rad", "tilt_rad", "lean_rad")


@pytest.mark.parametrize("speeds", [np.full(100, 5.0), np.linspace(1.0, 7.0, 120)])
def test_pedals_turn_as_far_as_the_wheel_says(speeds):
    told = ride(speeds)
    turned, rolled = (np.diff(told[name][1:]) for name in ("turned", "spin"))
    assert turned == pytest.approx(CRANK.gear * rolled, abs=1e-9)
    cadence = turned[-1] / DT * 60 / (2 * np.pi)
    assert 55 < cadence < 105
    assert (told["standing"] == 0.0).all()


def test_who_brakes_levels_the_cranks_and_holds_them():
    told = ride(np.linspace(6.0, 2.0, 80))  # 1 m/s^2
    assert told["crank_rad"][-1] == pytest.approx(LEVEL, abs=1e-6)
    late = told["turned"][40:]
    assert np.ptp(late) < 1e-6
    # A freewheel drives nobody's feet: never faster forward than the wheel would.
    assert (np.diff(told["turned"]) <= CRANK.gear * np.diff(told["spin"]) + 1e-9).all()


@pytest.mark.parametrize(("grade", "pedals"), [(-0.05, False), (0.0, True), (0.05, True)])
def test_a_bicycle_rolls_downhill_by_itself(grade, pedals):
    turned = ride(np.full(100, 5.0), grade=grade)["turned"]
    assert (np.diff(turned)[-20:] > 0.1).all() == pedals
    assert (np.ptp(turned[-20:]) < 1e-6) != pedals


def test_a_foot_is_down_at_the_stop_and_up_again_on_the_way():
    stop = np.maximum(np.linspace(2.4, -1.6, 80), 0.0)  # 1 m/s^2
    go = np.minimum(np.linspace(0.0, 4.0, 70), 5.0)
    told = ride(np.concatenate([stop, np.zeros(20), go]))
    assert (told["standing"][:20] == 0.0).all()
    rolling = stop > 0.2
    assert 0.3 < told["standing"][:80][rolling].max() < 0.98
    assert told["standing"][95] == 1.0
    assert told["standing"][-30:].max() == 0.0
    assert np.abs(np.diff(told["standing"])).max() < 0.2


@pytest.mark.parametrize(("speed", "aside"), [(-4.0, 0.0), (0.0, 3.0)])
def test_feet_stay_up_while_the_machine_rolls_back_or_skids(speed, aside):
    told = ride(np.concatenate([np.full(10, 5.0), np.full(30, speed)]), aside=aside)
    assert told["standing"].max() == 0.0


def test_a_foot_goes_down_where_the_machine_has_rolled_back_to_a_stop():
    told = ride(np.concatenate([np.linspace(-4.0, 0.0, 80), np.zeros(20)]))
    assert told["standing"][:50].max() == 0.0
    assert told["standing"][-1] == 1.0


def test_who_comes_standing_stands():
    assert ride(np.zeros(3))["standing"].min() == 1.0


def test_the_head_looks_along_the_way_and_stays_upright():
    left, straight = ride(np.full(60, 4.0), steering=0.2, roll=-0.2), ride(np.full(60, 4.0))
    assert straight["look_rad"][-1] == 0.0
    # To where 6.4 m of a circle of 5.3 m radius lead, 35 degrees off.
    assert left["look_rad"][-1] == pytest.approx(0.6, abs=0.1)
    assert left["tilt_rad"][-1] == pytest.approx(0.16, abs=1e-6)
    assert left["lean_rad"][-1] == -0.2  # what the foot is lowered by


def test_motorcyclists_have_no_pedals():
    told = ride(np.full(20, 5.0), crank=None)
    assert np.ptp(told["turned"]) == 0.0
