"""Where vehicles stop for traffic lights: the ends of the lanes that lead to them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cityloop.annotation.actors import Array
from cityloop.world.network import RoadNetwork

_BESIDE_M = 0.3  # beside its lane a bumper's middle still passes the lane's line
_ALONG_COS = 0.5  # who passes it at a flatter angle crosses the road


@dataclass(frozen=True)
class LaneEnd:
    """The stop line of a lane: the traffic light and its links that rule who leaves the lane."""

    lane_id: str
    tls_id: str
    links: tuple[int, ...]


class StopLines:
    """All stop lines of a network. Attribute `lines`: one `LaneEnd` per line."""

    def __init__(self, network: RoadNetwork) -> None:
        links: dict[tuple[str, str], list[int]] = {}
        for head in network.signals:
            if network.lanes[head.from_lane].kind == "driving":
                links.setdefault((head.from_lane, head.tls_id), []).append(head.link_index)
        self.lines = [LaneEnd(lane, tls, tuple(found)) for (lane, tls), found in links.items()]
        lanes = [network.lanes[line.lane_id] for line in self.lines]
        n = len(lanes)
        self._end = np.array([lane.shape[-1, :2] for lane in lanes]).reshape(n, 2)
        last = np.array([lane.shape[-1, :2] - lane.shape[-2, :2] for lane in lanes]).reshape(n, 2)
        self._along = last / np.maximum(np.linalg.norm(last, axis=1, keepdims=True), 1e-9)
        self._reach = np.array([lane.width_m / 2 + _BESIDE_M for lane in lanes])

    def on_ways(self, ways: Array, spacing_m: Array) -> tuple[NDArray[np.intp], ...]:
        """Return (K,) rows of ways and of `lines` that they lead over, and (K,) how far ahead, m.

        Args:
            ways: (n, Q, 2) points, world, m.
            spacing_m: (n,) between the points of each.
        """
        off = ways[:, :, None] - self._end
        s = np.einsum("nqlk,lk->nql", off, self._along)
        aside = np.abs(self._along[:, 0] * off[..., 1] - self._along[:, 1] * off[..., 0])
        steps = s[:, 1:] - s[:, :-1]
        over = (s[:, :-1] < 0) & (s[:, 1:] >= 0) & (aside[:, 1:] < self._reach)
        over &= steps > _ALONG_COS * spacing_m[:, None, None]
        way, point, line = np.nonzero(over)
        share = -s[way, point, line] / steps[way, point, line]
        return way, line, (point + share) * spacing_m[way]

    def shown(self, signals: Mapping[str, str]) -> list[str]:
        """Return what each line shows, "" for traffic lights that are not known.

        Args:
            signals: traffic light id -> state; as many lines have several links, "r" is all red,
                "y" nobody may start, "g" somebody may go.
        """
        states = []
        for line in self.lines:
            light = signals.get(line.tls_id, "")
            links = {light[i].lower() for i in line.links if i < len(light)}
            states.append(
                "" if not links else "r" if links <= {"r"} else "y" if links <= set("ry") else "g"
            )
        return states

    def passed(self, before: Array, now: Array, yaw_rad: float) -> list[int]:
        """Return the rows of `lines` that a front bumper has passed in its lane's direction.

        Args:
            before: (2 or 3,) the middle of the bumper at the tick before, world, m.
            now: (2 or 3,) at this tick.
            yaw_rad: the vehicle's heading.
        """
        heading = np.array([np.cos(yaw_rad), np.sin(yaw_rad)])
        s0, s1 = (((p[:2] - self._end) * self._along).sum(axis=1) for p in (before, now))
        to_end = now[:2] - self._end
        aside = np.abs(self._along[:, 0] * to_end[:, 1] - self._along[:, 1] * to_end[:, 0])
        crossed = (s0 < 0) & (s1 >= 0) & (aside < self._reach)
        crossed &= self._along @ heading > _ALONG_COS
        return [int(i) for i in np.flatnonzero(crossed)]
