"""Where traffic lights make vehicles and people wait, and since when they are red there."""

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.signals import SignalLog
from cityloop.world.network import RoadNetwork

Array = NDArray[np.float64]

RED = "ru"
_BESIDE_M = 0.3  # beside its lane a bumper's middle still passes the lane's line
_NEVER = -(1 << 40)  # a tick before all

# (ticks of change, since when all is red then, or _NEVER)
_Spells = tuple[NDArray[np.int64], NDArray[np.int64]]
# (light, lane id) -> the light's links that rule who leaves the lane -> the lane they lead to
_Ways = dict[tuple[str, str], dict[int, str]]


class StopLines:
    """L lines where a light makes one wait, and since when its links are red.

    Attributes:
        end: (L, 2) where one waits, m.
        along: (L, 2) unit vectors of the way that is ruled.
        reach: (L,) how far to either side of `end` the line is, m.
    """

    def __init__(
        self, network: RoadNetwork, log: SignalLog, ways: _Ways, *, both_ends: bool
    ) -> None:
        """Take the ends of lanes.

        Args:
            network: the roads.
            log: the lights' states.
            ways: (light, lane id) -> link -> the lane that it leads to.
            both_ends: the lane's start counts as well, seen against its direction.
        """
        self._names: list[str] = []
        self._red: list[_Spells] = []
        self._towards: list[dict[str, _Spells]] = []
        ends, lasts, reaches = [], [], []
        for (light, name), links in sorted(ways.items()):
            if not log.changes(light):
                continue
            red = _since(log, light, set(links))
            towards: dict[str, set[int]] = {}
            for link, lane_id in links.items():
                towards.setdefault(network.lanes[lane_id].edge_id, set()).add(link)
            spells = {edge: _since(log, light, some) for edge, some in towards.items()}
            lane = network.lanes[name]
            shape = lane.shape[:, :2]
            for line in (shape, shape[::-1]) if both_ends else (shape,):
                ends.append(line[-1])
                lasts.append(line[-1] - line[-2])
                reaches.append(lane.width_m / 2 + _BESIDE_M)
                self._names.append(name)
                self._red.append(red)
                self._towards.append(spells)
        self.end = np.array(ends).reshape(-1, 2)
        last = np.array(lasts).reshape(-1, 2)
        self.along = last / np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-9)
        self.reach = np.array(reaches)

    @staticmethod
    def of_roads(network: RoadNetwork, log: SignalLog) -> "StopLines":
        """Return the ends of all lanes for cars that a light rules."""
        ways: _Ways = {}
        for head in network.signals:
            lane = network.lanes.get(head.from_lane)
            if lane is not None and lane.kind == "driving":
                ways.setdefault((head.tls_id, lane.id), {})[head.link_index] = head.to_lane
        return StopLines(network, log, ways, both_ends=False)

    @staticmethod
    def of_crossings(network: RoadNetwork, log: SignalLog) -> "StopLines":
        """Return both ends of all crossings that a light rules."""
        ways: _Ways = {}
        for head in network.signals:
            lane = network.lanes.get(head.to_lane)
            if lane is not None and lane.kind == "crossing":
                ways.setdefault((head.tls_id, lane.id), {})[head.link_index] = lane.id
        return StopLines(network, log, ways, both_ends=True)

    def __len__(self) -> int:
        return len(self._names)

    def name(self, line: int) -> str:
        """Return the lane's id."""
        return self._names[line]

    def red_ticks(self, line: int, tick: int) -> int:
        """Return for how many ticks all links of a line have been red, -1 if they are not."""
        return _red_ticks(self._red[line], tick)

    def red_ticks_towards(self, line: int, tick: int) -> dict[str, int]:
        """Return, by the edge that they lead to, the same of the links to each edge."""
        return {edge: _red_ticks(red, tick) for edge, red in self._towards[line].items()}

    def longest_green(self, line: int, first: int, last: int) -> int:
        """Return the most ticks without a break in which a line was not red, within two ticks."""
        ticks, since = self._red[line]
        edges = np.concatenate([ticks, [last + 1]])
        longest = run = 0
        for start, end, red in zip(edges[:-1], edges[1:], since != _NEVER, strict=True):
            inside = max(0, min(int(end), last + 1) - max(int(start), first))
            run = 0 if red else run + inside
            longest = max(longest, run)
        return longest


def _red_ticks(spells: _Spells, tick: int) -> int:
    ticks, since = spells
    i = int(np.searchsorted(ticks, tick, side="right")) - 1
    return -1 if i < 0 or since[i] == _NEVER else tick - int(since[i])


def _since(log: SignalLog, light: str, links: set[int]) -> _Spells:
    """Return ticks of change, and since when all links are red then, or _NEVER."""
    ticks, since = [], []
    before = _NEVER
    for tick, state in log.changes(light):
        red = all(state[i : i + 1] in RED and i < len(state) for i in links)
        before = (tick if before == _NEVER else before) if red else _NEVER
        ticks.append(tick)
        since.append(before)
    return np.array(ticks, dtype=np.int64), np.array(since, dtype=np.int64)
