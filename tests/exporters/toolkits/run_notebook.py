"""Executes a notebook against a dataset of the tests; prints how many cells showed what."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main(path: Path, dataset: Path) -> dict:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    named = 0
    for cell in notebook.cells:
        named += cell.source.count('"../out/demo"')
        cell.source = cell.source.replace('"../out/demo"', repr(str(dataset)))
    assert named == 1
    os.environ.pop("MPLBACKEND", None)  # a notebook shows pictures in itself
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    shown = Counter(kind for o in outputs for kind in o.get("data", ()))
    text = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    errors = [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    return {"shown": shown, "text": text, "errors": errors}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
