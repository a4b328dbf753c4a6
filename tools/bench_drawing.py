"""Print what each stage of drawing costs the embedded engine, in each light and weather.

    python tools/bench_drawing.py [--frames 10] [--vehicles 150] [--people 300]

The street is that of `cityloop demo` with more traffic; all passes are drawn. The engine runs in
this process and is waited for after each stage, which by itself takes some of the speed. CPU time
is that of all threads; the last column compares it with a clear day at the same size.
"""

import argparse
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


class Stages:
    """Sums the time between the calls that the renderer makes."""

    def __init__(self) -> None:
        self.wall_s: Counter[str] = Counter()
        self.cpu_s = 0.0
        self._wall, self._cpu = 0.0, 0.0

    def start(self) -> None:
        """Begin to measure."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def reached(self, stage: str) -> None:
        """Count the time since the last stage for this one."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.wall_s[stage] += wall - self._wall
        self.cpu_s += cpu - self._cpu
        self._wall, self._cpu = wall, cpu


class TimedRenderer(Renderer):
    """A renderer whose stages are summed."""

    def __init__(self, stages: Stages) -> None:
        super().__init__(stages.reached)
        self._stages = stages

    def draw(self, *arguments: Any, **options: Any) -> DrawResult:
        """Draw one camera, measured."""
        self._stages.start()
        return super().draw(*arguments, **options)


def serve(make: Callable[[], Renderer]) -> tuple[grpc.Server, EngineService, str]:
    """Run an engine in this process; return it and its address."""
    service = EngineService(make, "", lambda: None)
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=unlimited)
    engine_pb2_grpc.add_EngineServiceServicer_to_server(service, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, service, f"127.0.0.1:{port}"


def in_view(images: CameraImages, classes: tuple[SemanticClass, ...]) -> int:
    """Return how many objects of these classes have a pixel."""
    instance, semantic = images.passes["instance"], images.passes["semantic"]
    of_them = np.isin(semantic, [int(c) for c in classes]) & (instance > 0)
    return len(np.unique(instance[of_them]))


def measure(scenario: cl.Scenario, engine: cl.Engine, stages: Stages, frames: int) -> CameraImages:
    """Draw `frames` frames after some to warm up; return the last one's images."""
    simulation = Simulation(scenario, engine)
    try:
        cameras = simulation.cameras()
        for _ in range(3):
            simulation.step()
            engine.capture(cameras)
        stages.wall_s.clear()
        stages.cpu_s = 0.0
        for _ in range(frames):
            simulation.step()
            (images,) = engine.capture(cameras)
        return images
    finally:
        simulation.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--vehicles", type=int, default=150)
    parser.add_argument("--people", type=int, default=300)
    options = parser.parse_args()
    demo = cl.demo_scenario()
    demo.traffic(vehicles=options.vehicles, pedestrians=options.people)
    stages = Stages()
    server, service, address = serve(lambda: TimedRenderer(stages))
    with cl.connect(address) as engine:
        for size in SIZES:
            clear_day = 0.0
            for name, words in LIGHTS.items():
                scenario = resized(demo, size)
                scenario.environment(**words)
                images = measure(scenario, engine, stages, options.frames)
                total = sum(stages.wall_s.values()) / options.frames
                cpu = stages.cpu_s / options.frames
                clear_day = clear_day or cpu
                parts = ", ".join(
                    f"{stage} {1000 * s / options.frames:.1f}" for stage, s in stages.wall_s.items()
                )
                print(
                    f"{size[0]}x{size[1]} {name:>13}: {1000 * total:.0f} ms ({parts}), "
                    f"CPU {1000 * cpu:.0f} ms, {cpu / clear_day:.2f} x clear day, "
                    f"{images.triangles / 1000:.0f}k triangles, "
                    f"{in_view(images, VEHICLES)} vehicles and {in_view(images, PEOPLE)} people"
                )
    server.stop(grace=None)
    service.close()


if __name__ == "__main__":
    main()
