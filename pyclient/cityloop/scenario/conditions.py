"""Conditions over actors: built by comparing measurements, evaluated by the simulation, plain text.

A condition reads the same in Python and YAML:

    ego.distance_to(child) < 20            distance(ego, child) < 20
    ego.collides_with(child)               collides(ego, child)
    ego.collides()                         collides(ego)
    ego.runs_red_light()                   runs_red_light(ego)
    ego.leaves_road()                      leaves_road(ego)
    ego.drives_wrong_way()                 drives_wrong_way(ego)
    child.falls()                          falls(child)
    (time() > 3) & ~(ego.speed() < 1)      time > 3 and not speed(ego) < 1

What is said of an event holds from the tick of the event on.

Distances are in m, speeds in m/s, times in s.
"""

import ast
import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Real
from typing import Protocol

from cityloop.errors import ScenarioError, shown

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_AST_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


# What an actor does, and the kind of event that says so; see `cityloop.simulation.events`.
VEHICLE_WORDS = {
    "runs_red_light": "red_light",
    "leaves_road": "off_road",
    "drives_wrong_way": "wrong_way",
}
PERSON_WORDS = {"falls": "fallen"}
ANYBODY_WORDS = {"collides": "collision"}
_EVENT_OF = VEHICLE_WORDS | PERSON_WORDS | ANYBODY_WORDS
# What means something in a condition, and so is no name for an actor.
WORDS = frozenset(("time", "distance", "speed", *_EVENT_OF))


class Situation(Protocol):
    """What conditions are evaluated against: the world at one tick."""

    @property
    def time_s(self) -> float:
        """Time since the first frame, s."""

    def distance_m(self, a: str, b: str) -> float:
        """Return the distance of two actors' box centres over the ground, m."""

    def speed_mps(self, a: str) -> float:
        """Return an actor's speed over the ground, m/s."""

    def collided(self, a: str, b: str) -> bool:
        """Return whether two actors have touched so far."""

    def happened(self, kind: str, a: str) -> bool:
        """Return whether an event of a kind has happened to an actor so far.

        The kinds are those of `cityloop.dataset.events.EventKind` and "fallen".
        """


class Condition:
    """Something that is true or false at a tick; combine with `&`, `|` and `~`."""

    def holds(self, situation: Situation) -> bool:
        """Return whether it is true now."""
        raise NotImplementedError

    def actors(self) -> Iterator[str]:
        """Yield the names of the actors that it speaks of."""
        raise NotImplementedError

    def words(self) -> Iterator[tuple[str, str]]:
        """Yield each word that only some actors fit, with the actor that it is said of."""
        yield from ()

    def __and__(self, other: "Condition") -> "Condition":
        return Both(self, _joined(other), "and")

    def __or__(self, other: "Condition") -> "Condition":
        return Both(self, _joined(other), "or")

    def __rand__(self, other: object) -> "Condition":
        return _joined(other)

    def __ror__(self, other: object) -> "Condition":
        return _joined(other)

    def __invert__(self) -> "Condition":
        return Not(self)

    def __bool__(self) -> bool:
        raise ScenarioError(
            f"The condition '{self}' has no value before the scenario runs: "
            "combine conditions with &, | and ~ instead of and, or and not."
        )


def _joined(other: object) -> Condition:
    """Return a condition that is joined to another; ScenarioError if it is none."""
    if not isinstance(other, Condition):
        raise ScenarioError(
            f"A condition cannot be joined to {shown(other)}: put each comparison in brackets of "
            "its own, as in (ego.speed() < 1) & (time() > 3)."
        )
    return other


