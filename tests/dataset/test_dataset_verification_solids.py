"""How far depth may lie off a face that is seen edge-on, and not off one seen from the front."""

from types import SimpleNamespace

import numpy as np
import pytest

from cityloop.dataset.verification.solids import _slant
from cityloop.spatial import Intrinsics


def test_only_faces_seen_edge_on_may_lie_off_and_by_a_thousandth_at_most():
    normals = np.array([[0.0, 0.0, -1.0], [-1.0, 0.0, 0.0], [-0.8, 0.0, -0.6]])
    picture = SimpleNamespace(
        sequence=SimpleNamespace(passes=("normal",)),
        surface=np.tile([0.0, 0.0, 256.0], (3, 1)),
        flat={"normal": normals}.__getitem__,
        frame=SimpleNamespace(
            camera=SimpleNamespace(intrinsics=Intrinsics(640, 360, 320.0, 320.0, 320.0, 180.0))
        ),
    )
    # A corner moves by 256 m / 320 / 256; a face seen at a right angle by as much.
    front, edge, aslant = _slant(picture, np.arange(3))
    assert front == pytest.approx(1 / 320)
    assert edge == pytest.approx(0.256)
    assert aslant == pytest.approx(1 / 320 / 0.6)
    picture.sequence.passes = ()
    assert not _slant(picture, np.arange(3)).any()
