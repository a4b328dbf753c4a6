"""`cityloop verify`: every label recomputed from other outputs."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from cityloop.cli.progress import console, frames_bar, print_whole
from cityloop.dataset import Dataset, Report
from cityloop.dataset import verify as verify_dataset
from cityloop.dataset.layout import write_whole
from cityloop.dataset.verification import frames_to_check
from cityloop.errors import DatasetError


def audit(path: Path) -> Report:
    """Verify a dataset with a progress bar and print the table of errors."""
    pictures = sum(frames_to_check(s) for s in Dataset(path).sequences)
    with frames_bar("verifying", pictures) as advance:
        report = verify_dataset(path, progress=lambda done, _total: advance(done))
    print_whole(report.to_table())
    return report


def conclude(report: Report) -> NoReturn:
    """Say how many checks failed and end, with exit code 1 if one did."""
    console.print(report.verdict, soft_wrap=True)
    sys.exit(0 if report.passed else 1)


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the table as JSON."
)
def verify(dataset: Path, json_file: Path | None) -> None:
    """Recompute the labels of a DATASET from its other outputs and print the errors.

    Exit code 1 if an error is beyond its tolerance.
    """
    if json_file is not None:
        _check_place(json_file)
    report = audit(dataset)
    if json_file is not None:
        write_whole(json_file, (report.to_json() + "\n").encode())
    conclude(report)


def _check_place(json_file: Path) -> None:
    """Refuse a file that could not be written, before the long work rather than after it."""
    folder = json_file.absolute().parent
    if not folder.is_dir():
        reason = f"there is no folder {folder}"
    elif json_file.is_dir():
        reason = "it is a folder"
    elif not os.access(folder, os.W_OK):
        reason = f"you may not write to {folder}"
    else:
        return
    raise DatasetError(f"cannot write {json_file}: {reason}; name a file in a folder of yours")
