"""Cases that the player of the checks cannot pass, and why; a licensed Unity 6 has to."""

from cityloop.conformance import Case

_ORDER = (
    "Unity 2017.2 has one physics scene in a process: its memory, and with it the order in which "
    "contacts are solved, depends on what was there before. From Unity 6 on each scene and each "
    "restored state has a physics scene of its own"
)
# Parts of case names.
LIMITS = {
    "driving is the same every time": _ORDER,
    "a thousand ticks of changing kinds are the same every time": _ORDER,
    "a fall is the same every time and after a restore": _ORDER,
}


def limit_of(case: Case) -> str:
    """Return why the player fails a case, "" for no reason known."""
    return next((why for part, why in LIMITS.items() if part in case.name), "")
