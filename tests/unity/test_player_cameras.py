"""Unity's own camera, in the real player, shows points at the pixels that the formula gives."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity import player
from unity.assemblies import make, player_jobs
from unity.packages import is_ready, toolchain_folder

TOOLCHAIN = toolchain_folder()
# Unity's matrices are of 32-bit floats: at 1280 pixels and 60 m this is their rounding.
WITHIN_PX = 1e-2

pytestmark = pytest.mark.skipif(
    not (is_ready(TOOLCHAIN) and sys.platform == "linux"),
    reason="the packages that hold the player are not there: run 'make test-unity' on Linux",
)


def test_unity_shows_points_where_the_pinhole_formula_says(tmp_path, monkeypatch):
    jobs = player_jobs(TOOLCHAIN, tmp_path)
    assert make(TOOLCHAIN, jobs) == []
    monkeypatch.setattr(player, "ENTRY_CLASS", "Cityloop.Player.CameraCheck")
    player.install(TOOLCHAIN, tmp_path / "player", jobs)
    log = tmp_path / "player.log"
    subprocess.run(
        [tmp_path / "player/3dball.x86_64", "-batchmode", "-nographics", "-logFile", log],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    found = re.search(r"^cityloop: cameras: (\S+)", log.read_text("utf-8", "replace"), re.MULTILINE)
    assert found is not None
    assert float(found.group(1)) < WITHIN_PX
