"""Tiny scenes for the scene lint: a crossroads with lights, and actors on paths of their own.

The crossroads is that of the smallest grid. Its arms run along the axes; on the eastern one cars
come in at y = 1.625 and leave at y = -1.625, the stop line is at x = 14.35, the crossing at 12.35,
the sidewalk at y = 6.85, 12 cm above the road.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cityloop.annotation import ActorTable
from cityloop.dataset import Dataset, SequenceWriter
from cityloop.dataset.events import Event
from cityloop.dataset.surroundings import Surroundings
from cityloop.dataset.verification.lint import SceneLint
from cityloop.spatial import Pose, rotation
from cityloop.world.markings import build_markings
from cityloop.world.network import RoadNetwork
from cityloop.world.people import PERSON_KINDS
from cityloop.world.scene import (
    BoxCollider,
    Placement,
    Prototype,
    VehicleDynamics,
    Wheel,
)
from cityloop.world.semantics import SemanticClass as C
from cityloop.world.signals import LAMPS, build_signals

DT = 0.05
PAVEMENT_M = 0.12

_WHEELS = tuple(
    Wheel((x, y, 0.3), radius_m=0.3, width_m=0.2, steered=x > 0, driven=False)
    for x in (0.0, 2.6)
    for y in (0.75, -0.75)
)
PROTOTYPES = {
    p.name: p
    for p in (
        Prototype(
            "car",
            (),
            dynamics=VehicleDynamics(1000, (1.3, 0, 0.5), _WHEELS, 1, 1, 0.5, 30),
            dimension=(4.0, 1.8, 1.5),
            box_center=(1.3, 0.0, 0.75),
        ),
        Prototype("adult", (), dimension=(0.3, 0.5, 1.75), box_center=(0, 0, 0.875)),
        # With things in hand the box reaches far beyond the body.
        *(
            Prototype(k.name, (), dimension=k.dimension, box_center=k.box_center)
            for name in ("man_with_phone", "woman_with_umbrella", "woman_with_pram")
            for k in (PERSON_KINDS[name],)
        ),
        Prototype("traffic_light_vehicle", (), dimension=(0.3, 0.3, 1.0), box_center=(0, 0, 3.0)),
        Prototype(
            "traffic_light_pedestrian", (), dimension=(0.3, 0.3, 0.6), box_center=(0, 0, 2.4)
        ),
        Prototype("house", (), colliders=(BoxCollider((0, 0, 4), (5, 5, 4)),)),
    )
}
HOUSE = Placement("house/1", "house", Pose.from_xyz_yaw(30.0, 16.0, PAVEMENT_M, 0.0), C.BUILDING)

Path2 = Callable[[float], tuple[float, ...]]


@dataclass(frozen=True)
class Actor:
    """Somebody on a path: `at(time_s)` is x, y, yaw and, if it is not on the road, z."""

    name: str
    at: Path2
    kind: str = "car"
    activity: str = "driving"
    lamps: int = 0

    @property
    def semantic(self) -> C:
        return C.CAR if self.kind == "car" else C.PERSON


def car(name: str, at: Path2, activity: str = "driving") -> Actor:
    return Actor(name, at, "car", activity)


def person(name: str, at: Path2, activity: str = "walking", kind: str = "adult") -> Actor:
    return Actor(name, at, kind, activity)


def parked(name: str, x: float, y: float, yaw: float = 0.0) -> Actor:
    return Actor(name, lambda _t: (x, y, yaw), "car", "parked")


def standing(x: float, y: float, yaw: float = 0.0, z: float = 0.0) -> Path2:
    return lambda _t: (x, y, yaw, z)


def moving(x: float, y: float, yaw: float, speed: float, z: float = 0.0) -> Path2:
    return lambda t: (x + speed * t * np.cos(yaw), y + speed * t * np.sin(yaw), yaw, z)


def record(
    root: Path,
    net_file: Path,
    actors: Sequence[Actor],
    *,
    seconds: float = 3.0,
    dt_s: float = DT,
    states: Callable[[int], str] | None = None,
    lamps: Mapping[int, int] | None = None,
    events: Sequence[Event] = (),
    scenario: Mapping[str, Any] | None = None,
    spoil: Callable[[int, ActorTable], None] | None = None,
) -> Path:
    """Record a scene without cameras and return the dataset's folder.

    Args:
        states: tick -> state of the crossroads' light; its first phase if left out.
        lamps: number of a head -> lamps that it shows instead of those of the state.
        events: what happened.
        scenario: the resolved scenario.
        spoil: called with every tick and its table, which it may change.
    """
    network = RoadNetwork(net_file)
    masts = build_signals(network)
    ((light, program),) = network.programs.items()
    say = states or (lambda _tick: program[0])
    placements = [*(m.placement for m in masts), HOUSE]
    surroundings = Surroundings.of(net_file, placements, PROTOTYPES, masts)
    count = round(seconds / dt_s)
    with SequenceWriter(
        root,
        "scene",
        {"scenario": dict(scenario or {})},
        [],
        prototypes=PROTOTYPES.values(),
        dt_s=dt_s,
        frame_count=count,
        assets=[{"name": "scene", "licence": "Apache-2.0", "source": "this file"}],
        surroundings=surroundings,
        road_marks=build_markings(network).on(network.ground),
    ) as writer:
        writer.add_events(events)
        for tick in range(-1, count + 1):
            shown = _lamps(masts, say(tick), lamps or {})
            table, wheels = _table(actors, masts, shown, tick * dt_s)
            if spoil is not None:
                spoil(tick, table)
            writer.add_state(tick, tick * dt_s, table, wheels=wheels)
            writer.add_signals(tick, {light: say(tick)})
        writer.finish()
    return root


def _lamps(masts: Sequence[Any], state: str, instead: Mapping[int, int]) -> list[int]:
    return [instead.get(i, LAMPS[state[m.link_index]]) for i, m in enumerate(masts)]


def _table(
    actors: Sequence[Actor], masts: Sequence[Any], shown: Sequence[int], t: float
) -> tuple[ActorTable, dict[int, np.ndarray]]:
    paths = [a.at for a in actors]
    now, before, after = (_poses(paths, t + h) for h in (0.0, -1e-3, 1e-3))
    n, m = len(actors), len(masts)
    kinds = [a.kind for a in actors] + [mast.placement.prototype for mast in masts]
    prototypes = [PROTOTYPES[k] for k in kinds]
    heads = np.array([mast.placement.pose.position for mast in masts]).reshape(m, 3)
    yaw = np.concatenate([now[:, 2], [mast.placement.pose.yaw_rad for mast in masts]])
    velocity = np.zeros((n + m, 3))
    velocity[:n] = (after - before)[:, [0, 1, 3]] / 2e-3
    turn = np.zeros((n + m, 3))
    turn[:n, 2] = (after - before)[:, 2] / 2e-3
    table = ActorTable(
        id=np.arange(1, n + m + 1, dtype=np.uint32),
        name=(*(a.name for a in actors), *(mast.placement.name for mast in masts)),
        kind=tuple(kinds),
        semantic=np.array([*(a.semantic for a in actors), *[C.TRAFFIC_LIGHT] * m], np.uint8),
        position=np.concatenate([now[:, [0, 1, 3]], heads]),
        quaternion=rotation.from_yaw(yaw),
        velocity=velocity,
        acceleration=np.zeros((n + m, 3)),
        angular_velocity=turn,
        dimension=np.array([p.dimension for p in prototypes], dtype=float),
        box_center=np.array([p.box_center for p in prototypes], dtype=float),
        activity=(*(a.activity for a in actors), *["signal"] * m),
        lamps=np.array([*(a.lamps for a in actors), *shown], np.uint32),
        indicating=np.zeros(n + m, np.uint8),
        crossing=np.zeros(n + m, np.bool_),
    )
    wheels = {i + 1: np.zeros((4, 5)) for i, a in enumerate(actors) if a.kind == "car"}
    return table, wheels


def _poses(paths: Sequence[Path2], t: float) -> np.ndarray:
    """Return (N, 4) x, y, yaw, z."""
    said = [at(t) for at in paths]
    return np.array([(*row, 0.0)[:4] for row in said], dtype=float).reshape(-1, 4)


@dataclass(frozen=True)
class Lint:
    """What the lint says of a scene."""

    failed: set[str]
    findings: tuple[Any, ...]
    counts: dict[str, int]


def lint(root: Path) -> Lint:
    check = SceneLint()
    for sequence in Dataset(root).sequences:
        check.look(sequence)
    rows = check.rows()
    return Lint(
        {r.check.removeprefix("lint: ") for r in rows if not r.passed},
        tuple(check.findings()),
        {r.check.removeprefix("lint: "): r.count for r in rows},
    )
