"""Print frames/s of the engine alone and end to end, and the ratio of the two.

    python tools/bench.py [--frames 40]

Both are measured in one run and alternately, because machines are noisy. "Engine alone" is the
lockstep with all passes drawn and received, but neither labelled nor written; "end to end" is
`cityloop.record`: labels, PNG, Zarr, tables and video.
"""

import argparse
import tempfile
import time
from pathlib import Path

import cityloop as cl
from cityloop.scenario.model import CameraModel, VehicleModel
from cityloop.simulation.tick import Simulation

SIZES = ((640, 360), (1280, 720))


def resized(scenario: cl.Scenario, size: tuple[int, int]) -> cl.Scenario:
    varied = scenario.vary()
    actors = dict(varied.model.actors)
    for name, actor in actors.items():
        if isinstance(actor, VehicleModel):
            cameras = {
                camera: CameraModel(**{**model.model_dump(), "size": size})
                for camera, model in actor.cameras.items()
            }
            actors[name] = actor.model_copy(update={"cameras": cameras})
    varied.model = varied.model.model_copy(update={"actors": actors})
    return varied


def engine_alone(scenario: cl.Scenario, engine: cl.Engine) -> tuple[float, dict[str, float]]:
    """Return frames/s and the mean milliseconds of each stage."""
    simulation = Simulation(scenario, engine)
    try:
        cameras = simulation.cameras()
        simulation.step()
        simulation.step()
        engine.capture(cameras)
        stages = {"step": 0.0, "capture": 0.0, "triangles": 0.0}
        start = time.perf_counter()
        for _ in range(scenario.model.frame_count):
            t0 = time.perf_counter()
            simulation.step()
            t1 = time.perf_counter()
            images = engine.capture(cameras)
            stages["step"] += t1 - t0
            stages["capture"] += time.perf_counter() - t1
            stages["triangles"] += images[0].triangles
        elapsed = time.perf_counter() - start
    finally:
        simulation.close()
    frames = scenario.model.frame_count
    return frames / elapsed, {
        "step_ms": 1000 * stages["step"] / frames,
        "capture_ms": 1000 * stages["capture"] / frames,
        "triangles": stages["triangles"] / frames,
    }


def end_to_end(scenario: cl.Scenario, engine: cl.Engine) -> float:
    """Return frames/s of recording, from the first frame to the finished sequence."""
    first = 0.0

    def progress(done: int) -> None:
        nonlocal first
        if done == 0:
            first = time.perf_counter()

    with tempfile.TemporaryDirectory() as out:
        cl.record(scenario, engine, Path(out) / "bench", progress=progress)
        return scenario.model.frame_count / (time.perf_counter() - first)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=40)
    frames = parser.parse_args().frames
    demo = cl.demo_scenario()
    demo = demo.vary(duration_s=frames * demo.model.dt_s)
    with cl.launch() as engine:
        print(f"{engine.info.name} engine on {engine.info.renderer}, {frames} frames, all passes")
        print(f"{'size':>10} {'engine alone':>14} {'end to end':>12} {'ratio':>7}   stages")
        for size in SIZES:
            scenario = resized(demo, size)
            alone, stages = engine_alone(scenario, engine)
            whole = end_to_end(scenario, engine)
            detail = (
                f"step {stages['step_ms']:.1f} ms, capture {stages['capture_ms']:.1f} ms, "
                f"{stages['triangles'] / 1000:.0f}k triangles"
            )
            print(
                f"{size[0]:>5}x{size[1]:<4} {alone:>10.2f} f/s {whole:>8.2f} f/s "
                f"{whole / alone:>7.2f}   {detail}"
            )


if __name__ == "__main__":
    main()
