"""Checks of light and air that a client sends."""

import math

from cityloop.embedded import decode
from cityloop.embedded.refusal import invalid
from cityloop.protocol import capture_pb2, scene_pb2


def check_environment(environment: capture_pb2.Environment) -> None:
    """Refuse light and air that no world has; the stage checks the wetness."""
    sun = decode.vector(environment.sun_direction, "The direction to the sun")
    if any(sun):
        decode.unit(sun, "The direction to the sun")
    for color, what in (
        (environment.sun_irradiance, "The irradiance of the sun"),
        (environment.zenith_radiance, "The radiance of the zenith"),
        (environment.horizon_radiance, "The radiance of the horizon"),
    ):
        decode.radiance(color, what)
    for value, what in (
        (environment.exposure, "The exposure"),
        (environment.fog_density_per_m, "The density of the fog"),
        (environment.rain_mm_per_h, "The rain"),
        (environment.snowfall_mm_per_h, "The snowfall"),
    ):
        decode.not_negative(value, what)
    decode.share(environment.cloud_cover, 0.0, 1.0, "The cloud cover")
    decode.share(environment.snow_cover, 0.0, 1.0, "The snow cover")


def check_light(light: scene_pb2.Light, what: str) -> None:
    """Refuse a light that no lamp gives; `what` names it in the refusal."""
    decode.vector(light.position, f"{what}: its position")
    direction = decode.vector(light.direction, f"{what}: its direction")
    decode.unit(direction, f"{what}: its direction")
    decode.radiance(light.intensity, f"{what}: its intensity")
    inner, outer = light.inner_angle_rad, light.outer_angle_rad
    if not 0.0 <= inner < outer <= math.pi:
        raise invalid(
            f"{what} has the angles {inner:g} and {outer:g} rad: the inner must be 0 or more, the "
            "outer above it and at most pi."
        )
    if light.lamp > 32:
        raise invalid(f"{what} has lamp {light.lamp}: lamps are 1 to 32, 0 for always.")
