"""Continuous motion from samples: B-spline curves that SUMO's positions are control points of.

SUMO moves its actors from sample to sample: accelerations jump, paths have corners where lanes
meet, lane changes start and stop abruptly. Here an actor's curve is

    p(t) = sum_i c_i B((t - t_i) / (m dt)) / m

with the samples c_i, the cubic cardinal B-spline B (I. J. Schoenberg, "Contributions to the problem
of approximation of equidistant data by analytic functions", 1946) and a stretch of m samples. By
the m-scale relation (M. Unser et al., "Fast B-spline transforms", 1991) the weights sum to one for
every t and straight uniform motion is kept exactly, so the curve is a smoothed copy of the path
without a lag, twice continuously differentiable, with derivatives in closed form. The price is that
p(t) needs 2m - 1 samples ahead: traffic is shown that much later than SUMO computes it.

A curve needs no sample at every tick: SUMO decides every SAMPLE_S, and the ticks in between are
read off the curve, as smooth and as exact as the others.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Rows = NDArray[np.bool_] | NDArray[np.intp]

SAMPLE_S = 0.1  # between samples, or the next shorter time that is a whole number of ticks
HALF_WIDTH_S = 0.6  # half the support of the kernel; its standard deviation is 0.29 of that


def cubic_b_spline(u: Array, derivative: int = 0) -> Array:
    """Return the cubic cardinal B-spline (support [-2, 2], integral 1) or a derivative, at u (...).

    Raises:
        ValueError: if `derivative` is not 0, 1 or 2.
    """
    a = np.abs(u)
    near, far = a < 1, (a >= 1) & (a < 2)
    if derivative == 0:
        return np.where(near, 2 / 3 - a**2 + a**3 / 2, np.where(far, (2 - a) ** 3 / 6, 0.0))
    if derivative == 1:
        return np.sign(u) * np.where(
            near, 1.5 * a**2 - 2 * a, np.where(far, -((2 - a) ** 2) / 2, 0.0)
        )
    if derivative == 2:
        return np.where(near, 3 * a - 2, np.where(far, 2 - a, 0.0))
    raise ValueError(f"the kernel has derivatives 0, 1 and 2, not {derivative}")


class SplineKernel:
    """Weights of the newest `window` samples for the curve at a tick.

    Attributes:
        dt_s: length of a tick.
        sample_ticks: from a sample to the next.
        sample_s: the same in seconds.
        stretch: m above, samples.
        lookahead: 2m - 1, samples from the last tick that the curve is exact for to the newest.
        window: 4m, number of samples that are kept.
    """

    def __init__(self, dt_s: float) -> None:
        """Choose the stretch, at least 2 samples, that comes nearest to HALF_WIDTH_S."""
        self.dt_s = dt_s
        self.sample_ticks = max(1, math.floor(SAMPLE_S / dt_s + 1e-9))
        self.sample_s = self.sample_ticks * dt_s
        self.stretch = max(2, round(HALF_WIDTH_S / 2 / self.sample_s))
        self.lookahead = 2 * self.stretch - 1
        self.window = 4 * self.stretch
        self._age = np.arange(self.window) - self.lookahead

    @property
    def delay_ticks(self) -> int:
        """From a tick that is shown to the first one that its newest sample says nothing of."""
        return (self.lookahead + 1) * self.sample_ticks

    def weights(self, derivative: int, offset_ticks: float = 0.0) -> Array:
        """Return (window,) weights, newest sample first, `lookahead` samples ago + offset.

        The weighted sum of samples in m is the position in m, the velocity in m/s or the
        acceleration in m/s^2 for `derivative` 0, 1 or 2. From -sample_ticks to 0 the curve is
        exact; ahead of that it is a forecast, which takes the samples that are still to come for
        those of straight uniform motion after the newest two.
        """
        scale = self.stretch * (self.stretch * self.sample_s) ** derivative
        offset = offset_ticks / self.sample_ticks
        weights: Array = cubic_b_spline((self._age + offset) / self.stretch, derivative)
        for k in range(1, math.ceil(offset) + 1):
            age = self._age[0] - k + offset
            weight = float(cubic_b_spline(np.array(age / self.stretch), derivative))
            weights[0] += weight * (1 + k)
            weights[1] -= weight * k
        return weights / scale


@dataclass
class Columns:
    """Base of a table of actors whose fields are arrays with a row per actor."""

    def keep(self, rows: Rows) -> None:
        """Keep the rows that `rows` says: (N,) bool, or their numbers in a new order."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[rows])

    def append(self, other: Self) -> None:
        """Add the rows of `other` at the end."""
        for field in fields(self):
            joined = np.concatenate([getattr(self, field.name), getattr(other, field.name)])
            setattr(self, field.name, joined)


