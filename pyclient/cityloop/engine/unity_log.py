"""The log of a Unity player: what went wrong, in one line of it."""

import re

# What the engine itself says when it cannot start: `NotStarted` of EngineHost.cs.
_NOT_STARTED = "cityloop: error: "
# What a line looks like that tells of another failure, the surest first.
_FAILURES = (
    re.compile(r"^(Caught fatal signal|Crash!!!|Fatal error)", re.IGNORECASE),
    re.compile(r"^(\w+\.)*\w*Exception\b"),
    re.compile(r"\b(error|failed|failure|cannot|could not|unable to|fatal)\b", re.IGNORECASE),
)
# The frames of a stack that Unity prints below what was logged as an error, the innermost first.
_LOGGED_AS_ERROR = re.compile(r"^UnityEngine\.(Debug|Logger):Log(Error|Exception)")
_STACK = re.compile(r"^\s*(at |#\d|UnityEngine\.\S+:|0x[0-9a-f]+|\(Filename:|[\w.<>]+:\w+ ?\()")
_LONGEST = 300


def last_error(log: str) -> str:
    """Return the last line of a player's log that tells of an error, "" where there is none.

    The engine's own sentence counts before everything else. A stack below an error is left out, and
    so is what only follows from an error: of all kinds of failure that the log tells of, the surest
    counts.
    """
    lines = [line.rstrip() for line in log.splitlines() if line.strip()]
    own = [line.removeprefix(_NOT_STARTED) for line in lines if line.startswith(_NOT_STARTED)]
    logged = own or _logged_errors(lines)
    if logged:
        return logged[-1][:_LONGEST]
    messages = [line.strip() for line in lines if not _STACK.match(line)]
    for failure in _FAILURES:
        found = [line for line in messages if failure.search(line)]
        if found:
            return found[-1][:_LONGEST]
    return ""


def _logged_errors(lines: list[str]) -> list[str]:
    """Return the messages above the stacks of Debug.LogError."""
    found = []
    for i, line in enumerate(lines):
        if not _LOGGED_AS_ERROR.match(line):
            continue
        above = i - 1
        while above >= 0 and _STACK.match(lines[above]):
            above -= 1
        if above >= 0:
            found.append(lines[above].strip())
    return found
