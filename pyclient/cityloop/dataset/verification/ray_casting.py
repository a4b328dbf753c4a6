"""What a pixel may show of triangles that stand still, found by rays.

A rasteriser puts the corners of triangles at whole 1/256 pixels, so what a pixel shows belongs to a
ray within that of its centre. All bounds follow from it: which triangles a ray may meet, which it
meets for certain, and between which depths. Of leaves and railings the texels about the place
decide whether there is a hole, for certain or perhaps.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cityloop.dataset.verification.coverage import SNAP_PX
from cityloop.spatial.box_tree import DEEPEST, meets_at
from cityloop.spatial.compiled import compiled

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

UNSHOWN, SHOWN, PERHAPS_SHOWN = 0, 1, 2
# Of what a depth buffer cannot tell apart, any may be seen: one of 24 bits, and as much again for
# each of the three roundings of 32-bit floats that lead there (product, sum and quotient).
_DEPTH_STEP = 4.0 / 2.0**24
# The depth at a pixel's centre is that of a triangle's plane, continued beyond its rim by no more
# than this share (docs/conventions.md).
_BEYOND_RIM = 1e-3
_NEAREST_SNAPPED_M = 1e-3  # corners behind the camera are put nowhere
_LARGEST_SNAP_PX = 16 * SNAP_PX  # that is sought for triangles with such corners
_LARGEST_REACH = 16.0  # texels to either side; where a pixel covers more, any may be a hole
_MOST_MET = 512  # surfaces on a ray, through leaves
_SOLID, _HOLE, _EITHER = 0, 1, 2
_TINY = 1e-30  # for components of directions that are 0


class Meshes(NamedTuple):
    """All meshes, one after another, each with a tree of its triangles.

    Attributes:
        low, high, first, things: nodes of all trees; of an inner node `first` is its first child.
        corners: (T, 3, 3) part frame, m, leaf by leaf.
        class_id, two_sided, texture: (T,) of the triangles; texture -1 without holes.
        uvs: (T, 3, 2) texture widths.
        solid: (X, S, S) whether texels are no holes.
        texels: (X,) widths of the textures, of which the rest of S is empty.
    """

    low: Array
    high: Array
    first: Ints
    things: Ints
    corners: Array
    class_id: NDArray[np.int64]
    two_sided: NDArray[np.bool_]
    texture: Ints
    uvs: Array
    solid: NDArray[np.bool_]
    texels: Ints


class Places(NamedTuple):
    """Everything that shows a mesh, and the tree of them in the world.

    Attributes:
        low, high, first, things, member: as in `BoxTree`.
        root: (N,) node of the mesh's tree.
        turn, position: (N, 3, 3), (N, 3) world-from-part.
        class_id: (N,) for materials without one of their own.
        actor: (N,) id, 0 for the background.
    """

    low: Array
    high: Array
    first: Ints
    things: Ints
    member: Ints
    root: Ints
    turn: Array
    position: Array
    class_id: Ints
    actor: Ints


class Eye(NamedTuple):
    """A camera.

    Attributes:
        position: (3,) world, m.
        axes: (3, 3) right, down and ahead, world, a row each.
        wide: (2,) a pixel at a depth of 1, to the right and down.
        range_m: (2,) nearest and farthest depth that is drawn.
    """

    position: Array
    axes: Array
    wide: Array
    range_m: Array


class _Met(NamedTuple):
    """Surfaces on a ray: between which depths, and what they are."""

    nearest: Array
    farthest: Array
    class_id: Ints
    actor: Ints


class Verdict(NamedTuple):
    """What rays say of n pixels.

    Attributes:
        error_m: (n,) from the recorded depth to the nearest surface that the pixel may show; of
            the sky infinite where something is for certain; of what `moves`, how far before it
            something stands for certain; NaN where too much may be seen to tell.
        named: (n,) whether a surface at the recorded depth has the recorded class and id; True
            where none is there at all.
        depth_m: (n,) of the surface nearest to the recorded depth, infinite without one.
    """

    error_m: Array
    named: NDArray[np.bool_]
    depth_m: Array


@compiled
def judge(
    meshes: Meshes,
    places: Places,
    shown: Ints,
    eye: Eye,
    rays: Array,
    depth: Array,
    class_ids: Ints,
    actors: Ints,
    moves: NDArray[np.bool_],
    tolerance: float,
    verdict: Verdict,
) -> None:
    """Fill `verdict` for n pixels; see `FixedWorld.judge`.

    `shown` (N,) says which places show their mesh, and `rays` (n, 3) are the directions of the
    pixels' centres, world, at a depth of 1.
    """
    met = _Met(
        np.empty(_MOST_MET),
        np.empty(_MOST_MET),
        np.empty(_MOST_MET, np.int64),
        np.empty(_MOST_MET, np.int64),
    )
    for i in range(len(rays)):
        count, limit, blocked = _meet_all(meshes, places, shown, eye, rays[i], met)
        said = depth[i]
        verdict.error_m[i], verdict.named[i], verdict.depth_m[i] = 0.0, True, np.inf
        if count > _MOST_MET:
            verdict.error_m[i] = np.nan
        elif moves[i]:
            verdict.error_m[i] = max(0.0, said - limit)
        elif np.isinf(said):
            verdict.error_m[i] = np.inf if blocked else 0.0
        else:
            error, found, here, named = np.inf, np.inf, False, False
            for k in range(count):
                if met.nearest[k] > limit:
                    continue
                off = max(met.nearest[k] - said, said - met.farthest[k], 0.0)
                if off < error:
                    error = off
                    found = min(max(said, met.nearest[k]), met.farthest[k])
                if off <= tolerance * said:
                    here = True
                    named |= met.class_id[k] == class_ids[i] and met.actor[k] == actors[i]
            verdict.error_m[i], verdict.named[i], verdict.depth_m[i] = (
                error,
                named or not here,
                found,
            )


@compiled
def _meet_all(
    meshes: Meshes, places: Places, shown: Ints, eye: Eye, ray: Array, met: _Met
) -> tuple[int, float, bool]:
    """Find all surfaces that a pixel may show.

    Returns:
        How many were put into `met`, more than have room in it if they are too many; the depth
        behind which nothing is seen for certain, m; whether something is seen for certain.
    """
    spread = _LARGEST_SNAP_PX * (eye.wide[0] + eye.wide[1])
    way, local, at = np.empty(3), np.empty(3), np.empty(3)
    axes = np.empty((3, 3))
    for k in range(3):
        way[k] = ray[k] if abs(ray[k]) > _TINY else _TINY
    count, limit = 0, eye.range_m[1]
    blocked = False
    stack, enters = np.empty(DEEPEST, np.int64), np.empty(DEEPEST)
    stack[0], enters[0], height = 0, 0.0, 1
    while height:
        height -= 1
        node = stack[height]
        if enters[height] > limit:
            continue
        if not places.things[node]:
            height = _push(
                places.low,
                places.high,
                places.first[node],
                eye.position,
                way,
                spread,
                limit,
                stack,
                enters,
                height,
            )
            continue
        for k in range(places.first[node], places.first[node] + places.things[node]):
            place = places.member[k]
            if shown[place] == UNSHOWN:
                continue
            turn = places.turn[place]
            for r in range(3):
                local[r] = at[r] = 0.0
                axes[0, r] = axes[1, r] = axes[2, r] = 0.0
                for c in range(3):
                    at[r] += turn[c, r] * (eye.position[c] - places.position[place, c])
                    local[r] += turn[c, r] * way[c]
                    for a in range(3):
                        axes[a, r] += turn[c, r] * eye.axes[a, c]
                if abs(local[r]) < _TINY:
                    local[r] = _TINY
            before = count
            count, limit, solid = _meet_mesh(
                meshes,
                places.root[place],
                at,
                local,
                axes,
                eye,
                limit,
                shown[place] == SHOWN,
                met,
                count,
            )
            blocked |= solid
            if count > _MOST_MET:
                return count, limit, blocked
            for m in range(before, count):
                met.actor[m] = places.actor[place]
                if met.class_id[m] < 0:
                    met.class_id[m] = places.class_id[place]
    return count, limit, blocked


@compiled
def _push(
    low: Array,
    high: Array,
    child: int,
    origin: Array,
    way: Array,
    spread: float,
    limit: float,
    stack: Ints,
    enters: Array,
    height: int,
) -> int:
    """Put both children that a ray may meet on the stack, the nearer one on top."""
    one = meets_at(low[child], high[child], origin, way, spread, limit)
    other = meets_at(low[child + 1], high[child + 1], origin, way, spread, limit)
    swap = one < other
    for turn in range(2):
        second = swap == (turn == 0)
        enter = other if second else one
        if enter <= limit:
            stack[height] = child + 1 if second else child
            enters[height] = enter
            height += 1
    return height


@compiled
def _meet_mesh(
    meshes: Meshes,
    root: int,
    origin: Array,
    way: Array,
    axes: Array,
    eye: Eye,
    limit: float,
    shown: bool,
    met: _Met,
    count: int,
) -> tuple[int, float, bool]:
    """As `_meet_all` for one mesh, with the ray and the camera's axes in its frame.

    `limit` and `count` are those so far, `shown` tells whether the mesh is drawn for certain.
    """
    spread = _LARGEST_SNAP_PX * (eye.wide[0] + eye.wide[1])
    near, far = eye.range_m[0], eye.range_m[1]
    blocked = False
    stack, enters = np.empty(DEEPEST, np.int64), np.empty(DEEPEST)
    stack[0], enters[0], height = root, 0.0, 1
    while height:
        height -= 1
        node = stack[height]
        if enters[height] > limit:
            continue
        if not meshes.things[node]:
            height = _push(
                meshes.low,
                meshes.high,
                meshes.first[node],
                origin,
                way,
                spread,
                limit,
                stack,
                enters,
                height,
            )
            continue
        for t in range(meshes.first[node], meshes.first[node] + meshes.things[node]):
            nearest, farthest, certain = _cross(
                meshes, t, origin, way, axes, eye.wide[0], eye.wide[1]
            )
            if farthest < near or nearest > min(far, limit):
                continue
            certain &= shown and nearest >= near and farthest <= far
            if count >= _MOST_MET:
                return count + 1, limit, blocked
            met.nearest[count], met.farthest[count] = nearest, farthest
            met.class_id[count] = meshes.class_id[t]
            count += 1
            if certain:
                blocked = True
                # A depth buffer of fixed steps holds (1/near - 1/depth) / (1/near - 1/far).
                step = farthest * farthest * (1.0 / near - 1.0 / far) * _DEPTH_STEP
                limit = min(limit, farthest + step)
    return count, limit, blocked


@compiled
def _cross(
    meshes: Meshes, t: int, origin: Array, way: Array, axes: Array, across: float, along: float
) -> tuple[float, float, bool]:
    """Return between which depths a pixel may show a triangle, and whether it does for certain.

    Both are infinite if it does not. With a, b, c the corners seen from the camera, the ray d meets
    the triangle where (b x c)d, (c x a)d and (a x b)d have the same sign, at a(b x c) / their sum.
    """
    edge = np.empty(3)
    weight, slack = np.empty(3), np.empty(3)
    right, down = np.empty(3), np.empty(3)
    low, high, volume = np.inf, -np.inf, 0.0
    all_depths = snapped_depths = 0.0
    for k in range(3):
        one, other = (k + 1) % 3, (k + 2) % 3
        ahead = 0.0
        for r in range(3):
            s, u = (r + 1) % 3, (r + 2) % 3
            edge[r] = (meshes.corners[t, one, s] - origin[s]) * (
                meshes.corners[t, other, u] - origin[u]
            ) - (meshes.corners[t, one, u] - origin[u]) * (meshes.corners[t, other, s] - origin[s])
            ahead += axes[2, r] * (meshes.corners[t, k, r] - origin[r])
        low, high = min(low, ahead), max(high, ahead)
        weight[k] = right[k] = down[k] = 0.0
        for r in range(3):
            weight[k] += edge[r] * way[r]
            right[k] += edge[r] * axes[0, r] * across
            down[k] += edge[r] * axes[1, r] * along
            if k == 0:
                volume += edge[r] * (meshes.corners[t, 0, r] - origin[r])
        all_depths += weight[k] * ahead
        if ahead > _NEAREST_SNAPPED_M:
            snapped_depths += abs(weight[k]) * ahead
    # In the picture, a place lies between the corners by its weights times their depths. Where one
    # is behind the camera the others weigh more than 1, and so does how far they were moved.
    snap = SNAP_PX * max(1.0, snapped_depths / abs(all_depths))
    for k in range(3):
        slack[k] = snap * (abs(right[k]) + abs(down[k]))
    total = weight[0] + weight[1] + weight[2]
    turn_right, turn_down = right[0] + right[1] + right[2], down[0] + down[1] + down[2]
    turns = snap * (abs(turn_right) + abs(turn_down))
    nowhere = np.inf, np.inf, False
    edge_on = abs(total) <= turns
    if total > turns and not meshes.two_sided[t]:
        return nowhere
    above = below = above_for_certain = below_for_certain = True
    for k in range(3):
        above &= weight[k] >= -slack[k]
        below &= weight[k] <= slack[k]
        above_for_certain &= weight[k] > slack[k]
        below_for_certain &= weight[k] < -slack[k]
    if edge_on:
        if not (above or below):
            return nowhere
        return low, high, False
    if not (above if total > 0.0 else below):
        return nowhere
    certain = above_for_certain if total > 0.0 else below_for_certain
    one, other = volume / (total - turns), volume / (total + turns)
    low, high = low - _BEYOND_RIM * abs(low), high + _BEYOND_RIM * abs(high)
    nearest = min(max(min(one, other), low), high)
    farthest = min(max(max(one, other), low), high)
    if meshes.texture[t] >= 0:
        holes = _hole(meshes, t, weight, right, down)
        if holes == _HOLE:
            return nowhere
        certain &= holes == _SOLID
    return nearest, farthest, certain


@compiled
def _hole(meshes: Meshes, t: int, weight: Array, right: Array, down: Array) -> int:
    """Return whether a pixel shows a hole of a triangle, for certain or perhaps.

    A texture is read at the level where a pixel covers a texel, and at the next one, of four texels
    each (L. Williams, "Pyramidal parametrics", 1983): all that may count lie within `reach`.
    """
    size = meshes.texels[meshes.texture[t]]
    total = weight[0] + weight[1] + weight[2]
    at_right = total + right[0] + right[1] + right[2]
    at_down = total + down[0] + down[1] + down[2]
    place, covered = np.zeros(2), 0.0
    across, along = np.zeros(2), np.zeros(2)
    for c in range(2):
        for k in range(3):
            uv = meshes.uvs[t, k, c] * size
            place[c] += weight[k] / total * uv
            across[c] += (weight[k] + right[k]) / at_right * uv
            along[c] += (weight[k] + down[k]) / at_down * uv
    covered = max(
        np.hypot(across[0] - place[0], across[1] - place[1]),
        np.hypot(along[0] - place[0], along[1] - place[1]),
    )
    reach = 2.0
    while reach < 2.0 * covered and reach <= _LARGEST_REACH:
        reach *= 2.0
    if not reach <= _LARGEST_REACH:
        return _EITHER
    solid = hole = False
    for row in range(int(np.floor(place[1] - reach)), int(np.floor(place[1] + reach)) + 1):
        for column in range(int(np.floor(place[0] - reach)), int(np.floor(place[0] + reach)) + 1):
            if meshes.solid[meshes.texture[t], row % size, column % size]:
                solid = True
            else:
                hole = True
        if solid and hole:
            return _EITHER
    return _HOLE if hole else _SOLID
