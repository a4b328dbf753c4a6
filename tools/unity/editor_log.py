"""What the Unity Editor's log tells, line by line: what it is at, and what went wrong first."""

import re

# Cityloop.Editor.Build says what failed in lines that begin so.
OWN = "cityloop-build: "
_BUILT = f"{OWN}built "
# The surest first; a line of a kind further down often only follows from one further up.
_FAILURES = (
    re.compile(r"error CS\d+: "),
    re.compile(r"Shader error in "),
    re.compile(r"No valid Unity Editor license|has not been activated|license.*(expired|inval)"),
    re.compile(r"another Unity instance is running with this project open", re.I),
    re.compile(r"(An error occurred while resolving packages|Project has invalid dependencies)"),
    re.compile(r"executeMethod (class|method) '.*' (in|could not|not)"),
    re.compile(rf"^{OWN}(?!built )"),
    re.compile(r"^(Error building Player|Build Failed|BuildFailedException)", re.I),
    re.compile(r"^(\w+\.)*\w*Exception: "),
    re.compile(r"^(Aborting batchmode|Fatal error|Caught fatal signal)", re.I),
    # An Editor that was not started by Hub complains of tokens and then goes on.
    re.compile(r"^(?!\[Licensing).*\berror\b", re.I),
)
_HINTS = {
    2: "activate a licence in Unity Hub, or give one with -serial.",
    3: "close the project in the Editor first.",
}
_STAGES = (
    (re.compile(r"^\[Licensing"), "checking the licence"),
    (re.compile(r"^\[Package Manager\]"), "resolving packages"),
    (re.compile(r"^(Start importing|Refresh|Application\.AssetDatabase)"), "importing assets"),
    (re.compile(r"(\[ScriptCompilation\]|bee_backend|Csc )"), "compiling scripts"),
    (re.compile(r"^Compiling shader"), "compiling shaders"),
)
_BAR = re.compile(r"^DisplayProgressbar: (.+)$")


class EditorLog:
    """Reads a log as it is written.

    Attributes:
        stage: what the Editor is at, "" until it says.
        built: the player that it says it has built, "" until then.
    """

    def __init__(self) -> None:
        self.stage = ""
        self.built = ""
        self._first: dict[int, str] = {}

    def read(self, line: str) -> None:
        """Take the next line."""
        line = line.strip()
        if line.startswith(_BUILT):
            self.built = line.removeprefix(_BUILT)
            return
        bar = _BAR.match(line)
        stage = bar[1].lower() if bar else next((s for p, s in _STAGES if p.search(line)), "")
        self.stage = stage or self.stage
        for kind, failure in enumerate(_FAILURES):
            if failure.search(line):
                self._first.setdefault(kind, line)
                return

    @property
    def error(self) -> str:
        """The first line that tells of the surest kind of failure, with a way out; "" for none."""
        if not self._first:
            return ""
        kind = min(self._first)
        line = self._first[kind].removeprefix(OWN)
        return f"{line.rstrip('.')}: {_HINTS[kind]}" if kind in _HINTS else line
