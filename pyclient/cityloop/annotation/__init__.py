"""From passes and states to labels: which objects a camera sees, where, how far and how fast."""

from cityloop.annotation.actors import ActorTable
from cityloop.annotation.objects import ObjectTable, label_objects

__all__ = ["ActorTable", "ObjectTable", "label_objects"]
