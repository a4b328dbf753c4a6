"""A player on a machine without a display."""

import os
import shutil
import sys
from pathlib import Path

import fake_player
import pytest
from fake_player import fake_player as make_player

from cityloop.engine import launch
from cityloop.engine.display import VirtualDisplay
from cityloop.errors import EngineError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux needs a display")
needs_xvfb = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


@pytest.fixture(autouse=True)
def no_display(monkeypatch, tmp_path):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def shadowed(folder, does):
    """Put an "Xvfb" first on the path."""
    server = folder / "Xvfb"
    server.write_text(f"#!/bin/sh\n{does}\n")
    server.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_without_xvfb_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        EngineError, match=r"install Xvfb \(apt-get install xvfb\), set DISPLAY or.* from Python"
    ):
        launch("unity", build=make_player(tmp_path, fake_player.DIES))


def test_a_player_without_pictures_needs_no_display(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}")
    player = make_player(tmp_path, fake_player.DIES)
    with pytest.raises(EngineError, match="no camera"):
        launch("unity", build=player, player_arguments=["-batchmode", "-nographics"])


def test_a_display_that_fails_is_reported_by_its_last_words(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", shadowed(tmp_path, "echo 'no fonts' >&2; exit 1"))
    with pytest.raises(EngineError, match=r"The display \(Xvfb\) ended with exit code 1: no fonts"):
        VirtualDisplay()


def test_a_player_is_shown_on_the_display_and_both_end(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", shadowed(tmp_path, "echo 41; exec sleep 60"))
    player = make_player(tmp_path, fake_player.SERVES)
    with launch("unity", build=player) as engine:
        display = engine._process._display
        assert Path(f"{player}.pid").read_text().split()[1] == ":41"
        assert Path(display.environment["XAUTHORITY"]).stat().st_mode & 0o777 == 0o600
    assert display.stopped
    assert not Path(display.environment["XAUTHORITY"]).exists()


@needs_xvfb
def test_the_real_display_lets_in_those_who_have_its_secret(monkeypatch):
    from ctypes import CDLL, c_char_p, c_void_p
    from ctypes.util import find_library

    library = find_library("X11")
    if library is None:
        pytest.skip("libX11 is not installed")
    x11 = CDLL(library)
    x11.XOpenDisplay.restype, x11.XOpenDisplay.argtypes = c_void_p, [c_char_p]
    display = VirtualDisplay()
    try:
        number = display.environment["DISPLAY"].encode()
        monkeypatch.setenv("XAUTHORITY", "/dev/null")
        assert not x11.XOpenDisplay(number)
        monkeypatch.setenv("XAUTHORITY", display.environment["XAUTHORITY"])
        assert x11.XOpenDisplay(number)
    finally:
        display.stop()
