"""The shaders compile as HLSL, and what they compute is judged by the embedded engine's tests."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hlsl
import moderngl
import numpy as np
import pytest

sys.path.append(str(hlsl.DRAWING_TESTS))

import test_renderer_edge_on as edge_on
import test_renderer_geometry as geometry
import test_renderer_materials as materials
from label_renderer import Convention, LabelRenderer
from small_scene import (
    DT_S,
    SmallScene,
    Thing,
    camera_pose,
    facing_quad,
    flow_of,
    rigid,
    view,
    world_points,
)

from cityloop.spatial import Intrinsics

needs_compiler = pytest.mark.skipif(
    bool(hlsl.missing_tools("glslangValidator")), reason=hlsl.missing_tools("glslangValidator")
)
TOOLS = hlsl.missing_tools("glslangValidator", "spirv-cross")
PROGRAMS = [p for shader in sorted(hlsl.SHADERS.glob("*.shader")) for p in hlsl.programs(shader)]
CONVENTIONS = {
    "opengl": Convention(upper_row_first=False, reversed_depth=False),
    "vulkan": Convention(upper_row_first=True, reversed_depth=True),
}


@needs_compiler
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: f"{p.shader}-{p.pass_name}-{p.stage}")
def test_the_program_compiles(program, tmp_path):
    source = hlsl.SHADERS / program.include
    spirv = tmp_path / "program.spv"
    assert not hlsl.compile_hlsl(source, program.stage, program.entry, program.defines, spirv)
    assert spirv.stat().st_size > 0


def test_every_shader_file_is_compiled():
    included = {p.include for p in PROGRAMS}
    text = "".join((hlsl.SHADERS / name).read_text("utf-8") for name in included)
    for path in hlsl.SHADERS.glob("*.hlsl"):
        assert path.name in included or f'#include "{path.name}"' in text


@pytest.fixture(scope="module", params=CONVENTIONS)
def draw_with(request, tmp_path_factory):
    """Yield a function that runs a test of drawing with the label shaders.

    It does so on a thread of its own: an OpenGL context is one thread's, and another test's may be
    this one's.
    """
    if TOOLS:
        pytest.skip(TOOLS)
    folder: Path = tmp_path_factory.mktemp("hlsl")
    with ThreadPoolExecutor(max_workers=1) as thread:
        try:
            context = thread.submit(
                moderngl.create_context, standalone=True, backend="egl", require=430
            ).result()
        except Exception as error:
            pytest.skip(f"no OpenGL 4.3: {error}")
        convention = CONVENTIONS[request.param]
        renderer = thread.submit(LabelRenderer, context, folder, convention).result()

        def run(case, *arguments):
            renderer.reset()
            thread.submit(case, SmallScene(renderer), *arguments).result()

        yield run
        thread.submit(context.release).result()


@pytest.mark.parametrize(
    "case",
    [
        geometry.test_a_quad_at_ten_metres_reads_ten_metres,
        geometry.test_depth_is_along_the_axis_not_along_the_ray,
        geometry.test_depth_keeps_its_precision_far_from_the_origin,
        geometry.test_rows_run_from_the_top_and_columns_from_the_left,
        geometry.test_ids_and_classes_are_exact_and_a_material_may_override_the_class,
        geometry.test_the_first_vertex_decides_the_material_of_a_triangle,
        geometry.test_a_box_that_moves_sideways_has_the_flow_of_the_pinhole_formula,
        geometry.test_a_moving_camera_gives_the_flow_of_the_static_world,
        geometry.test_a_static_scene_has_no_flow_at_all,
        geometry.test_a_point_behind_the_other_camera_has_a_finite_flow,
        geometry.test_a_turning_body_has_the_velocity_of_a_rigid_body,
        geometry.test_normals_are_in_the_camera_frame,
        geometry.test_the_sky_is_infinitely_far_and_flows_with_the_turning_camera_alone,
        geometry.test_road_markings_four_millimetres_up_are_not_swallowed,
        materials.test_holes_are_holes_in_every_pass,
        materials.test_one_side_is_drawn_unless_the_material_has_two,
        materials.test_a_cutout_with_one_side_is_not_seen_from_behind,
        materials.test_hiding_nobody_hides_nobody,
    ],
    ids=lambda case: case.__name__,
)
def test_drawn_by_the_label_shaders(case, draw_with):
    draw_with(case)


@pytest.mark.parametrize(("edge", "first"), [(20.3, 20), (20.49, 20), (20.51, 21), (20.7, 21)])
def test_the_pixel_centre_decides_for_the_label_shaders(draw_with, edge, first):
    draw_with(geometry.test_the_pixel_centre_decides, edge, first)


def test_the_label_shaders_continue_no_blade_beyond_its_ends(draw_with):
    draw_with(edge_on.test_a_blade_seen_edge_on_is_not_continued_beyond_its_ends, 10)


def skin(*bones):
    """Return (B, 3, 4) skinning matrices that carry each bone by a vector, m."""
    return [rigid(offset) for offset in bones]


def test_a_skinned_limb_flows_as_the_projection_of_its_bones_says(draw_with):
    draw_with(a_skinned_limb)


def a_skinned_limb(scene):
    corners, triangles = facing_quad()
    half = [[0.5, 0.5, 0.0, 0.0]] * 4
    mesh = scene.mesh(corners, triangles, scene.material(), joints=[[1, 2, 0, 0]] * 4, weights=half)
    # The mean of bones 1 and 2 goes from (0, 0.5, 0) by (0, 0, 0) to (-1, -0.5, 0.25).
    bones = (
        skin((9, 9, 9), (0, 1, 0), (0, 0, 0)),
        skin((9, 9, 9), (0, 0.5, 0), (0, -0.5, 0)),
        skin((9, 9, 9), (-2, 0, 0.5), (0, -1, 0)),
    )
    turned = rigid((10, 0, 0))
    thing = Thing(scene.part((mesh, 1e4)), turned, bones=bones)
    poses = [camera_pose((x, 0, 0), yaw) for x, yaw in ((-0.5, 0.01), (0.0, 0.0), (0.5, 0.02))]
    frame = scene.draw([thing], view(*poses))
    on_quad = frame["instance"] == 7
    assert on_quad.sum() == 64
    points = world_points(frame, poses[1])
    for row, column in np.argwhere(on_quad)[::5]:
        p = points[row, column]
        before, after = p + [0, 0.5, 0], p + [-1, -0.5, 0.25]
        backward = flow_of(p, before, poses[1], poses[0])
        forward = flow_of(p, after, poses[1], poses[2])
        np.testing.assert_allclose(frame["flow_backward"][row, column], backward, atol=1e-3)
        np.testing.assert_allclose(frame["flow_forward"][row, column], forward, atol=1e-3)
        velocity = (after - before) / (2 * DT_S)
        np.testing.assert_allclose(frame["velocity"][row, column], velocity, atol=1e-4)
    np.testing.assert_allclose(frame["normal"][on_quad], [[0.0, 0.0, -1.0]] * 64, atol=1e-6)


def test_flow_and_depth_are_those_of_the_projection_to_a_thousandth(draw_with):
    draw_with(a_floor_passed_by)


def a_floor_passed_by(scene):
    before, now, after = (
        camera_pose((x, 0.1 * x, 1.4), yaw) for x, yaw in ((-0.6, -0.02), (0.0, 0.01), (0.7, 0.05))
    )
    lens = Intrinsics(width=320, height=180, fx=190.0, fy=185.0, cx=151.3, cy=96.8)
    frame = scene.draw([Thing(scene.floor(), rigid())], view(before, now, after, lens))
    rays = lens.rays() @ now[:, :3].T
    depth = np.divide(
        -now[2, 3], rays[..., 2], out=np.full((180, 320), np.inf), where=rays[..., 2] < 0
    )
    seen = (frame["instance"] == 7) & (depth < 40)
    assert seen.sum() > 10_000
    np.testing.assert_allclose(frame["depth"][seen], depth[seen], rtol=1e-5)
    points = rays[seen] * depth[seen][:, None] + now[:, 3]
    for name, then in (("flow_backward", before), ("flow_forward", after)):
        moved = lens.project((points - then[:, 3]) @ then[:, :3])
        expected = moved - lens.project((points - now[:, 3]) @ now[:, :3])
        np.testing.assert_allclose(frame[name][seen], expected, atol=1e-3)
