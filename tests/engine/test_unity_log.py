"""The one line of a player's log that says what went wrong."""

import pytest

from cityloop.engine.unity_log import last_error

LOGS = {
    "": "Mono path[0] = 'Managed'\nInitialize engine version: 6000.0.30f1\n",
    "Port 50051 is busy.": (
        "cityloop: error: Port 50051 is busy.\nUnable to join player connection multicast group\n"
        "A prefab of the user's has no mesh.\nUnityEngine.Debug:LogError(Object)\n"
    ),
    "InvalidOperationException: no scene": (
        "Loading failed once\nInvalidOperationException: no scene\n"
        "  at Cityloop.Server.EngineHost.Update () [0x00012] in <abc>:0 \n"
        "Setting up 2 worker threads\n"
    ),
    "The port is taken.": (
        "The port is taken.\nUnityEngine.DebugLogHandler:Internal_Log(LogType, String, Object)\n"
        "UnityEngine.Logger:Log(LogType, Object)\nUnityEngine.Debug:LogError(Object)\n"
        "Cityloop.EngineHost:Awake()\n\n(Filename: x.cs Line: 3)\nshutting down\n"
    ),
    "Caught fatal signal - signo:11 code:1": (
        "NullReferenceException: x\nCaught fatal signal - signo:11 code:1\n#0  0x0 in (null)\n"
    ),
    "Failed to create a D3D device": "Failed to create a D3D device\nGfxDevice: none\n",
}


@pytest.mark.parametrize("expected", LOGS)
def test_the_last_error(expected):
    assert last_error(LOGS[expected]) == expected


def test_a_long_line_is_cut():
    assert len(last_error("error " * 1000)) == 300
