"""`cityloop verify`: every label recomputed from other outputs."""

import sys
from pathlib import Path

import click

from cityloop.cli.progress import console, frames_bar
from cityloop.dataset import Dataset, Report
from cityloop.dataset import verify as verify_dataset


def audit(path: Path) -> Report:
    """Verify a dataset with a progress bar and print the table of errors."""
    pictures = sum(s.frame_count * len(s.cameras) for s in Dataset(path))
    with frames_bar("verifying", pictures) as advance:
        report = verify_dataset(path, progress=lambda done, _total: advance(done))
    console.print(report.to_table())
    return report


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path), help="Write the table as JSON."
)
def verify(dataset: Path, json_file: Path | None) -> None:
    """Recompute the labels of a DATASET from its other outputs and print the errors.

    Exit code 1 if an error is beyond its tolerance.
    """
    report = audit(dataset)
    if json_file is not None:
        json_file.write_text(report.to_json())
    sys.exit(0 if report.passed else 1)
