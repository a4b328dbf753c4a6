"""Runs the conformance suite against an engine's address."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import cityloop
from cityloop.conformance.listener import Listener
from cityloop.conformance.report import Case, Report
from cityloop.engine import Engine, connect
from cityloop.errors import CityloopError, EngineError

_PACKAGE = Path(cityloop.__file__).resolve().parent
# Where an installed package has the suite, and where the repository has it.
_FOLDERS = (_PACKAGE / "conformance" / "cases", _PACKAGE.parents[1] / "tests" / "conformance")
# Neither the user's settings of pytest nor his plugins have a say.
_ARGUMENTS = ("-c", os.devnull, "-p", "no:terminal", "-p", "no:cacheprovider", "--strict-markers")
# With "CI" or "BUILD_NUMBER" set pytest spends minutes on telling how two long lists differ.
_VARIABLES_OF_PYTEST = ("PYTEST_ADDOPTS", "CI", "BUILD_NUMBER")
_ALIVE_S = 10.0


def _silent(case: Case, total: int) -> None:
    """Tell nobody."""


def run_suite(
    address: str,
    *,
    token: str = "",
    root_certificates: bytes | None = None,
    only: tuple[str, ...] = (),
    on_case: Callable[[Case, int], None] = _silent,
) -> Report:
    """Run the suite against an engine, whose session and scene it replaces.

    Args:
        address: "host:port" of an engine.
        token: the access token that the engine was started with.
        root_certificates: PEM certificates to trust; given, connections are encrypted.
        only: parts of case names; the other cases are left out.
        on_case: called with each case as it ends, and with the number of all.

    Returns:
        The report, with every case that was asked for.

    Raises:
        EngineError: if nobody answers there, or the engine does not want this client.
        CityloopError: if the suite cannot be run here or to its end, or has no such case.
    """
    folder = suite_folder()
    if find_spec("pytest") is None:
        raise CityloopError(
            "The conformance suite runs on pytest, which is not installed: run "
            "pip install 'cityloop[conformance]'."
        )
    import pytest

    join = partial(connect, address, token=token, root_certificates=root_certificates)
    with join() as session:
        engine = session.info
    listener = Listener(only, lambda: _alive(join), on_case)
    roots = (root_certificates or b"").decode(errors="replace")
    with _environment(
        CITYLOOP_ENGINE=address, CITYLOOP_TOKEN=token, CITYLOOP_ROOT_CERTIFICATES=roots
    ):
        code = pytest.main([*_ARGUMENTS, "--rootdir", str(folder), str(folder)], [listener])
    if listener.broken:
        raise CityloopError(f"The conformance suite cannot be loaded: {listener.broken[0]}")
    if not listener.is_complete:
        if code == pytest.ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        raise CityloopError(
            f"The conformance suite broke off after {len(listener.cases)} of {listener.total} "
            f"cases: {listener.fault or f'pytest ended with exit code {int(code)}'}."
        )
    if not listener.cases:
        raise CityloopError(f"No case of the suite has {' or '.join(map(repr, only))} in its name.")
    return Report(address, engine, tuple(listener.cases))


def suite_folder() -> Path:
    """Return where the cases are.

    Raises:
        CityloopError: if this installation has none.
    """
    for folder in _FOLDERS:
        if folder.is_dir():
            return folder
    raise CityloopError(
        f"The conformance suite is missing from {_FOLDERS[0]}: install cityloop anew."
    )


def _alive(join: Callable[..., Engine]) -> bool:
    try:
        join(timeout_s=_ALIVE_S).close()
    except EngineError:
        return False
    return True


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set variables of the environment, and those of pytest so that nobody else's count."""
    before = dict(os.environ)
    os.environ.update(variables, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    for name in _VARIABLES_OF_PYTEST:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
