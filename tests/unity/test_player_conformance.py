"""The engine inside the real player passes the conformance suite, as far as it needs no pixels."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from unity.conform import conform_player, unexpected
from unity.packages import is_ready, toolchain_folder

TOOLCHAIN = toolchain_folder()

pytestmark = [
    pytest.mark.skipif(
        not is_ready(TOOLCHAIN),
        reason="the packages that hold the player are not there: run 'make test-unity'",
    ),
    # Some 160 cases, one after another, beside other tests.
    pytest.mark.timeout(900),
]


def test_the_player_conforms(tmp_path):
    report = conform_player(TOOLCHAIN, tmp_path)
    assert report.engine.name == "unity"
    assert unexpected(report) == []
    assert report.counts["passed"] > 150
    # Whatever could not run needs a graphics device.
    for case in report.cases:
        assert case.outcome != "could not run" or "pixels" in case.why
