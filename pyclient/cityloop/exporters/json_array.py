"""JSON files with long arrays, written entry by entry."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cityloop.exporters.target import write_file, writing

_ENTRIES_AT_ONCE = 500  # about 100 kB with masks


class JsonArray:
    """A JSON array on disk that grows; memory does not, and no file stays open."""

    def __init__(self, path: Path) -> None:
        """Start an empty array in the file `path`, making its folder.

        Raises:
            ExportError: if the disk is full or cannot be written.
        """
        self.path = path
        write_file(path, b"[")
        self._entries = 0
        self._waiting: list[str] = []

    def add(self, entry: Mapping[str, Any]) -> None:
        """Append an object.

        Raises:
            ExportError: if the disk is full or cannot be written.
        """
        text = json.dumps(entry, ensure_ascii=False, allow_nan=False)
        self._waiting.append((",\n" if self._entries else "\n") + text)
        self._entries += 1
        if len(self._waiting) >= _ENTRIES_AT_ONCE:
            self._flush()

    def close(self) -> None:
        """End the array.

        Raises:
            ExportError: if the disk is full or cannot be written.
        """
        self._waiting.append("\n]\n")
        self._flush()

    def _flush(self) -> None:
        with writing(self.path), self.path.open("ab") as file:
            file.write("".join(self._waiting).encode())
        self._waiting.clear()


class JsonDocument:
    """A JSON object with some short values and some long arrays that grow side by side."""

    def __init__(self, path: Path, head: Mapping[str, Any], arrays: tuple[str, ...]) -> None:
        """Start the file `path` with the values `head` and the empty `arrays`.

        Raises:
            ExportError: if the disk is full or cannot be written.
        """
        self._path = path
        self._head = dict(head)
        self._arrays = {name: JsonArray(path.with_suffix(f".{name}.part")) for name in arrays}

    def add(self, array: str, entry: Mapping[str, Any]) -> None:
        """Append an object to one of the arrays.

        Raises:
            ExportError: if the disk is full or cannot be written.
        """
        self._arrays[array].add(entry)

    def close(self) -> None:
        """Put the arrays together.

        Raises:
            ExportError: if the disk is full or cannot be written.
        """
        with writing(self._path), self._path.open("wb") as file:
            head = json.dumps(self._head, ensure_ascii=False, allow_nan=False)
            file.write(head.removesuffix("}").encode())
            for name, array in self._arrays.items():
                array.close()
                file.write(f',\n"{name}": '.encode())
                with array.path.open("rb") as part:
                    while block := part.read(1 << 20):
                        file.write(block)
                array.path.unlink()
            file.write(b"}\n")
