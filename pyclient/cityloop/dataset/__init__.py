"""Datasets on disk: record, read, verify."""

from cityloop.dataset.frame import Frame
from cityloop.dataset.reader import Dataset, Sequence
from cityloop.dataset.verification import Report, Row, verify
from cityloop.dataset.writer import SequenceWriter, check_free

__all__ = [
    "Dataset",
    "Frame",
    "Report",
    "Row",
    "Sequence",
    "SequenceWriter",
    "check_free",
    "verify",
]
