"""The loop, live: frames come out in lockstep, the user's code looks at them and steers."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation import Labels, ObjectTable
from cityloop.engine import PASSES, CameraImages, Engine
from cityloop.errors import ScenarioError
from cityloop.scenario.cast import Vehicle
from cityloop.scenario.model import VehicleModel
from cityloop.scenario.script import Scenario
from cityloop.simulation.labelling import LABELLED_PASSES, Labeller
from cityloop.simulation.scripted_vehicle import Control
from cityloop.simulation.tick import Moment, Simulation


class CameraFrame:
    """What one camera sees: the passes as arrays, the objects as labels.

    The arrays are yours to keep: each is copied from the engine when it is first asked for, which
    must be before the next frame. docs/conventions.md defines each quantity.

    Attributes:
        images: the engine's pictures without a copy, valid until the next frame is asked for.
    """

    def __init__(self, images: CameraImages, moment: Moment, labeller: Labeller) -> None:
        self.images = images
        self._moment = moment
        self._labeller = labeller
        self._kept: dict[str, NDArray[Any]] = {}
        self._over = False

    def _pass(self, name: str) -> NDArray[Any]:
        if name not in self.images.passes:
            raise ScenarioError(
                f"Camera '{self.images.camera}' was not asked for the pass '{name}': "
                "name it in run(..., passes=...)."
            )
        if name not in self._kept:
            if self._over:
                raise ScenarioError(
                    f"The '{name}' picture of frame {self.images.tick} is gone: ask for it before "
                    "the next frame."
                )
            self._kept[name] = self.images.passes[name].copy()
        return self._kept[name]

    def expire(self) -> None:
        """Take note that the engine may draw over the pictures from now on."""
        self._over = True

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(H, W, 3) uint8, sRGB."""
        return self._pass("rgb")

    @property
    def depth(self) -> NDArray[np.float32]:
        """(H, W) float32, z in the camera frame, m, +inf for sky."""
        return self._pass("depth")

    @property
    def instance(self) -> NDArray[np.uint32]:
        """(H, W) uint32 object id, 0 for background."""
        return self._pass("instance")

    @property
    def semantic(self) -> NDArray[np.uint8]:
        """(H, W) uint8 class id."""
        return self._pass("semantic")

    @property
    def flow_backward(self) -> NDArray[np.float32]:
        """(H, W, 2) float32, (u, v at t-dt) - (u, v at t), pixels."""
        return self._pass("flow_backward")

    @property
    def flow_forward(self) -> NDArray[np.float32]:
        """(H, W, 2) float32, (u, v at t+dt) - (u, v at t), pixels."""
        return self._pass("flow_forward")

    @property
    def normal(self) -> NDArray[np.float32]:
        """(H, W, 3) float32, unit surface normal, camera frame, 0 for sky."""
        return self._pass("normal")

    @property
    def velocity(self) -> NDArray[np.float32]:
        """(H, W, 3) float32, velocity of the surface point, world frame, m/s."""
        return self._pass("velocity")

    @property
    def depth_change_backward(self) -> NDArray[np.float32]:
        """(H, W) float32, (z at t-dt) - (z at t) of the same point, m, 0 for sky."""
        return self._pass("depth_change_backward")

    @property
    def depth_change_forward(self) -> NDArray[np.float32]:
        """(H, W) float32, (z at t+dt) - (z at t) of the same point, m, 0 for sky."""
        return self._pass("depth_change_forward")

    @cached_property
    def labels(self) -> Labels:
        """Labels of all that is in view; needs the passes "instance", "depth" and "semantic"."""
        passes = {name: self._pass(name) for name in LABELLED_PASSES}
        return self._labeller.label(self._moment, replace(self.images, passes=passes))

    @property
    def objects(self) -> ObjectTable:
        """Labels of all objects in view, as `labels` has them."""
        return self.labels.objects


