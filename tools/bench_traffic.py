"""Print what a tick costs without drawing, on one core, against the number of actors.

    python tools/bench_traffic.py [--counts 10 50 200 500] [--ticks 200]

n vehicles and n pedestrians on one map, so that only their number changes; a scripted vehicle
drives among them, around which background vehicles are physical bodies. Traffic, engine and client
share a core where the system can pin them to one (Linux). "x real time" is 1 for 20 ticks of 0.05 s
in a second. Each row is measured on its own, one after the other, in one run.
"""

import argparse
import math
import os
import time

import numpy as np

import cityloop as cl
from cityloop.simulation.tick import Simulation

BLOCKS = (8, 8)
SETTLE_TICKS = 40  # until near vehicles have become physical bodies


def scenario(city: cl.City, count: int, radius_m: float | None, duration_s: float) -> cl.Scenario:
    made = cl.Scenario(city, duration_s=duration_s, seed=7)
    if radius_m is None:
        made.traffic(vehicles=count, pedestrians=count)
    else:
        made.traffic(vehicles=count, pedestrians=count, physics_radius_m=radius_m)
    made.vehicle("ego", kind="sedan", route=city.route("east_in", "west_out"), speed_mps=11)
    return made


def tick_times_ms(made: cl.Scenario, engine: cl.Engine, ticks: int) -> tuple[list[float], float]:
    """Return the time of each tick and the mean number of physical vehicles."""
    simulation = Simulation(made, engine)
    times, driven = [], 0
    try:
        for _ in range(SETTLE_TICKS):
            simulation.step()
        for _ in range(ticks):
            start = time.perf_counter()
            moment = simulation.step()
            times.append(1000 * (time.perf_counter() - start))
            driven += sum(kind == "driven" for kind in moment.state.bodies.kind)
    finally:
        simulation.close()
    return times, driven / ticks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 50, 200, 500])
    parser.add_argument("--ticks", type=int, default=200)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        cores = "one core"
    else:
        cores = "all cores (this system cannot pin to one)"
    city = cl.City.grid(blocks=BLOCKS, seed=7)
    print(
        f"A tick without drawing, {options.ticks} ticks on {cores}, {BLOCKS[0]}x{BLOCKS[1]} blocks"
    )
    print(
        f"{'vehicles':>9} {'people':>7} {'physical':>9} {'mean':>9} {'p95':>9} {'x real time':>12}"
    )
    for radius_m in (None, math.inf):
        for count in options.counts:
            duration_s = (SETTLE_TICKS + options.ticks + 10) * 0.05
            made = scenario(city, count, radius_m, duration_s)
            with cl.launch() as engine:
                times, driven = tick_times_ms(made, engine, options.ticks)
            mean = float(np.mean(times))
            print(
                f"{count:>9} {count:>7} {driven:>9.1f} {mean:>6.1f} ms "
                f"{np.percentile(times, 95):>6.1f} ms {1000 * made.model.dt_s / mean:>10.2f} x"
            )


if __name__ == "__main__":
    main()
