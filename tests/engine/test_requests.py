"""Requests that cannot be meant are refused in a sentence before they leave the client."""

import pytest

from cityloop.engine import BodySpec, Commands, DriveCommand
from cityloop.engine.encode import advance, bodies
from cityloop.errors import RequestError


@pytest.mark.parametrize("body", [-1, 2**40, 1.5, "7", True])
def test_ids_are_whole_numbers_that_fit(body: int) -> None:
    with pytest.raises(RequestError, match=f"A body cannot have the id {body!r}: give"):
        bodies([BodySpec(body, "car")])
    with pytest.raises(RequestError, match="A body cannot have the id"):
        advance(0.05, 1, Commands(drive=[DriveCommand(body)]))


def test_kinds_are_those_of_the_protocol() -> None:
    with pytest.raises(RequestError, match="no kind 'bogus' for body 9: kinds are static, kine"):
        bodies([BodySpec(9, "car", "bogus")])  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="no kind 'nonsense' for body 2: kinds are"):
        advance(0.05, 1, Commands(kinds={2: "nonsense"}))  # type: ignore[dict-item]
