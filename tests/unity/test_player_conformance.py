"""The engine inside the real player passes the conformance suite, as far as it needs no pixels."""

import pytest
from unity.conform import conform_player, unexpected


# Some 190 cases, one after another, beside other tests.
@pytest.mark.timeout(600)
def test_the_player_conforms(player_folder):
    report = conform_player(player_folder)
    assert report.engine.name == "unity"
    assert unexpected(report) == []
    assert report.counts["passed"] > 150
    # Whatever could not run needs a graphics device.
    for case in report.cases:
        assert case.outcome != "could not run" or "pixels" in case.why
