"""A child runs out between parked cars: the scenario of `cityloop demo`, written in Python."""

from collections.abc import Sequence

import cityloop as cl


def child_runs_out(
    start_m: float = 52.0, trigger_m: float = 24.0, ignores: Sequence[str] = ()
) -> cl.Scenario:
    """Return the scenario: the car starts at `start_m`, the child when it is within `trigger_m`.

    `ignores` is what the car's driver takes no notice of.
    """
    city = cl.City.grid(blocks=(4, 4), seed=7)

    scenario = cl.Scenario(city, duration_s=5, seed=7, name="child_runs_out")
    scenario.environment(time="16:20", weather="clear")
    scenario.traffic(vehicles=70, pedestrians=120)

    ego = scenario.vehicle(
        "ego",
        kind="sedan",
        route=city.route("east_in", "west_out"),
        start_m=start_m,
        speed_mps=9,
        ignores=ignores,
    )
    ego.camera("front", fov_deg=90, size=(640, 360), position=(1.6, 0.0, 1.4))

    spot = city.roadside("east_in", s_m=97, hidden_by="parked")
    child = scenario.pedestrian("child", kind="girl", at=spot)
    scenario.when(ego.distance_to(child) < trigger_m).do(child.run_across(speed_mps=3.0))
    return scenario


if __name__ == "__main__":
    with cl.launch() as engine:
        cl.record(child_runs_out(), engine, "out/child")
