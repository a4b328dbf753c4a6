"""Dress a standing body: cut and drape MakeHuman's helper geometry, keep only skin that shows."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from people_baking import footwear
from people_baking.hair import HairStyle, grow
from people_baking.makehuman import (
    BaseMesh,
    MakeHumanData,
    Phenotype,
    read_rig,
    shape,
    to_body_frame,
)
from people_baking.measures import ARM_BONES, LEG_BONES, Measures
from people_baking.pieces import Piece, cut, drape, move_weights, triangulate
from people_baking.standing import Standing, stand

Array = NDArray[np.float64]

LAP_M = 0.03  # skin that goes on under a garment's edge


@dataclass(frozen=True)
class Outfit:
    """What a person wears; lengths along arms in upper-arm lengths, heights along legs 0 to 1.

    Attributes:
        sleeve: end of the sleeves, 0.5 mid-upper-arm, 1.95 at the wrist.
        top_ease_m: how far the top stands off the body.
        hem: height of the top's hem: 0 at the hip joint, negative further down, leg lengths.
        bottom: "trousers" or "skirt".
        bottom_end: height of its lower edge over the ankle, leg lengths.
    """

    sleeve: float = 0.55
    top_ease_m: float = 0.012
    hem: float = -0.02
    bottom: str = "trousers"
    bottom_end: float = -0.03
    leg_ease_m: float = 0.010
    hair: HairStyle = field(default_factory=HairStyle)


@dataclass(frozen=True)
class PersonDesign:
    """One person: the body's shape, its stature with shoes (m), and the clothes."""

    body: Phenotype
    height_m: float
    outfit: Outfit


def _piece(material: str, group: NDArray[np.int64], standing: Standing) -> Piece:
    everything = Piece(
        material, standing.positions, triangulate(group), standing.rig.weights
    )
    return cut(everything, np.ones(len(standing.positions)))


def _top(tights: Piece, m: Measures, outfit: Outfit) -> Piece:
    arm = m.down_the_arm(tights.positions, tights.weights)
    on_arm = arm >= 0
    hem = m.head_of("thigh_l")[2] + outfit.hem * m.leg_length
    keep = np.minimum(outfit.sleeve - arm, 0.0 - 0.012 - m.up_the_neck(tights.positions))
    keep = np.where(on_arm, outfit.sleeve - arm, np.minimum(keep, tights.positions[:, 2] - hem))
    cloth = cut(replace(tights, material="top"), keep)
    # The hem falls outside the waistband.
    low = np.clip((m.head_of("spine_01")[2] + 0.05 - cloth.positions[:, 2]) / 0.12, 0, 1)
    low = np.where(m.down_the_arm(cloth.positions, cloth.weights) >= 0, 0, low)
    return drape(cloth, outfit.top_ease_m + 0.010 * low, 12)


def _trousers(tights: Piece, m: Measures, outfit: Outfit) -> Piece:
    waist = m.head_of("spine_01")[2] + 0.01
    end = m.head_of("foot_l")[2] + outfit.bottom_end * m.leg_length
    arm = m.down_the_arm(tights.positions, tights.weights)
    keep = np.minimum(waist - tights.positions[:, 2], tights.positions[:, 2] - end)
    cloth = cut(replace(tights, material="bottom"), np.where(arm >= 0, -1.0, keep))
    knee, hip = m.head_of("calf_l")[2], m.head_of("thigh_l")[2]
    # Wider towards the cuffs, where the leg is thinner than the cloth.
    down = np.clip((hip - cloth.positions[:, 2]) / (hip - knee), 0, 2)
    cloth = drape(cloth, outfit.leg_ease_m * (0.8 + 0.9 * down), 25)
    feet = {f"{b}_{s}": f"calf_{s}" for s in "lr" for b in ("foot", "ball")}
    return move_weights(cloth, m.rig.names, feet)


def _skirt(helper: Piece, m: Measures, outfit: Outfit) -> Piece:
    end = m.head_of("foot_l")[2] + outfit.bottom_end * m.leg_length
    cloth = cut(replace(helper, material="bottom"), helper.positions[:, 2] - end)
    return drape(cloth, 0.014, 10)


def _skin(body: Piece, m: Measures, outfit: Outfit) -> Piece:
    """Keep the head and neck, the arms below the sleeves, the legs between bottom and shoes."""
    positions, weights = body.positions, body.weights
    arm = m.down_the_arm(positions, weights)
    lap = LAP_M / (0.35 * m.leg_length)
    neck = m.up_the_neck(positions) + 0.012 + LAP_M
    neck = np.where(m.share(weights, ("clavicle", "upperarm")) > 0.6, -1.0, neck)
    keep = np.where(arm >= 0, arm - (outfit.sleeve - lap), neck)
    on_leg = m.share(weights, LEG_BONES) > 0.3
    ankle = m.head_of("foot_l")[2]
    edge = ankle + outfit.bottom_end * m.leg_length
    leg = np.minimum(edge + 2 * LAP_M - positions[:, 2], positions[:, 2] - (ankle - 0.02))
    return cut(replace(body, material="skin"), np.where(on_leg & (arm < 0), leg, keep))


def dress(data: MakeHumanData, mesh: BaseMesh, design: PersonDesign) -> tuple[list[Piece], Standing]:
    """Build a person of `design`: pieces and rig in the body frame, soles on z = 0."""
    raw = to_body_frame(shape(data, mesh, design.body))
    body_vertices = np.unique(mesh.groups["body"])
    raw = raw * (design.height_m / np.ptp(raw[body_vertices, 2]))
    standing = stand(raw, read_rig(data, mesh, raw))
    standing = _moved(standing, -standing.positions[body_vertices, 2].min())
    m = Measures(standing.rig)
    tights = _piece("top", mesh.groups["helper-tights"], standing)
    body = _piece("skin", mesh.groups["body"], standing)
    outfit = design.outfit
    pieces = [_top(tights, m, outfit)]
    if outfit.bottom == "skirt":
        pieces.append(_skirt(_piece("bottom", mesh.groups["helper-skirt"], standing), m, outfit))
    else:
        pieces.append(_trousers(tights, m, outfit))
    pieces += footwear.shoes(tights, m)
    skin = _skin(body, m, outfit)
    pieces.append(skin)
    pieces.append(grow(outfit.hair, body, m))
    lift = footwear.sole_thickness(m)
    scale = design.height_m / (max(p.positions[:, 2].max() for p in pieces) + lift)
    up = np.array([0, 0, lift])
    pieces = [replace(p, positions=(p.positions + up) * scale) for p in pieces]
    return pieces, _moved(standing, lift, scale)


def _moved(standing: Standing, up: float, scale: float = 1.0) -> Standing:
    shift = np.array([0, 0, up])
    rig = standing.rig
    return Standing(
        (standing.positions + shift) * scale,
        replace(rig, heads=(rig.heads + shift) * scale, tails=(rig.tails + shift) * scale),
    )


__all__ = ["ARM_BONES", "Outfit", "PersonDesign", "dress"]
