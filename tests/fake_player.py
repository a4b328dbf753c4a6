"""Stands in for a built Unity player: a script with a data folder beside it."""

import sys
from pathlib import Path

_START = f"""\
#!{sys.executable}
import os, signal, socket, subprocess, sys, time
given = dict(zip(sys.argv[1:], sys.argv[2:]))
port, token = given["-cityloop-port"], given["-cityloop-token"]
log = open(given["-logFile"], "w", buffering=1)
log.write("Mono path[0] = '/player_Data/Managed'\\n")
"""

SERVES = """
from cityloop.embedded.server import main
log.write("display=" + os.environ.get("DISPLAY", "") + " pid=" + str(os.getpid()) + "\\n")
with open(__file__ + ".pid", "w") as file:
    file.write(str(os.getpid()) + " " + os.environ.get("DISPLAY", "none"))
sys.exit(main(["--port", port, f"--access-token={token}"]))
"""

DIES = """
log.write("ArgumentException: no camera\\n  at Cityloop.EngineHost.Awake () [0x00000] in <0>:0\\n")
sys.exit(3)
"""

CRASHES = """
log.write("Caught fatal signal - signo:11 code:1 errno:0 addr:(nil)\\nObtained 9 stack frames.\\n")
os.kill(os.getpid(), signal.SIGSEGV)
"""

HANGS = """
with open(__file__ + ".pid", "w") as file:
    file.write(str(os.getpid()))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
log.write("Unable to load the shader\\n")
time.sleep(120)
"""

LISTENS_ONLY = """
with socket.create_server(("127.0.0.1", int(port))):
    log.write("Failed to create the gRPC server\\n")
    time.sleep(120)
"""

SPEAKS_ANOTHER_PROTOCOL = """
from cityloop.embedded import server, service
service.PROTOCOL_MAJOR = 7
sys.exit(server.main(["--port", port, f"--access-token={token}"]))
"""


def fake_player(folder: Path, does: str) -> Path:
    """Return a player that does one of the above."""
    player = folder / "city.x86_64"
    player.write_text(_START + does)
    player.chmod(0o755)
    (folder / "city_Data").mkdir()
    return player
