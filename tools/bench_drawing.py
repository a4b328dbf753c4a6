"""Print what each stage of drawing costs the embedded engine, in each light and weather.

    python tools/bench_drawing.py [--frames 10] [--walkers 46]

The street is that of `cityloop demo` with people before the camera, on both sidewalks and in the
roadway: about 20 vehicles and 30 people have a pixel at 640x360. All passes are drawn. The engine
runs in this process. Each tick is drawn twice: once as an engine does it, where stages overlap, and
once with a wait after each stage, for the times in brackets; both need an idle machine. Frames/s
are those of whole captures, shared memory and message included. CPU time is that of all threads
while a frame is drawn; it is compared with a clear day at the same size.
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import numpy as np
from bench import SIZES, resized

import cityloop as cl
from cityloop.embedded.renderer import DrawResult, Renderer
from cityloop.embedded.service import EngineService
from cityloop.engine import CameraImages
from cityloop.protocol import engine_pb2_grpc
from cityloop.simulation.tick import Simulation
from cityloop.world.people import PERSON_KINDS
from cityloop.world.semantics import SemanticClass

LIGHTS: dict[str, dict[str, Any]] = {
    "clear day": {"time": "14:00"},
    "overcast": {"time": "14:00", "weather": "overcast"},
    "night": {"time": "23:30"},
    "rain": {"time": "14:00", "weather": "rain"},
    "rain at night": {"time": "23:30", "weather": "heavy_rain"},
    "snowfall": {"time": "14:00", "weather": "snowfall"},
}
PEOPLE = (SemanticClass.PERSON, SemanticClass.RIDER)
VEHICLES = (
    SemanticClass.CAR,
    SemanticClass.TRUCK,
    SemanticClass.BUS,
    SemanticClass.MOTORCYCLE,
    SemanticClass.BICYCLE,
)


# Where people walk, m to the left of the right kerb: both sidewalks, beside and on the lane.
ACROSS_M = (-4.2, 5.5, 12.0, -3.3, 1.5)
FIRST_M, APART_M, WAY_M = 64.0, 1.3, 8.0  # along the road


class Stages:
    """Sums the time between the calls that the renderer makes.

    Attributes:
        apart: wait for each stage.
        wall_s: by stage; of whole frames by "frame".
        cpu_s: of whole frames.
    """

    def __init__(self) -> None:
        self.apart = False
        self.reset()

    def reset(self) -> None:
        """Forget all sums."""
        self.wall_s: Counter[str] = Counter()
        self.cpu_s = 0.0

    def start(self) -> None:
        """Begin to measure."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def reached(self, stage: str) -> None:
        """Count the time since the last stage for this one."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.wall_s[stage] += wall - self._wall
        self.cpu_s += (cpu - self._cpu) * (not self.apart)
        self._wall, self._cpu = wall, cpu


class TimedRenderer(Renderer):
    """A renderer whose frames or stages are summed."""

    def __init__(self, stages: Stages) -> None:
        super().__init__()
        self._stages = stages

    def draw(self, *arguments: Any, **options: Any) -> DrawResult:
        """Draw one camera, measured."""
        self._on_stage = self._stages.reached if self._stages.apart else None
        self._stages.start()
        result = super().draw(*arguments, **options)
        if not self._stages.apart:
            self._stages.reached("frame")
        return result


def serve(make: Callable[[], Renderer]) -> tuple[grpc.Server, EngineService, str]:
    """Run an engine in this process; return it and its address."""
    service = EngineService(make, "", lambda: None)
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=unlimited)
    engine_pb2_grpc.add_EngineServiceServicer_to_server(service, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, service, f"127.0.0.1:{port}"


def busy_street(walkers: int) -> cl.Scenario:
    """Return the demo's scenario with so many people walking along the road before the camera."""
    street = cl.demo_scenario()
    street.traffic(vehicles=20, pedestrians=60)
    kinds = list(PERSON_KINDS)
    for i in range(walkers):
        spot = street.city.roadside("east_in", FIRST_M + APART_M * i)
        left = np.array([math.cos(spot.heading_rad), math.sin(spot.heading_rad)])
        way = np.array([-left[1], left[0]]) * (WAY_M if i % 3 else -WAY_M)
        start = spot.position[:2] + left * ACROSS_M[i % len(ACROSS_M)]
        street.pedestrian(
            f"walker_{i}",
            kind=kinds[7 * i % len(kinds)],
            waypoints=[tuple(start), tuple(start + way)],
            speed_mps=1.3,
        )
    return street


def in_view(images: CameraImages, classes: tuple[SemanticClass, ...]) -> int:
    """Return how many objects of these classes have a pixel."""
    instance, semantic = images.passes["instance"], images.passes["semantic"]
    of_them = np.isin(semantic, [int(c) for c in classes]) & (instance > 0)
    return len(np.unique(instance[of_them]))


def measure(
    scenario: cl.Scenario, engine: cl.Engine, stages: Stages, frames: int
) -> tuple[float, float, float, float]:
    """Draw `frames` frames after some to warm up.

    Returns:
        Means of the time of a capture, s, of the triangles, and of the vehicles and the people that
        have a pixel.
    """
    simulation = Simulation(scenario, engine)
    try:
        cameras = simulation.cameras()
        for _ in range(3):
            simulation.step()
            engine.capture(cameras)
        stages.reset()
        sums = np.zeros(4)
        for _ in range(frames):
            simulation.step()
            stages.apart = False
            began = time.perf_counter()
            (images,) = engine.capture(cameras)
            capture_s = time.perf_counter() - began
            sums += (
                capture_s,
                images.triangles,
                in_view(images, VEHICLES),
                in_view(images, PEOPLE),
            )
            stages.apart = True
            engine.capture(cameras)
        capture_s, triangles, vehicles, people = (sums / frames).tolist()
        return capture_s, triangles, vehicles, people
    finally:
        stages.apart = False
        simulation.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--walkers", type=int, default=46)
    options = parser.parse_args()
    street = busy_street(options.walkers)
    stages = Stages()
    server, service, address = serve(lambda: TimedRenderer(stages))
    with cl.connect(address) as engine:
        for size in SIZES:
            clear_day = 0.0
            for name, words in LIGHTS.items():
                scenario = resized(street, size)
                scenario.environment(**words)
                capture_s, triangles, vehicles, people = measure(
                    scenario, engine, stages, options.frames
                )
                total = stages.wall_s.pop("frame") / options.frames
                cpu = stages.cpu_s / options.frames
                clear_day = clear_day or cpu
                parts = ", ".join(
                    f"{stage} {1000 * s / options.frames:.1f}" for stage, s in stages.wall_s.items()
                )
                print(
                    f"{size[0]}x{size[1]} {name:>13}: {1 / capture_s:.1f} frames/s, "
                    f"drawn in {1000 * total:.0f} ms ({parts}), "
                    f"CPU {1000 * cpu:.0f} ms, {cpu / clear_day:.2f} x clear day, "
                    f"{triangles / 1000:.0f}k triangles, "
                    f"{vehicles:.0f} vehicles and {people:.0f} people"
                )
    server.stop(grace=None)
    service.close()


if __name__ == "__main__":
    main()
