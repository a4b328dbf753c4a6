from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.errors import ScenarioError
from cityloop.scenario.conditions import (
    Both,
    Collides,
    Comparison,
    Condition,
    Happens,
    Measurement,
    Not,
    parse_condition,
    time,
)


@dataclass
class Fixed:
    time_s: float = 0.0
    distances: dict[tuple[str, str], float] = field(default_factory=dict)
    speeds: dict[str, float] = field(default_factory=dict)
    touches: set[frozenset[str]] = field(default_factory=set)
    events: set[tuple[str, str]] = field(default_factory=set)

    def distance_m(self, a: str, b: str) -> float:
        return self.distances[a, b]

    def speed_mps(self, a: str) -> float:
        return self.speeds[a]

    def collided(self, a: str, b: str) -> bool:
        return frozenset((a, b)) in self.touches

    def happened(self, kind: str, a: str) -> bool:
        return (kind, a) in self.events


name = st.sampled_from(["ego", "child", "van"])
two_names = st.sampled_from([("ego", "child"), ("child", "ego"), ("van", "ego")])
word = st.sampled_from(["collides", "runs_red_light", "leaves_road", "drives_wrong_way", "falls"])
comparison = st.builds(
    Comparison,
    st.one_of(
        st.just(time()),
        st.builds(lambda a: Measurement("speed", (a,)), name),
        st.builds(lambda pair: Measurement("distance", pair), two_names),
    ),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.one_of(st.integers(0, 100).map(float), st.floats(0, 1e9)),
)
condition = st.recursive(
    st.one_of(
        comparison,
        st.builds(lambda pair: Collides(*pair), two_names),
        st.builds(Happens, word, name),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner), st.builds(Both, inner, inner, st.sampled_from(["and", "or"]))
    ),
    max_leaves=6,
)
situation = st.builds(
    Fixed,
    st.floats(0, 100),
    st.fixed_dictionaries(
        {
            (a, b): st.floats(0, 100)
            for a in ("ego", "child", "van")
            for b in ("ego", "child", "van")
        }
    ),
    st.fixed_dictionaries({a: st.floats(0, 100) for a in ("ego", "child", "van")}),
    st.sets(st.sampled_from([frozenset(("ego", "child")), frozenset(("van",))])),
)


def test_distance_condition() -> None:
    near = Measurement("distance", ("ego", "child")) < 20
    assert str(near) == "distance(ego, child) < 20"
    assert near.holds(Fixed(distances={("ego", "child"): 19.9}))
    assert not near.holds(Fixed(distances={("ego", "child"): 20.0}))
    assert list(near.actors()) == ["ego", "child"]


def test_and_or_not() -> None:
    late = (time() > 3) & ~Collides("ego", "child")
    assert str(late) == "time > 3 and not collides(ego, child)"
    assert late.holds(Fixed(time_s=4))
    assert not late.holds(Fixed(time_s=4, touches={frozenset(("child", "ego"))}))
    either = (time() > 3) | Collides("ego", "child")
    assert either.holds(Fixed(time_s=1, touches={frozenset(("child", "ego"))}))
    assert not either.holds(Fixed(time_s=1))


@given(condition, situation)
def test_text_means_the_same(written: Condition, world: Fixed) -> None:
    read = parse_condition(str(written))
    assert read.holds(world) == written.holds(world)
    assert str(parse_condition(str(read))) == str(read)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ego",
        "distance(ego) < 2",
        "distance(ego, child) < x",
        "speed(ego) == 2",
        "1 < time < 2",
        "collides()",
        "runs_red_light(ego, child)",
        "leaves_road",
        "__import__('os').getcwd()",
        "distance(ego, child) <",
        "time > 'a'",
    ],
)
def test_nonsense_is_refused_with_the_grammar(text: str) -> None:
    with pytest.raises(ScenarioError, match="write comparisons such as"):
        parse_condition(text)


def test_python_and_is_refused() -> None:
    with pytest.raises(ScenarioError, match="instead of and"):
        (time() > 3) and (time() < 5)


@pytest.mark.parametrize(
    "text", ["not " * 400 + "time > 1", "time > 1" + " and time > 1" * 400, "time < 1" + "0" * 400]
)
def test_monstrous_conditions_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse_condition(text)


@pytest.mark.parametrize("limit", [float("nan"), float("inf"), "20", None, True])
def test_only_finite_numbers_can_be_compared_with(limit: object) -> None:
    with pytest.raises(ScenarioError, match="give a finite number"):
        _ = Measurement("speed", ("ego",)) < limit  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("collides(ego)", "collision"),
        ("runs_red_light(ego)", "red_light"),
        ("leaves_road(ego)", "off_road"),
        ("drives_wrong_way(ego)", "wrong_way"),
        ("falls(ego)", "fallen"),
    ],
)
def test_events_are_conditions(text: str, kind: str) -> None:
    happens = parse_condition(text)
    assert str(happens) == text
    assert list(happens.actors()) == ["ego"]
    assert happens.holds(Fixed(events={(kind, "ego")}))
    assert not happens.holds(Fixed(events={(kind, "child")}))
    assert not happens.holds(Fixed())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time > True", "'time' cannot be compared with True: give a finite number"),
        ("time > -1", "'time' cannot be compared with -1, because it is never below 0"),
        ("collides(ego, ego)", "name two different actors"),
        ("distance(ego, ego) < 3", "name two different actors"),
    ],
)
def test_what_can_never_mean_anything_is_refused_with_its_cause(text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        parse_condition(text)


def test_numbers_of_numpy_are_numbers() -> None:
    assert str(Measurement("speed", ("ego",)) < np.float32(2.5)) == "speed(ego) < 2.5"
    assert str(time() > np.int64(3)) == "time > 3"