class Frame:
    """One instant of a running scenario.

    The frame of time t is drawn once the state at t+dt is known (its forward flow needs it), so
    what `control` asks for acts from t+dt on: a delay of one tick, as real cameras have.

    Attributes:
        index: number of the frame, from 0.
        time_s: since frame 0.
        actors: everything labelled, in view or not.
        failure: the scenario's fail_when condition if it holds, else "".
        events: what has been told since the frame before; see `cityloop.simulation.events`.
    """

    def __init__(
        self,
        moment: Moment,
        images: Sequence[CameraImages],
        labeller: Labeller,
        vehicles: frozenset[str],
        controls: dict[str, Control],
    ) -> None:
        self.index = moment.frame
        self.time_s = moment.time_s
        self.actors = moment.actors
        self.failure = moment.failure
        self.events = moment.events
        self._cameras = {
            i.camera: CameraFrame(i, moment, labeller) for i in moment.pictures(images)
        }
        self._vehicles = vehicles
        self._controls = controls

    def expire(self) -> None:
        """Take note that the next frame is asked for."""
        for camera in self._cameras.values():
            camera.expire()

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras."""
        return tuple(self._cameras)

    def __getitem__(self, camera: str) -> CameraFrame:
        """Return what a camera sees.

        Raises:
            ScenarioError: if there is no such camera.
        """
        try:
            return self._cameras[camera]
        except KeyError:
            raise ScenarioError(
                f"There is no camera '{camera}': the scenario has {', '.join(self._cameras)}."
            ) from None

    def control(
        self,
        vehicle: Vehicle | str,
        *,
        throttle: float | None = None,
        brake: float | None = None,
        steering: float | None = None,
    ) -> None:
        """Steer a scripted vehicle for the next tick; what is left out the driver does.

        Args:
            vehicle: the vehicle or its name.
            throttle: share of the drive force, -1 (reverse) to 1.
            brake: share of the brake force, 0 to 1; takes the driver's foot off the throttle.
            steering: share of the greatest steering angle, -1 to 1, positive to the left.

        Raises:
            ScenarioError: if there is no such vehicle or a share is out of range.
        """
        if not isinstance(vehicle, str | Vehicle):
            raise ScenarioError(
                f"What is controlled is a vehicle or its name, not {vehicle!r}: write "
                'frame.control("ego", brake=1.0), for example.'
            )
        name = vehicle if isinstance(vehicle, str) else vehicle.name
        if name not in self._vehicles:
            known = ", ".join(sorted(self._vehicles)) or "none"
            raise ScenarioError(f"There is no vehicle '{name}' to control: there is {known}.")
        self._controls[name] = Control(
            throttle=_share(name, "throttle", throttle, -1.0),
            brake=_share(name, "brake", brake, 0.0),
            steering=_share(name, "steering", steering, -1.0),
        )


def _share(name: str, what: str, value: Any, low: float) -> float | None:
    """Return a share from `low` to 1 as a plain number, None for None; ScenarioError otherwise."""
    if value is None:
        return None
    # Numbers of numpy, from a policy's output, are numbers too.
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not low <= value <= 1.0:
        raise ScenarioError(
            f"The {what} of '{name}' cannot be {value}: give a number from {low:g} to 1."
        )
    return float(value)


def run(
    scenario: Scenario, engine: Engine, *, passes: Sequence[str] = PASSES
) -> Generator[Frame, None, None]:
    """Play a scenario and yield its frames in lockstep; the world waits while your code thinks.

    The run ends after the scenario's duration, or after the first frame whose `failure` says that
    the scenario's fail_when condition holds. A process plays one scenario at a time: a `for` loop
    that is left early ends its run, a run that is kept in a variable ends with its `close()`.

    Args:
        scenario: what to play.
        engine: where; see `cityloop.launch`.
        passes: which pictures to draw, fewer are faster; see `cityloop.PASSES`.

    Raises:
        ScenarioError, MapError: if the scenario cannot be played, or another one is being played.
        EngineError: if the engine refuses or dies.
    """
    simulation = Simulation(scenario, engine)
    try:
        model = scenario.model
        vehicles = frozenset(n for n, a in model.actors.items() if isinstance(a, VehicleModel))
        cameras = simulation.cameras()
        labelled = set(LABELLED_PASSES) <= set(passes)
        controls: dict[str, Control] = {}
        simulation.step()
        for _ in range(model.frame_count):
            simulation.step(controls)
            drawn = simulation.settled
            controls = {}
            images = engine.capture(cameras, passes, silhouettes=labelled) if cameras else []
            frame = Frame(drawn, images, simulation.labeller, vehicles, controls)
            yield frame
            frame.expire()
            if drawn.failure:
                return
    finally:
        simulation.close()
