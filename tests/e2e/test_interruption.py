"""An engine that dies mid-run: a sentence, nothing that reads as whole, and a run that goes on."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from command_line import CITYLOOP, cityloop

from cityloop.engine import connect

SCENARIO = """\
name: long
seed: 2
duration_s: 0.8
map: {grid: {blocks: [2, 2], seed: 3}}
traffic: {vehicles: 4, pedestrians: 4}
actors:
  ego:
    vehicle: sedan
    route: [south_in, north_out]
    start_m: 20
    cameras:
      front: {size: [96, 54]}
"""


def test_an_engine_that_dies_and_a_run_that_goes_on(tmp_path: Path) -> None:
    scenario = tmp_path / "long.yaml"
    scenario.write_text(SCENARIO)
    out = tmp_path / "out"
    sequence = out / "sequences" / "long"
    server = subprocess.Popen(
        [*CITYLOOP, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    address = server.stdout.readline().split()[-1]
    connect(address).close()
    rgb = sequence / "cameras" / "front" / "rgb"

    def kill() -> None:
        deadline = time.monotonic() + 100
        while len(list(rgb.glob("*.png"))) <= 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        server.kill()
        server.communicate()

    with ThreadPoolExecutor() as pool:
        killing = pool.submit(kill)
        run = cityloop("run", scenario, "--out", out, "--connect", address)
        killing.result()
    assert len(list(rgb.glob("*.png"))) > 5
    assert (run.exit_code, type(run.exception)) == (2, SystemExit)
    assert len([line for line in run.stderr.splitlines() if line.startswith("Error: ")]) == 1
    assert not (sequence / "sequence.json").exists()
    # What stands still is written first, the tables when all frames are there.
    assert [path.name for path in out.rglob("*.parquet")] == ["static_geometry.parquet"]

    unfinished = cityloop("verify", out)
    assert unfinished.exit_code == 2
    assert "not complete" in unfinished.stderr

    kept = {p.name: p.stat().st_mtime_ns for p in sorted(rgb.glob("*.png"))[:4]}
    assert cityloop("run", scenario, "--out", out).exit_code == 0
    assert {name: (rgb / name).stat().st_mtime_ns for name in kept} == kept

    whole = tmp_path / "whole"
    assert cityloop("run", scenario, "--out", whole).exit_code == 0
    parts = json.loads((sequence / "sequence.json").read_text())["parts"]
    other = json.loads((whole / "sequences" / "long" / "sequence.json").read_text())["parts"]
    assert parts == other
