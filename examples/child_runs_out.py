"""A child runs out between parked cars: the scenario of `cityloop demo`, written in Python."""

from collections.abc import Sequence

import cityloop as cl

# Others on the pavements: who, from where to where (m), and how fast (m/s).
PASSERS_BY = (
    ("man_jacket", (178, 7.4), (120, 7.4), 1.3),
    ("woman_skirt", (164, 6.5), (192, 6.5), 1.4),
    ("man_elder_hat", (152, 7.3), (190, 7.3), 1.0),
    ("woman_with_phone", (174, -8.0), (120, -8.0), 1.2),
    ("man_backpack", (160, -7.3), (192, -7.3), 1.3),
    ("child", (159, -6.6), (192, -6.6), 1.3),
    ("woman_coat", (140, -7.2), (190, -7.2), 1.2),
    ("teenager", (136, 6.8), (190, 6.8), 1.5),
)


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
    for number, (kind, start, end, speed_mps) in enumerate(PASSERS_BY, start=1):
        scenario.pedestrian(
            f"passer_by_{number}", kind=kind, waypoints=[start, end], speed_mps=speed_mps
        )
    return scenario


if __name__ == "__main__":
    with cl.launch() as engine:
        cl.record(child_runs_out(), engine, "out/child")
