"""What an OpenDRIVE map says beside what SUMO's networks hold: paint, objects, signals.

Formulas and terms follow ASAM OpenDRIVE 1.7; chapters are named where they are used. Netconvert
makes the road network; this package reads the same file again for the rest, in the same
coordinates.
"""

from cityloop.world.opendrive.content import default_speed_mps, opendrive_content
from cityloop.world.opendrive.reading import OpenDriveMap, read_opendrive

__all__ = ["OpenDriveMap", "default_speed_mps", "opendrive_content", "read_opendrive"]
