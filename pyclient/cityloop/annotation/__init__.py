"""From passes and states to labels: which objects a camera sees, where, how far and how fast."""

from cityloop.annotation.actors import ActorTable
from cityloop.annotation.objects import Ego, Kinds, Labels, ObjectTable, Sight, label
from cityloop.annotation.people import PeopleTable
from cityloop.annotation.pieces import Piece, PieceTable

__all__ = [
    "ActorTable",
    "Ego",
    "Kinds",
    "Labels",
    "ObjectTable",
    "PeopleTable",
    "Piece",
    "PieceTable",
    "Sight",
    "label",
]
