"""Compiled functions."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np

CALLEE = (
    "from cityloop.spatial.compiled import compiled\n\n\n@compiled\ndef twice(x):\n    return {}\n"
)
CALLER = """
import numpy as np
from {callee} import twice
from cityloop.spatial.compiled import compiled


@compiled
def sums(x):
    total = 0.0
    for n in range(len(x)):
        total += twice(x[n])
    return total
"""


def loaded(path: Path, monkeypatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, path.stem, module)
    spec.loader.exec_module(module)
    return module


def test_kept_machine_code_follows_an_edit_of_what_it_calls(tmp_path, monkeypatch) -> None:
    callee, caller = tmp_path / "callee_of_a_test.py", tmp_path / "caller_of_a_test.py"
    caller.write_text(CALLER.format(callee=callee.stem))
    results = []
    for text in ("2 * x", "2 * x", "20 * x"):
        callee.write_text(CALLEE.format(text))
        loaded(callee, monkeypatch)
        sums = loaded(caller, monkeypatch).sums
        results.append(sums(np.ones(3)))
    assert results == [6.0, 6.0, 60.0]
    assert sum(sums.stats.cache_hits.values()) == 0


def test_machine_code_is_kept(tmp_path, monkeypatch) -> None:
    path = tmp_path / "kept_of_a_test.py"
    path.write_text(CALLEE.format("2 * x"))
    for hits in (0, 1):
        twice = loaded(path, monkeypatch).twice
        assert twice(1.0) == 2.0
        assert sum(twice.stats.cache_hits.values()) == hits
