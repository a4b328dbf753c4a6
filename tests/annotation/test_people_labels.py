"""Poses of several people at once against one bone after another."""

import numpy as np

from cityloop.annotation.people import HIDDEN, SEEN, pose_people, see_keypoints
from cityloop.spatial import KEYPOINTS, Figure, Intrinsics, Pose, rotation

K = Intrinsics(64, 48, 50.0, 50.0, 32.0, 24.0)
NO_DEPTH = np.full((48, 64), np.inf, np.float32)
NO_IDS = np.zeros((48, 64), np.uint32)


def figure(rng: np.random.Generator, *names: str) -> Figure:
    count = len(names)
    return Figure(
        names=names,
        parents=np.arange(count) - 1,
        joints=rng.normal(size=(count, 3)),
        keypoint_bones=rng.integers(0, count, len(KEYPOINTS)),
        keypoints=rng.normal(size=(len(KEYPOINTS), 3)),
    )


def test_people_of_different_figures_keep_their_own_bones() -> None:
    rng = np.random.default_rng(11)
    figures = [
        figure(rng, "pelvis", "spine", "head", "eye_l", "eye_r"),
        figure(rng, "root", "pelvis", "head"),
        figure(rng, "pelvis", "spine", "neck", "head", "eye_r", "foot", "eye_l"),
    ]
    turns = [rotation.normalize(rng.normal(size=(len(f.names), 4))) for f in figures]
    shifts = [rng.normal(size=(len(f.names), 3)) for f in figures]
    matrices = [
        np.concatenate([rotation.to_matrix(q), t[:, :, None]], axis=2).astype(np.float32)
        for q, t in zip(turns, shifts, strict=True)
    ]
    position, quaternion = rng.normal(size=(3, 3)), rotation.normalize(rng.normal(size=(3, 4)))
    rows = np.array([2, 5, 7])
    people = pose_people(
        *(rows, rows.astype(np.uint32), figures, matrices, position, quaternion),
        *(NO_IDS, NO_DEPTH, K, Pose()),
    )

    assert len(people) == 3
    for i, (known, q, shift) in enumerate(zip(figures, turns, shifts, strict=True)):
        body = Pose(position[i], quaternion[i])
        for bone in range(len(known.names)):
            joint = rotation.rotate(q[bone], known.joints[bone]) + shift[bone]
            np.testing.assert_allclose(people.bones[i][bone, :3], joint, atol=1e-5)
        for point, bone in enumerate(known.keypoint_bones):
            local = rotation.rotate(q[bone], known.keypoints[point]) + shift[bone]
            np.testing.assert_allclose(
                people.keypoints_world[i, point], body.apply(local), atol=1e-5
            )
        head, pelvis = known.names.index("head"), known.names.index("pelvis")
        for found, bone in ((people.head_world[i], head), (people.body_world[i], pelvis)):
            same = abs(found @ rotation.multiply(quaternion[i], q[bone]))
            np.testing.assert_allclose(same, 1.0, atol=1e-5)
        eyes = [known.names.index(e) for e in ("eye_l", "eye_r") if e in known.names] or [head]
        gaze = sum(rotation.rotate(q[eye], [1.0, 0.0, 0.0]) for eye in eyes)
        expected = body.rotate(gaze / np.linalg.norm(gaze))
        np.testing.assert_allclose(people.gaze_world[i], expected, atol=1e-5)


def test_nobody_is_an_empty_table() -> None:
    nobody = np.zeros((0, 3)), np.zeros((0, 4))
    ids = np.zeros(0, np.uint32)
    people = pose_people(np.zeros(0, np.intp), ids, [], [], *nobody, NO_IDS, NO_DEPTH, K, Pose())
    assert len(people) == 0
    assert people.keypoints_world.shape == (0, 17, 3)
    assert people.head_camera.shape == (0, 4)


def test_flesh_before_a_joint_is_the_persons_own() -> None:
    joints = np.tile([0.0, 0.0, 5.0], (1, len(KEYPOINTS), 1))
    skin = np.full((48, 64), 4.98, np.float32)  # nearer than every joint by less than its flesh

    def seen(depth: np.ndarray, own: bool) -> set[int]:
        _, visibility = see_keypoints(joints, lambda line, column: (line >= 0) & own, depth, K)
        return set(visibility.ravel().tolist())

    assert seen(skin, own=True) == {SEEN}
    assert seen(skin, own=False) == {HIDDEN}
    assert seen(skin - np.float32(0.5), own=True) == {HIDDEN}
    assert seen(NO_DEPTH, own=False) == {SEEN}
