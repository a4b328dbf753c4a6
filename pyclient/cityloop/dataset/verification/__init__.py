"""Verification: every quantity of a dataset recomputed from its other outputs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cityloop.dataset.reader import Dataset, Sequence
from cityloop.dataset.verification.activities import ActivityCheck
from cityloop.dataset.verification.amodal import AmodalBoxCheck, MaskCheck
from cityloop.dataset.verification.check import PictureCheck, SequenceCheck
from cityloop.dataset.verification.conditions import ActorConditionCheck, ConditionCheck
from cityloop.dataset.verification.descriptions import DescriptionCheck
from cityloop.dataset.verification.encounters import EgoCheck
from cityloop.dataset.verification.files import FileCheck
from cityloop.dataset.verification.fixed_surfaces import FixedSurfaceCheck
from cityloop.dataset.verification.flow import FlowCheck, FlowConsistencyCheck
from cityloop.dataset.verification.ground import GroundCheck
from cityloop.dataset.verification.heights import HeightCheck
from cityloop.dataset.verification.instants import EnvironmentCheck, InstantCheck
from cityloop.dataset.verification.lint import SceneLint
from cityloop.dataset.verification.masks import BoxCheck, IdentityCheck
from cityloop.dataset.verification.motion import SurfaceMotion
from cityloop.dataset.verification.mounting import MountCheck
from cityloop.dataset.verification.normals import NormalCheck
from cityloop.dataset.verification.paint import PaintCheck
from cityloop.dataset.verification.picture import Picture
from cityloop.dataset.verification.pieces import PieceCheck
from cityloop.dataset.verification.poses import PoseCheck
from cityloop.dataset.verification.report import Finding, Report, Row
from cityloop.dataset.verification.road_marks import RoadMarkCheck
from cityloop.dataset.verification.skins import SkinCheck
from cityloop.dataset.verification.solids import SolidCheck
from cityloop.dataset.verification.standing import StandingCheck
from cityloop.dataset.verification.states import DerivativeCheck, LabelCheck
from cityloop.dataset.verification.vehicles import VehicleCheck
from cityloop.dataset.verification.velocity import SurfaceVelocityCheck
from cityloop.dataset.verification.warping import DepthChangeCheck, WarpCheck
from cityloop.errors import DatasetError

__all__ = ["Finding", "Report", "Row", "frames_to_check", "verify"]

Progress = Callable[[int, int], None]


def verify(path: Path | str, progress: Progress | None = None) -> Report:
    """Recompute every label and pass of a dataset from other outputs and report the errors.

    Args:
        path: folder of a dataset.
        progress: called with (done, in all) after each picture, and after each sequence without
            cameras; see `frames_to_check`.

    Raises:
        DatasetError, MapError: if the dataset is missing, not complete or damaged beyond reading.
    """
    try:
        return _verified(path, progress)
    except OSError as error:
        raise DatasetError(
            f"{error.filename or path} was there and can be read no more ({error.strerror}); leave "
            "the dataset as it is while it is verified"
        ) from error


def _verified(path: Path | str, progress: Progress | None) -> Report:
    dataset = Dataset(path)
    dataset.check_filled()
    sequences = dataset.sequences
    surface_motion = SurfaceMotion()
    lint = SceneLint()
    of_sequence: list[SequenceCheck] = [
        DerivativeCheck(),
        LabelCheck(),
        ActorConditionCheck(),
        ActivityCheck(),
        HeightCheck(),
        InstantCheck(),
        EnvironmentCheck(),
        DescriptionCheck(dataset),
        FileCheck(),
        PaintCheck(),
        lint,
    ]
    of_picture: list[PictureCheck] = [
        FlowCheck(),
        FlowConsistencyCheck(),
        DepthChangeCheck(),
        WarpCheck(),
        SurfaceVelocityCheck(),
        SkinCheck(),
        VehicleCheck(),
        GroundCheck(),
        StandingCheck(),
        FixedSurfaceCheck(),
        BoxCheck(),
        IdentityCheck(),
        MaskCheck(),
        AmodalBoxCheck(),
        PoseCheck(),
        PieceCheck(),
        EgoCheck(),
        ConditionCheck(),
        SolidCheck(),
        NormalCheck(),
        MountCheck(),
        RoadMarkCheck(),
    ]
    pictures = sum(s.frame_count * len(s.cameras) for s in sequences)
    total = sum(frames_to_check(s) for s in sequences)
    done = 0
    for sequence in sequences:
        _check_length(sequence)
        for check in of_sequence:
            # Numbers that are none have a row of their own, and nothing is near or like them.
            with np.errstate(all="ignore"):
                check.look(sequence)
        if not sequence.cameras:
            done += frames_to_check(sequence)
            if progress is not None:
                progress(done, total)
        for frame in sequence.each_frame():
            picture = Picture(frame)
            with np.errstate(all="ignore"):
                groups = surface_motion.groups(picture)
            for look in of_picture:
                with np.errstate(all="ignore"):
                    look.look(picture, groups)
            done += 1
            if progress is not None:
                progress(done, total)
    checks: list[PictureCheck | SequenceCheck] = [*of_picture, *of_sequence]
    rows = tuple(row for check in checks for row in check.rows())
    return Report(str(path), pictures, rows, tuple(lint.findings()))


def frames_to_check(sequence: Sequence) -> int:
    """Return a sequence's share of the work: its pictures, or its frames without cameras."""
    return sequence.frame_count * max(1, len(sequence.cameras))


def _check_length(sequence: Sequence) -> None:
    rows = sequence.frame_count * len(sequence.cameras)
    if sequence.frames.num_rows != rows:
        raise DatasetError(
            f"{sequence.layout.frames} has {sequence.frames.num_rows} rows, not {rows}; record the "
            "sequence again"
        )
    if sequence.actors and not sequence.states.ticks:
        raise DatasetError(f"{sequence.layout.states} has no rows; record the sequence again")
