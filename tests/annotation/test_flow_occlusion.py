import numpy as np

from cityloop.annotation.flow_occlusion import HIDDEN, OUT_OF_VIEW, SEEN, flow_occlusion


def occlusion(depth, flow_u=0.0, change=0.0, other=10.0, near=0.1):
    shape = (4, 6)
    flow = np.zeros((*shape, 2), np.float32)
    flow[..., 0] = flow_u
    return flow_occlusion(
        flow,
        np.full(shape, depth, np.float32),
        np.full(shape, change, np.float32),
        np.broadcast_to(np.float32(other), shape),
        near,
    )


def test_a_point_is_seen_where_the_surface_is_as_far() -> None:
    assert (occlusion(10.0) == SEEN).all()
    assert (occlusion(12.0, change=-2.0) == SEEN).all()
    assert (occlusion(10.1) == SEEN).all()  # within 1 % and 2 cm


def test_a_point_behind_a_surface_is_hidden() -> None:
    assert (occlusion(10.2) == HIDDEN).all()
    one = np.full((4, 6), 5.0)
    one[:, 3] = 10.0  # a single column that shows it
    found = occlusion(10.0, flow_u=0.3, other=one)
    assert (found[:, [2, 3]] == SEEN).all()
    assert (found[:, [0, 1, 4]] == HIDDEN).all()


def test_what_leaves_the_image_or_passes_the_camera_is_out_of_view() -> None:
    found = occlusion(10.0, flow_u=2.0)
    assert (found[:, 4:] == OUT_OF_VIEW).all()
    assert (found[:, :4] == SEEN).all()
    assert (occlusion(1.0, change=-1.0) == OUT_OF_VIEW).all()


def test_the_sky_is_hidden_where_something_stands() -> None:
    assert (occlusion(np.inf, other=np.inf) == SEEN).all()
    assert (occlusion(np.inf, other=50.0) == HIDDEN).all()