@dataclass(frozen=True)
class Measurement:
    """A number that the simulation measures: distance (m), speed (m/s) or time (s)."""

    quantity: str
    of: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.quantity}({', '.join(self.of)})" if self.of else self.quantity

    def value(self, situation: Situation) -> float:
        """Return it at this tick, in its unit."""
        if self.quantity == "distance":
            return situation.distance_m(*self.of)
        if self.quantity == "speed":
            return situation.speed_mps(*self.of)
        return situation.time_s

    def limit(self, value: object) -> float:
        """Return what it is compared with as a plain number; ScenarioError if that is none."""
        # Numbers of numpy are numbers too.
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise ScenarioError(
                f"'{self}' cannot be compared with {shown(value)}: give a finite number."
            )
        if value < 0:
            raise ScenarioError(
                f"'{self}' cannot be compared with {value}, because it is never below 0: give a "
                "number of 0 or more."
            )
        return abs(float(value))

    def __lt__(self, limit: float) -> Condition:
        return Comparison(self, "<", self.limit(limit))

    def __le__(self, limit: float) -> Condition:
        return Comparison(self, "<=", self.limit(limit))

    def __gt__(self, limit: float) -> Condition:
        return Comparison(self, ">", self.limit(limit))

    def __ge__(self, limit: float) -> Condition:
        return Comparison(self, ">=", self.limit(limit))


def time() -> Measurement:
    """Return the time since the first frame, s, as something to compare with."""
    return Measurement("time")


@dataclass(frozen=True)
class Comparison(Condition):
    """A measurement against a limit."""

    measurement: Measurement
    operator: str
    limit: float

    def __str__(self) -> str:
        short = f"{self.limit:g}"
        limit = short if float(short) == self.limit else repr(self.limit)
        return f"{self.measurement} {self.operator} {limit}"

    def holds(self, situation: Situation) -> bool:
        """Return whether it is true now."""
        return _COMPARE[self.operator](self.measurement.value(situation), self.limit)

    def actors(self) -> Iterator[str]:
        """Yield the names of the actors that it speaks of."""
        yield from self.measurement.of


@dataclass(frozen=True)
class Collides(Condition):
    """Two actors touch, or have touched."""

    a: str
    b: str

    def __str__(self) -> str:
        return f"collides({self.a}, {self.b})"

    def holds(self, situation: Situation) -> bool:
        """Return whether it is true now."""
        return situation.collided(self.a, self.b)

    def actors(self) -> Iterator[str]:
        """Yield the names of the actors that it speaks of."""
        yield self.a
        yield self.b


@dataclass(frozen=True)
class Happens(Condition):
    """Something happens to one actor, or has happened.

    `word` is a key of VEHICLE_WORDS, PERSON_WORDS or ANYBODY_WORDS.
    """

    word: str
    actor: str

    def __str__(self) -> str:
        return f"{self.word}({self.actor})"

    def holds(self, situation: Situation) -> bool:
        """Return whether it is true now."""
        return situation.happened(_EVENT_OF[self.word], self.actor)

    def actors(self) -> Iterator[str]:
        """Yield the names of the actors that it speaks of."""
        yield self.actor

    def words(self) -> Iterator[tuple[str, str]]:
        """Yield each word that only some actors fit, with the actor that it is said of."""
        if self.word not in ANYBODY_WORDS:
            yield self.word, self.actor


@dataclass(frozen=True)
class Both(Condition):
    """Two conditions joined by "and" or "or"."""

    left: Condition
    right: Condition
    word: str

    def __str__(self) -> str:
        return " ".join((self._side(self.left), self.word, self._side(self.right)))

    def _side(self, condition: Condition) -> str:
        mixed = isinstance(condition, Both) and condition.word != self.word
        return f"({condition})" if mixed else str(condition)

    def holds(self, situation: Situation) -> bool:
        """Return whether it is true now."""
        left, right = self.left.holds(situation), self.right.holds(situation)
        return (left and right) if self.word == "and" else (left or right)

    def actors(self) -> Iterator[str]:
        """Yield the names of the actors that it speaks of."""
        yield from self.left.actors()
        yield from self.right.actors()

    def words(self) -> Iterator[tuple[str, str]]:
        """Yield each word that only some actors fit, with the actor that it is said of."""
        yield from self.left.words()
        yield from self.right.words()


