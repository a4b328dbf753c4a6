"""Make Google.Protobuf run on the old Mono of the player.

The library carries System.Memory, whose MemoryExtensions measures, by code that this Mono's
compiler cannot translate, how far a string's characters are from the object's first field. The copy
in the player is given the answer instead: 4 bytes, the string's length.
"""

from pathlib import Path

from unity.packages import ToolchainError

# IL of MemoryExtensions' static constructor: call MeasureStringAdjustment, stsfld StringAdjustment,
# ret.
_MEASURE = bytes.fromhex("28ef0a000680e30300042a")
# Three times nop, ldc.i4.4, conv.i, stsfld StringAdjustment, ret.
_KNOWN = bytes.fromhex("0000001ad380e30300042a")


def mend_protobuf(library: Path, copy: Path) -> None:
    """Write a copy of Google.Protobuf_Packed.dll that old Mono can run.

    Raises:
        ToolchainError: if it is not the library that is known here.
    """
    content = library.read_bytes()
    if content.count(_MEASURE) != 1:
        raise ToolchainError(f"{library.name} is not the one that is known to run in the player")
    copy.write_bytes(content.replace(_MEASURE, _KNOWN))
