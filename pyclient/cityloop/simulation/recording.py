"""Recording: a scenario becomes a sequence of a dataset, with its video."""

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cityloop import __version__
from cityloop.dataset import SequenceWriter, check_free
from cityloop.dataset.static_geometry import static_geometry
from cityloop.dataset.surroundings import Surroundings
from cityloop.engine import CameraImages, Engine
from cityloop.scenario.script import Scenario
from cityloop.simulation.tick import Moment, Simulation
from cityloop.world.people import PERSON_KINDS
from cityloop.world.provenance import check_licences, scene_assets
from cityloop.world.vehicles import VEHICLE_KINDS

# Frames in flight: one that the engine draws and one that is labelled and encoded.
_SLOTS = 2


@dataclass(frozen=True)
class Recording:
    """What came of it.

    Attributes:
        folder: of the sequence.
        frames: number of frames.
        failure: the fail_when condition that ended the run early, else "".
    """

    folder: Path
    frames: int
    failure: str


def record(
    scenario: Scenario,
    engine: Engine,
    out: str | Path,
    *,
    overwrite: bool = False,
    licences: Collection[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Recording:
    """Play a scenario and write it as a sequence of the dataset `out`.

    The engine draws a frame while the one before is labelled and encoded. A recording that was cut
    short goes on where it stopped when the same is recorded again. Of a scenario without cameras
    the states and events are recorded, without skinning matrices; it is simulated anew if it was
    cut short.

    Args:
        scenario: what to play.
        engine: where; see `cityloop.launch`.
        out: folder of the dataset.
        overwrite: replace a sequence of the scenario's name.
        licences: refuse assets of others than these (SPDX identifiers, as "CC0" or "Apache-2.0");
            empty for any.
        progress: called with the number of frames done.

    Raises:
        ScenarioError, MapError: if the scenario cannot be played.
        LicenceError: if an asset has a licence that is not allowed.
        EngineError: if the engine refuses or dies.
        DatasetError: if the sequence is there already or the disk cannot be written.
    """
    if isinstance(scenario, Scenario):
        check_free(out, scenario.model.name, overwrite=overwrite)
    simulation = Simulation(scenario, engine)
    try:
        assets = _assets(simulation)
        if licences:
            check_licences(assets, licences)
        with _writer(simulation, engine, Path(out), overwrite, assets) as writer:
            report = progress or (lambda _done: None)
            if scenario.model.cameras():
                return _record(simulation, engine, writer, report)
            return _record_states(simulation, writer, report)
    finally:
        simulation.close()


def _record(
    simulation: Simulation,
    engine: Engine,
    writer: SequenceWriter,
    progress: Callable[[int], None],
) -> Recording:
    cameras = simulation.cameras()
    environment = simulation.stage.environment
    frame_count = simulation.scenario.model.frame_count

    def keep(drawing: "Future[list[CameraImages]]", moment: Moment) -> None:
        images = moment.pictures(drawing.result())
        labels = [simulation.labeller.label(moment, picture) for picture in images]
        writer.add_frame(images, labels, environment)
        progress(moment.frame + 1)

    simulation.step()
    _add_state(writer, simulation.settled)
    under_way: tuple[Future[list[CameraImages]], Moment] | None = None
    progress(writer.frames_done)
    for _ in range(frame_count):
        simulation.step()
        moment = simulation.settled
        _add_state(writer, moment)
        drawing = None
        if moment.frame >= writer.frames_done:
            drawing = engine.capture_async(cameras, slot=moment.frame % _SLOTS, silhouettes=True)
        if under_way is not None:
            keep(*under_way)
        under_way = (drawing, moment) if drawing is not None else None
        if moment.failure:
            break
    if under_way is not None:
        keep(*under_way)
    _add_state(writer, simulation.moment)
    return Recording(writer.finish(), moment.frame + 1, moment.failure)


def _record_states(
    simulation: Simulation, writer: SequenceWriter, progress: Callable[[int], None]
) -> Recording:
    simulation.step()
    _add_state(writer, simulation.settled, bones=False)
    for _ in range(simulation.scenario.model.frame_count):
        simulation.step()
        moment = simulation.settled
        _add_state(writer, moment, bones=False)
        progress(moment.frame + 1)
        if moment.failure:
            break
    _add_state(writer, simulation.moment, bones=False)
    return Recording(writer.finish(), moment.frame + 1, moment.failure)


def _add_state(writer: SequenceWriter, moment: Moment, *, bones: bool = True) -> None:
    """Write everything that is true at a tick."""
    labelled = frozenset(moment.actors.id.tolist())
    wheels = {i: w for i, w in moment.state.bodies.wheels.items() if i in labelled}
    skins = moment.bones if bones else {}
    writer.add_state(moment.frame, moment.time_s, moment.actors, wheels=wheels, bones=skins)
    writer.add_signals(moment.frame, moment.signals)
    writer.add_events(moment.events)


def _assets(simulation: Simulation) -> list[dict[str, Any]]:
    """Return the records of all that the engine was handed."""
    return [*scene_assets(simulation.stage.scene), *simulation.scenario.city.assets()]


def _writer(
    simulation: Simulation,
    engine: Engine,
    out: Path,
    overwrite: bool,
    assets: list[dict[str, Any]],
) -> SequenceWriter:
    model = simulation.scenario.model
    stage = simulation.stage
    fixed = {e.kind for e in simulation.roster.entries.values() if e.rest is not None}
    kinds = sorted(fixed | set(VEHICLE_KINDS) | set(PERSON_KINDS))
    info = engine.info
    cameras = simulation.cameras()
    description: dict[str, Any] = {
        "scenario": model.model_dump(mode="json"),
        "seed": model.seed,
        "map": simulation.scenario.city.describe(),
        "engine": {
            "name": info.name,
            "version": info.version,
            "protocol": "{}.{}".format(*info.protocol),
            "renderer": info.renderer,
        },
        "cityloop": __version__,
    }
    return SequenceWriter(
        out,
        model.name,
        description,
        cameras,
        prototypes=[stage.prototypes[kind] for kind in kinds],
        dt_s=model.dt_s,
        frame_count=model.frame_count,
        hosts={name: actor for actor, name, _ in model.cameras()},
        assets=assets,
        surroundings=Surroundings.of(
            simulation.scenario.city.network.net_file,
            stage.placements,
            stage.prototypes,
            simulation.scenario.city.masts,
            simulation.scenario.city.map_houses,
        ),
        road_marks=simulation.scenario.city.road_marks,
        static_geometry=static_geometry(stage.scene, stage.placements) if cameras else None,
        overwrite=overwrite,
    )