@dataclass(frozen=True)
class Not(Condition):
    """The opposite of a condition."""

    inner: Condition

    def __str__(self) -> str:
        return f"not ({self.inner})" if isinstance(self.inner, Both) else f"not {self.inner}"

    def holds(self, situation: Situation) -> bool:
        """Return whether it is true now."""
        return not self.inner.holds(situation)

    def actors(self) -> Iterator[str]:
        """Yield the names of the actors that it speaks of."""
        yield from self.inner.actors()

    def words(self) -> Iterator[tuple[str, str]]:
        """Yield each word that only some actors fit, with the actor that it is said of."""
        yield from self.inner.words()


_GRAMMAR = (
    "write comparisons such as 'distance(ego, child) < 20', 'speed(ego) >= 5' or 'time > 3', "
    "or events such as 'collides(ego, child)', 'collides(ego)', 'runs_red_light(ego)', "
    "'leaves_road(ego)', 'drives_wrong_way(ego)' or 'falls(child)', joined by 'and', 'or' and 'not'"
)


_LONGEST_TEXT = 1000


def parse_condition(text: str) -> Condition:
    """Return the condition that `text` writes down; the inverse of `str`.

    Raises:
        ScenarioError: if the text is no condition.
    """
    if not isinstance(text, str):
        raise ScenarioError(f"A condition is written as a text, not as {shown(text)}: {_GRAMMAR}.")
    if len(text) > _LONGEST_TEXT:
        raise ScenarioError(
            f"A condition of {len(text)} characters is too long: write at most {_LONGEST_TEXT}."
        )
    try:
        return _condition(ast.parse(text.strip(), mode="eval").body, text)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        raise ScenarioError(f"'{text[:80]}' is not a condition: {_GRAMMAR}.") from None


def _condition(node: ast.expr, text: str) -> Condition:
    match node:
        case ast.BoolOp(op=op, values=[first, *rest]):
            word = "and" if isinstance(op, ast.And) else "or"
            result = _condition(first, text)
            for value in rest:
                result = Both(result, _condition(value, text), word)
            return result
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_condition(operand, text))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _AST_COMPARE:
            measured = _measurement(left, text)
            return Comparison(
                measured, _AST_COMPARE[type(op)], measured.limit(_number(right, text))
            )
        case ast.Call(func=ast.Name(id="collides"), args=args, keywords=[]):
            if len(args) == 1:
                return Happens("collides", *_names(args, 1, text))
            names = _names(args, 2, text)
            return Collides(names[0], names[1])
        case ast.Call(func=ast.Name(id=word), args=args, keywords=[]) if word in _EVENT_OF:
            return Happens(word, *_names(args, 1, text))
    raise ScenarioError(f"'{text}' is not a condition: {_GRAMMAR}.")


def _measurement(node: ast.expr, text: str) -> Measurement:
    match node:
        case ast.Name(id="time"):
            return time()
        case ast.Call(func=ast.Name(id="distance"), args=args, keywords=[]):
            return Measurement("distance", _names(args, 2, text))
        case ast.Call(func=ast.Name(id="speed"), args=args, keywords=[]):
            return Measurement("speed", _names(args, 1, text))
    raise ScenarioError(f"'{text}' measures something unknown: {_GRAMMAR}.")


def _number(node: ast.expr, text: str) -> object:
    """Return what is written on the right of a comparison, number or not."""
    match node:
        case ast.Constant(value=int() | float() as value):  # True is an int as well
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise ScenarioError(f"'{text}' does not compare with a number: {_GRAMMAR}.")


def _names(args: list[ast.expr], count: int, text: str) -> tuple[str, ...]:
    names = tuple(a.id for a in args if isinstance(a, ast.Name))
    if len(names) != count or len(args) != count:
        raise ScenarioError(f"'{text}' does not name {count} actor(s) there: {_GRAMMAR}.")
    if len(set(names)) < count:
        raise ScenarioError(
            f"'{text}' speaks of '{names[0]}' and '{names[0]}': name two different actors."
        )
    return names
