"""People whose bodies have gone limp: they lie where physics has them until the end."""

from collections.abc import Sequence

from cityloop.engine import BodyStates
from cityloop.simulation.roster import Roster
from cityloop.spatial import rotation
from cityloop.traffic.state import Outsider


class Fallen:
    """Finds out who falls, and tells the background traffic where they lie."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._names: dict[int, str] = {}  # by id of the body

    def __contains__(self, name: str) -> bool:
        return name in self._names.values()

    @property
    def bodies(self) -> list[int]:
        """Ids of their bodies."""
        return list(self._names)

    def look(self, states: BodyStates) -> list[str]:
        """Return the names of those who have gone limp in the engine's newest tick.

        From then on their activity is "fallen".
        """
        if "ragdoll" not in states.kind:
            return []
        limp = [
            i
            for i, kind in zip(states.ids.tolist(), states.kind, strict=True)
            if kind == "ragdoll" and i not in self._names
        ]
        if not limp:
            return []
        names = {entry.id: name for name, entry in self._roster.entries.items()}
        for body_id in limp:
            self._names[body_id] = names[body_id]
            self._roster.activity[body_id] = "fallen"
        return [names[body_id] for body_id in limp]

    def outsiders(self, states: BodyStates) -> Sequence[Outsider]:
        """Return the fallen as background traffic sees them: people who lie there."""
        found = []
        for body_id, name in self._names.items():
            row = states.row(body_id)
            found.append(
                Outsider(
                    # Without the slash of the background's names, which SUMO does not take.
                    f"fallen.{body_id}",
                    self._roster.entries[name].kind,
                    states.position[row],
                    float(rotation.yaw_of(states.quaternion[row])),
                    states.velocity[row],
                )
            )
        return found
