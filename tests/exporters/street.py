"""A street with all that exporters must get right, small enough to record in seconds.

Ahead of the ego: a cyclist, a crowd that crosses, people hidden behind people; a van beside the
camera, cut off by the image's edge; a motorcycle that comes; a child close by, who steps out
between parked cars; far ahead a car that turns left. A second camera looks to the left.
"""

from pathlib import Path

from command_line import small_city

import cityloop as cl

FRAMES = 10
NAME = "street"
_CROWD = ("man", "woman", "man_stout", "teenager", "woman_skirt", "man_elder", "woman_elder")


def scenario() -> cl.Scenario:
    city = small_city()
    street = cl.Scenario(city, duration_s=FRAMES * 0.05, seed=5, name=NAME)
    ego = street.vehicle("ego", kind="sedan", waypoints=[(1.7, -100), (1.7, -60)], speed_mps=6)
    ego.camera("front", fov_deg=90, size=(320, 180), position=(1.6, 0.0, 1.4))
    ego.camera("left", fov_deg=80, size=(160, 90), position=(1.6, 0.4, 1.4), yaw_deg=60)
    street.vehicle("cyclist", kind="bicycle", waypoints=[(2.4, -90), (2.4, -60)], speed_mps=4)
    street.vehicle("rider", kind="motorcycle", waypoints=[(-1.2, -84), (-1.2, -110)], speed_mps=8)
    street.vehicle("van", kind="van", waypoints=[(-1.8, -92), (-1.8, -120)], speed_mps=5)
    # An arc of 8 m.
    turn = [(1.7, -78), (0.63, -74), (-2.3, -71.07), (-6.3, -70)]
    free = {"vehicles", "people", "signals"}
    street.vehicle("turning", kind="sedan", waypoints=turn, speed_mps=5, ignores=free)
    street.pedestrian("child", kind="girl", waypoints=[(3.4, -91), (-3, -91)], speed_mps=1.2)
    for i, kind in enumerate(_CROWD):
        start, y = 0.2 + 0.5 * i, -86.0 + 0.6 * (i % 3)
        street.pedestrian(
            f"crowd_{i}", kind=kind, waypoints=[(start, y), (start - 6, y - 0.3)], speed_mps=1.3
        )
    return street


def record(folder: Path) -> None:
    with cl.launch() as engine:
        cl.record(scenario(), engine, folder)
