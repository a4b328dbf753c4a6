"""The world at one tick as conditions see it."""

from dataclasses import dataclass

import numpy as np

from cityloop.annotation.actors import ActorTable
from cityloop.simulation.events import EventWatch
from cityloop.spatial import rotation


@dataclass(frozen=True)
class TableSituation:
    """Answers `cityloop.scenario.conditions.Situation` from an actor table.

    Attributes:
        time_s: since frame 0.
        actors: everybody at this tick.
        watch: what has happened so far.
    """

    time_s: float
    actors: ActorTable
    watch: EventWatch

    def distance_m(self, a: str, b: str) -> float:
        """Return the distance of two actors' box centres over the ground, m."""
        i, j = self.actors.name.index(a), self.actors.name.index(b)
        centers = self.actors.position[[i, j]] + rotation.rotate(
            self.actors.quaternion[[i, j]], self.actors.box_center[[i, j]]
        )
        return float(np.linalg.norm((centers[0] - centers[1])[:2]))

    def speed_mps(self, a: str) -> float:
        """Return an actor's speed over the ground, m/s."""
        return float(np.linalg.norm(self.actors.velocity[self.actors.name.index(a)]))

    def collided(self, a: str, b: str) -> bool:
        """Return whether two actors have touched so far."""
        return frozenset((a, b)) in self.watch.touched

    def happened(self, kind: str, a: str) -> bool:
        """Return whether an event of a kind has happened to an actor so far."""
        if kind == "fallen":
            return self.actors.activity[self.actors.name.index(a)] == "fallen"
        return self.watch.happened(kind, a)
