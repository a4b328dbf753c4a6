"""Play background traffic for minutes of simulated time, record its states and lint them.

    python tools/soak.py --map town.xodr --minutes 10 --out out/soak
    python tools/soak.py --vehicles 40 --pedestrians 60 --minutes 5 --out out/soak

Prints the time it took, the SHA-256 of states.parquet (the same seed must give the same in every
process) and the report of `cityloop verify`; exit code 1 if a check fails.
"""

import argparse
import hashlib
import math
import sys
import time
from pathlib import Path

from rich.console import Console

import cityloop as cl
from cityloop.dataset.verification import verify
from cityloop.errors import CityloopError


def city_of(map_file: Path | None) -> cl.City:
    if map_file is None:
        return cl.City.grid(blocks=(4, 4), seed=7)
    if map_file.suffix == ".xodr":
        return cl.City.from_opendrive(map_file, seed=7)
    return cl.City.from_osm(map_file, seed=7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--map", type=Path, help="an .xodr or .osm file; a 4x4 grid if left out")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--vehicles", type=int, default=40)
    parser.add_argument("--pedestrians", type=int, default=60)
    parser.add_argument("--physics-radius", type=float, default=math.inf, metavar="M")
    parser.add_argument("--ego", nargs=2, metavar=("FROM", "TO"), help="drive a vehicle along")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    city = city_of(options.map)
    scenario = cl.Scenario(city, duration_s=options.minutes * 60, seed=options.seed)
    scenario.traffic(
        vehicles=options.vehicles,
        pedestrians=options.pedestrians,
        physics_radius_m=options.physics_radius,
    )
    if options.ego:
        scenario.vehicle("ego", kind="sedan", route=city.route(*options.ego), speed_mps=11)
    start = time.perf_counter()
    with cl.launch() as engine:
        cl.record(scenario, engine, options.out)
    wall_s = time.perf_counter() - start
    states = next(Path(options.out).glob("sequences/*/states.parquet"))
    digest = hashlib.sha256(states.read_bytes()).hexdigest()
    print(f"{options.minutes:g} simulated min in {wall_s:.0f} s, {states.stat().st_size >> 20} MiB")
    print(f"states.parquet {digest}")
    report = verify(options.out)
    Console().print(report.to_table())
    print(report.verdict)
    sys.exit(0 if report.passed else 1)


if __name__ == "__main__":
    try:
        main()
    except CityloopError as error:
        sys.exit(f"soak: error: {error}")
