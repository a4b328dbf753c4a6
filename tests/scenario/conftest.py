from collections.abc import Iterator

import pytest
from command_line import kept_towns


@pytest.fixture(autouse=True)
def _one_town_for_all_scenarios() -> Iterator[None]:
    with kept_towns():
        yield
