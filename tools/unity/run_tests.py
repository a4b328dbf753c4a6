"""Run .NET tests; runs in the toolchain's own environment, which has pythonnet.

    venv/bin/python run_tests.py TOOLCHAIN FOLDER ASSEMBLY

The folder holds nunit.framework.dll (ours, with a runner), the tests and what they need. Writes
[name, "passed" or why not] of each test as JSON.
"""

import json
import sys
from pathlib import Path

from roslyn import start_runtime


def main() -> None:
    toolchain, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    start_runtime(toolchain)
    import clr

    for library in (toolchain / "unity6/Google.Protobuf_Packed.dll", *folder.glob("*.dll")):
        clr.AddReference(str(library))
    from NUnit.Framework import Runner

    lines = Runner.Run(str(folder / f"{sys.argv[3]}.dll"))
    json.dump([str(line).split("\t", 1) for line in lines], sys.stdout)


if __name__ == "__main__":
    main()