class Cast:
    """Who is shown: their names and kinds, the same tuples until somebody comes or goes."""

    def __init__(self, prefix: str) -> None:
        """Names are `prefix` and the number."""
        self._prefix = prefix
        self._numbers: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._known: tuple[tuple[str, ...], tuple[str, ...]] = (), ()

    def of(
        self, numbers: NDArray[np.int64], kinds: Callable[[], Sequence[str]]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names and kinds of N actors given by number; nobody changes their kind."""
        if not np.array_equal(numbers, self._numbers):
            names = tuple(f"{self._prefix}{n}" for n in numbers.tolist())
            self._numbers, self._known = numbers, (names, tuple(kinds()))
        return self._known


class SampleHistory:
    """The newest samples of N actors, C channels each, and their curves at the shown tick.

    A sample is: `keep` for who has gone, one `push` of everybody's, `append` for who comes. The
    first tick that it allows to be shown is shown then; `go_on` shows the next ones.
    """

    def __init__(self, kernel: SplineKernel, channels: int) -> None:
        self.kernel = kernel
        self._samples = np.zeros((kernel.window, 0, channels))
        self._late = 1 - kernel.sample_ticks  # the shown tick from the last that can be shown
        self._head = 0  # where the newest sample is in axis 0; older ones lie before it
        self._weights: dict[tuple[int, float], Array] = {}

    def append(self, samples: Array, rates: Array) -> None:
        """Add K actors who came with `samples` (K, C) and had moved at `rates` (K, C) per s."""
        age = np.empty(self.kernel.window)
        age[self._order()] = np.arange(self.kernel.window)
        past = samples - age[:, None, None] * (rates * self.kernel.sample_s)
        self._samples = np.concatenate([self._samples, past], axis=1)

    def keep(self, rows: Rows) -> None:
        """Keep the actors that `rows` says: (N,) bool, or their numbers in a new order."""
        self._samples = self._samples[:, rows]

    def newest(self, back: int = 0) -> Array:
        """Return (N, C) the samples of `back` before the newest."""
        return self._samples[(self._head - back) % self.kernel.window]

    def push(self, samples: Array) -> None:
        """Add everybody's next sample, (N, C)."""
        self._head = (self._head + 1) % self.kernel.window
        self._samples[self._head] = samples
        self._late = 1 - self.kernel.sample_ticks

    def go_on(self) -> None:
        """Show the next tick, for which no new sample is needed."""
        self._late += 1

    def curve(self, derivative: int = 0, offset_ticks: float = 0.0) -> Array:
        """Return (N, C) the curves or a time derivative at the shown tick + offset."""
        return self.curves([(derivative, offset_ticks)])[0]

    def curves(
        self,
        wanted: Sequence[tuple[int, float]],
        rows: Rows | None = None,
        channels: slice = slice(None),
    ) -> Array:
        """Return (Q, N, C) for Q pairs of derivative and offset in ticks, of all or some actors."""
        keys = [(derivative, self._late + offset) for derivative, offset in wanted]
        for key in keys:
            if key not in self._weights:
                self._weights[key] = self.kernel.weights(*key)
        weights = np.empty((len(wanted), self.kernel.window))
        weights[:, self._order()] = [self._weights[key] for key in keys]
        samples = self._samples[..., channels]
        if rows is not None:
            samples = samples[:, rows]
        return _weighted(weights, np.ascontiguousarray(samples))

    def shown(self) -> Array:
        """Return (N, C) the raw samples nearest to the shown tick, for what is not smoothed."""
        return self.newest(self.kernel.lookahead)

    def _order(self) -> NDArray[np.intp]:
        """Return (window,) where in axis 0 the newest sample is, the one before it, and so on."""
        return (self._head - np.arange(self.kernel.window)) % self.kernel.window


@compiled
def _weighted(weights: Array, samples: Array) -> Array:
    """Return (Q, N, C) sums of samples (W, N, C) with weights (Q, W), from the first to the last.

    Not a product of matrices, which libraries share out among threads: that costs more than the
    product, and the threads' number may show in the last bits.
    """
    window, n, channels = samples.shape
    flat = samples.reshape(window, n * channels)
    sums = np.zeros((len(weights), n * channels))
    for q in range(len(weights)):
        for w in range(window):
            weight = weights[q, w]
            for k in range(n * channels):
                sums[q, k] += weight * flat[w, k]
    return sums.reshape(len(weights), n, channels)
