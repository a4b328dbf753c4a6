"""The real player's start and end: its refusals reach the client, and it outlives nobody."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest
from unity.player import Player

from cityloop.engine import launch
from cityloop.errors import EngineError

PATIENCE_S = 60.0
BLIND = ("-batchmode", "-nographics")


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the client."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_a_player_ends_in_order_when_who_started_it_is_gone(player_folder, stranger):
    with closing(Player(player_folder, parent=stranger.pid)) as player:
        assert player.ended(within_s=0.5) is None
        stranger.kill()
        stranger.wait()
        assert player.ended(within_s=PATIENCE_S) == 0


def test_launch_says_what_a_player_said_when_it_did_not_start(player_folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments, says in (
            (["-cityloop-host", "0.0.0.0"], "The host 0.0.0.0 can be reached from other machines"),
            (["-cityloop-port", str(port)], f"The engine cannot listen on port {port}: "),
            (["-cityloop-speed", "9"], "The argument -cityloop-speed is unknown: there are "),
        ):
            # Exit code 2 from Unity 6 on; this one knows only 0.
            with pytest.raises(EngineError) as refused:
                launch("unity", build=player_folder, player_arguments=[*BLIND, *arguments])
            assert f"ended with exit code 0: {says}" in str(refused.value)
