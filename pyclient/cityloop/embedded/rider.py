"""A rider who keeps a two-wheeler upright and leans it into turns.

Who rides steers into a fall faster than physics steps of a few milliseconds could show, so balance
is not simulated but kept: the roll follows the angle at which weight and centrifugal force point
through the tyres (R. S. Sharp, "The stability and control of motorcycles", 1971, steady turning),
as a critically damped spring would, whatever else acts about the longitudinal axis.
"""

import math

import rapier3d

from cityloop.embedded.gravity import GRAVITY_MPS2

# How fast the lean follows: it is there after about half a second.
_LEAN_RATE_RADPS = 7.0
_GREATEST_LEAN_RAD = math.radians(45.0)
# A rider turns the bars no faster than the body can lean: this change of lateral acceleration is a
# roll rate of 1 rad/s.
_LATERAL_JERK_MPS3 = 10.0


class Rider:
    """Keeps one body balanced; lean and roll rate, positive to the right, are all it remembers.

    Args:
        height_m: of the centre of mass above the ground.
        wheelbase_m: between the axles.
    """

    def __init__(self, height_m: float, wheelbase_m: float) -> None:
        self.roll_rate_radps = 0.0
        self.lean_rad = 0.0
        self._height_m = height_m
        self._wheelbase_m = wheelbase_m

    def steering_rate_radps(self, speed_mps: float) -> float:
        """Return how fast the rider turns the bars."""
        return _LATERAL_JERK_MPS3 * self._wheelbase_m / max(speed_mps * speed_mps, 1.0)

    def straight_share(self, grip: float) -> float:
        """Return the share of the tyres' grip that leaning leaves for braking (friction circle)."""
        return math.sqrt(max(0.0, 1.0 - (math.tan(self.lean_rad) / grip) ** 2))

    def track_rad(self, bars_rad: float) -> float:
        """Return by how much the wheel's track turns: more than the bars of a leaning body."""
        return math.atan(math.tan(bars_rad) * math.cos(self.lean_rad))

    def steady(self, body: rapier3d.RigidBody, speed_mps: float, step_s: float) -> None:
        """Set the roll rate of a body that drives at `speed_mps` for the next `step_s`."""
        q, w = body.rotation, body.angvel
        x, y, z, r = q.i, q.j, q.k, q.w
        # Positive to the right, as the rotation about the forward axis.
        roll = self.lean_rad = math.atan2(2 * (y * z + x * r), 1 - 2 * (x * x + y * y))
        lean = math.atan(speed_mps * w.z / GRAVITY_MPS2)
        wanted = -max(-_GREATEST_LEAN_RAD, min(_GREATEST_LEAN_RAD, lean))
        pull = _LEAN_RATE_RADPS * (wanted - roll) - 2 * self.roll_rate_radps
        gain = _LEAN_RATE_RADPS * pull * step_s
        self.roll_rate_radps += gain
        fx, fy, fz = 1 - 2 * (y * y + z * z), 2 * (x * y + z * r), 2 * (x * z - y * r)
        change = self.roll_rate_radps - (fx * w.x + fy * w.y + fz * w.z)
        body.angvel = rapier3d.Vec3(w.x + fx * change, w.y + fy * change, w.z + fz * change)
        # A body leans about the line on which its wheels roll, not about its centre of mass: the
        # tyres must not be dragged aside.
        aside = gain * self._height_m
        v = body.linvel
        right = (2 * (z * r - x * y), 2 * (x * x + z * z) - 1, -2 * (y * z + x * r))
        body.linvel = rapier3d.Vec3(
            v.x + right[0] * aside, v.y + right[1] * aside, v.z + right[2] * aside
        )
