"""Painted marks of a recording, in the world and in its pictures."""

from pathlib import Path

import numpy as np
import pytest
import shapely
import synthetic

from cityloop.dataset import Dataset
from cityloop.dataset.road_marks import ProjectedMarks, in_image, read_road_marks, write_road_marks
from cityloop.errors import DatasetError
from cityloop.spatial import BODY_FROM_CAMERA_AXES, Intrinsics, Pose
from cityloop.world.markings import Mark
from cityloop.world.semantics import SemanticClass

# Looks along world x from 2 m up: the ground at distance x lies 200 / x below the middle.
POSE = Pose.from_matrix(np.c_[BODY_FROM_CAMERA_AXES, [0.0, 0.0, 2.0]])
K = Intrinsics(200, 100, 100.0, 100.0, 100.0, 50.0)
LINE = np.array([[-5.0, -1, 0], [50.0, -1, 0], [50.0, 1, 0], [-5.0, 1, 0]])


def test_a_picture_has_the_paint_where_its_outlines_are(recorded: Path) -> None:
    frame = Dataset(recorded)[1]
    ((mark, (outline,)),) = frame.road_marks()
    assert (mark.kind, mark.color) == ("stop_line", "white")
    np.testing.assert_array_equal(mark.outline, synthetic.STOP_LINE.outline)
    height, width = frame.read("semantic").shape
    v, u = np.mgrid[:height, :width] + 0.5
    inside = shapely.contains_xy(shapely.Polygon(outline), u, v)
    painted = frame.read("semantic") == SemanticClass.ROAD_MARKING
    assert painted.sum() > 50
    assert not (painted & ~inside).any()
    assert (frame.read("instance")[inside & ~painted] > 0).all()


def test_what_reaches_behind_the_camera_is_cut_at_the_near_plane_and_the_image() -> None:
    seen = ProjectedMarks((Mark(LINE, "solid"), Mark(LINE - [60.0, 0, 0], "solid")), K, POSE, 0.1)
    assert seen.index.tolist() == [0]
    (part,) = in_image(seen.shapes[0], K)
    corners = sorted(np.round(part, 6).tolist())
    # At the image's lower side the ground is 4 m away, and 1 m is 25 px.
    assert corners == [[75, 100], [98, 54], [102, 54], [125, 100]]


def test_a_view_of_no_mark_is_empty() -> None:
    assert not len(ProjectedMarks((), K, POSE, 0.1).shapes)
    assert not len(ProjectedMarks((Mark(LINE - [60.0, 0, 0], "solid"),), K, POSE, 0.1).shapes)


def test_a_recording_without_road_marks_says_so(tmp_path: Path) -> None:
    with synthetic.writer(tmp_path / "d", frame_count=1, road_marks=None) as writer:
        synthetic.record(writer, frame_count=1)
    (sequence,) = Dataset(tmp_path / "d").sequences
    assert not sequence.has_road_marks
    with pytest.raises(DatasetError, match="without its road marks; record it again"):
        _ = sequence.road_marks


@pytest.mark.parametrize(
    "spoilt",
    [Mark(LINE[:2], "solid"), Mark(LINE * np.nan, "solid"), Mark(LINE, "graffiti")],  # type: ignore[arg-type]
)
def test_a_row_that_is_no_mark_is_named(spoilt: Mark, tmp_path: Path) -> None:
    path = tmp_path / "road_marks.parquet"
    write_road_marks(path, [Mark(LINE, "solid"), spoilt])
    with pytest.raises(
        DatasetError, match=r"road_marks\.parquet is damaged \(row 1 is no road mark"
    ):
        read_road_marks(path)
