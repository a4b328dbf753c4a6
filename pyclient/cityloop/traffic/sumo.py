"""The SUMO simulation that runs in this process, one at a time."""

import math
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from xml.sax.saxutils import quoteattr

import libsumo
import sumo
from libsumo.libsumo import TraCIException

from cityloop.errors import MapError, ScenarioError

LATERAL_RESOLUTION_M = 0.4  # width of a sublane
IMPATIENCE_S = 20  # of waiting, until a driver goes although others have to brake
STRIPE_WIDTH_M = 0.5  # between the parallel paths of pedestrians

VehicleType = Mapping[str, str]  # attributes of SUMO's <vType>


class SumoSimulation:
    """libsumo opened on a network; libsumo can hold one simulation a process."""

    _open: ClassVar["SumoSimulation | None"] = None

    def __init__(
        self, net_file: Path, types: Iterable[VehicleType], *, seed: int, step_s: float
    ) -> None:
        """Start SUMO at time 0 with the given vehicle types.

        SUMO counts time in milliseconds, so a step that is no whole number of them (1/30 s) is
        simulated as the nearest that is; traffic then runs up to 1 % faster or slower.

        Raises:
            ScenarioError: if a simulation is open in this process.
            MapError: if SUMO cannot use the network.
        """
        if SumoSimulation._open is not None:
            raise ScenarioError(
                "Another scenario is being played in this process, and SUMO allows one simulation "
                "a process: finish or close() the other run first, or use another process."
            )
        if not net_file.is_file():
            raise MapError(f"{net_file}: there is no such road network file.")
        step_ms = round(step_s * 1000)
        with tempfile.TemporaryDirectory() as folder:
            additional = Path(folder) / "types.add.xml"
            additional.write_text(_types_xml(types))
            options = {
                "--net-file": str(net_file),
                "--additional-files": str(additional),
                "--step-length": f"{step_ms / 1000:g}",
                "--seed": str(seed),
                "--lateral-resolution": str(LATERAL_RESOLUTION_M),
                "--pedestrian.model": "striping",
                "--pedestrian.striping.stripe-width": str(STRIPE_WIDTH_M),
                "--pedestrian.striping.dawdling": "0",
                "--collision.action": "none",
                "--intermodal-collision.action": "none",
                "--time-to-teleport": "-1",
                "--time-to-impatience": str(IMPATIENCE_S),
                "--no-warnings": "true",
                "--no-step-log": "true",
                "--duration-log.disable": "true",
            }
            words = [word for pair in options.items() for word in pair]
            _try_out(words, net_file)
            try:
                libsumo.start(["sumo", *words])
            except TraCIException as error:
                raise MapError(f"{net_file}: SUMO cannot use this road network: {error}") from error
        SumoSimulation._open = self

    def step(self) -> None:
        """Simulate one step.

        Raises:
            MapError: if SUMO gives up.
        """
        try:
            libsumo.simulationStep()
        except TraCIException as error:
            raise MapError(
                f"SUMO cannot go on at {libsumo.simulation.getTime()} s: {error}"
            ) from error

    def close(self) -> None:
        """End the simulation, so that another can be opened; harmless when it has ended."""
        if SumoSimulation._open is self:
            SumoSimulation._open = None
            libsumo.close()


def _try_out(options: Sequence[str], net_file: Path) -> None:
    """Let SUMO load everything in a process of its own: a network that it cannot use crashes it.

    Raises:
        MapError: with SUMO's own reason, if it gives one.
    """
    home = Path(sumo.SUMO_HOME)
    done = subprocess.run(
        [str(home / "bin" / "sumo"), *options, "--end", "0"],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "SUMO_HOME": str(home)},
    )
    if done.returncode != 0:
        errors = [line[6:].strip() for line in done.stderr.splitlines() if line[:6] == "Error:"]
        reason = " ".join(errors[:2]) or "it is damaged or no SUMO network."
        raise MapError(f"{net_file}: SUMO cannot use this road network: {reason}")


def _types_xml(types: Iterable[VehicleType]) -> str:
    lines = ["<additional>"]
    for attributes in types:
        words = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
        lines.append(f"  <vType {words}/>")
    return "\n".join([*lines, "</additional>\n"])


def sumo_angle_to_yaw(angle_deg: float) -> float:
    """Return the yaw in rad (from east, counter-clockwise) of SUMO's (from north, clockwise)."""
    return math.radians(90.0 - angle_deg)


def yaw_to_sumo_angle(yaw_rad: float) -> float:
    """Return SUMO's angle in degrees (from north, clockwise) of a yaw (rad from east)."""
    return 90.0 - math.degrees(yaw_rad)
