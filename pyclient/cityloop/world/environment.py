"""Light and air, from what a person says: a time of day and a weather."""

import math
from dataclasses import dataclass

from cityloop.world.scene import Rgb


@dataclass(frozen=True)
class Environment:
    """What `SetEnvironment` carries; `Environment` in capture.proto defines each field."""

    sun_direction: tuple[float, float, float]
    sun_irradiance: Rgb
    zenith_radiance: Rgb
    horizon_radiance: Rgb
    exposure: float = 1.0
    cloud_cover: float = 0.3
    fog_density_per_m: float = 0.0
    wetness: float = 0.0

    @property
    def is_dark(self) -> bool:
        """Whether street lamps and headlamps are on: the sun is less than 4 degrees up."""
        return self.sun_direction[2] < math.sin(math.radians(4.0))
