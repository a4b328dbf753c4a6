"""Dress a standing body: cut and drape MakeHuman's helper geometry, keep only skin that shows."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from people_baking import footwear
from people_baking.carried import bag, tied_hair
from people_baking.faces import face
from people_baking.hair import HairStyle, grow
from people_baking.makehuman import (
    BaseMesh,
    MakeHumanData,
    Phenotype,
    read_rig,
    shape,
    to_body_frame,
)
from people_baking.measures import LEG_BONES, Measures
from people_baking.pieces import Piece, compact, cut, drape, move_weights, triangulate
from people_baking.standing import Standing, stand
from people_baking.visibility import drop_hidden

Array = NDArray[np.float64]

LAP_M = 0.04  # skin that goes on under a garment's edge
SKIRT_FLARE = 0.30  # how much longer the skirt is from front to back at the hem
SKIRT_EASE_M = 0.012  # of a skirt off the legs
SCARF_M = 0.010  # that a headscarf lies off the neck
COAT_EASE_M = 0.016  # by how much more a coat's skirts stand off than a skirt


@dataclass(frozen=True)
class Outfit:
    """What a person wears; lengths along arms in upper-arm lengths, heights along legs 0 to 1.

    Attributes:
        sleeve: end of the sleeves, 0.5 mid-upper-arm, 1.95 at the wrist.
        top_ease_m: how far the top stands off the body.
        hem: height of the top's hem: 0 at the hip joint, negative further down, leg lengths.
        bottom: "trousers", "skirt" or "dress": a skirt of the top's cloth.
        leg_ease_m: how far trousers stand off the thigh; more further down.
        bottom_end: height over the ankle where the bottom is cut off, leg lengths.
        cuff_fall: how far its edge hangs down from there, leg lengths.
        tucked: the top goes under the bottom's waist.
        collar: height of the top's collar over the root of the neck, leg lengths.
        coat_end: height over the ankle where the top's skirts end, leg lengths; None for no coat.
        hair, tied: on the head; tied: "bun", "ponytail" or "".
        hat: shape of a woollen hat or a headscarf over the hair, if they wear one.
        hides_hair: no hair shows under the hat.
        bag: "backpack", "satchel", "handbag" or "".
        cloth, legs, skin: looks of top, bottom and skin, materials of cityloop.world.people.
    """

    sleeve: float = 0.55
    top_ease_m: float = 0.012
    hem: float = -0.02
    bottom: str = "trousers"
    leg_ease_m: float = 0.010
    bottom_end: float = 0.03
    cuff_fall: float = 0.045
    tucked: bool = False
    collar: float = 0.006
    coat_end: float | None = None
    hair: HairStyle = field(default_factory=HairStyle)
    tied: str = ""
    hat: HairStyle | None = None
    hides_hair: bool = False
    bag: str = ""
    cloth: str = "top"
    legs: str = "bottom"
    skin: str = "skin"


@dataclass(frozen=True)
class PersonDesign:
    """One person: the body's shape, stature with shoes (m), clothes, and how stooped they stand."""

    body: Phenotype
    height_m: float
    outfit: Outfit
    stoop_rad: float = 0.0


def _piece(material: str, group: NDArray[np.int64], standing: Standing) -> Piece:
    return compact(Piece(material, standing.positions, triangulate(group), standing.rig.weights))


def _top(tights: Piece, m: Measures, outfit: Outfit) -> Piece:
    arm = m.down_the_arm(tights.positions, tights.weights)
    hem = m.head_of("thigh_l")[2] + outfit.hem * m.leg_length
    neckline = outfit.collar * m.leg_length - m.up_the_neck(tights.positions)
    trunk = np.minimum(neckline, tights.positions[:, 2] - hem)
    keep = np.where(arm >= 0, np.minimum(outfit.sleeve - arm, neckline), trunk)
    cloth = cut(replace(tights, material=outfit.cloth), keep)
    on_arm = m.down_the_arm(cloth.positions, cloth.weights) >= 0
    # Close to the neck at the collar; outside the waistband at the hem, or tucked in under it.
    below_collar = outfit.collar * m.leg_length - m.up_the_neck(cloth.positions)
    ease = outfit.top_ease_m * np.clip(0.15 + below_collar / 0.10, 0.15, 1.0)
    low = np.clip((m.head_of("spine_01")[2] + 0.05 - cloth.positions[:, 2]) / 0.12, 0, 1)
    at_hem = 0.003 - outfit.top_ease_m if outfit.tucked else 0.010
    return drape(cloth, ease + np.where(on_arm, 0.0, at_hem * low), 12)


def _trousers(tights: Piece, m: Measures, outfit: Outfit) -> Piece:
    waist = m.head_of("spine_01")[2] + 0.01
    end = m.head_of("foot_l")[2] + outfit.bottom_end * m.leg_length
    arm = m.down_the_arm(tights.positions, tights.weights)
    keep = np.minimum(waist - tights.positions[:, 2], tights.positions[:, 2] - end)
    cloth = cut(replace(tights, material=outfit.legs), np.where(arm >= 0, -1.0, keep))
    knee, hip = m.head_of("calf_l")[2], m.head_of("thigh_l")[2]
    # Wider towards the cuffs, where the leg is thinner than the cloth.
    down = np.clip((hip - cloth.positions[:, 2]) / (hip - knee), 0, 2)
    # The waistband lies over a top that is tucked into it.
    below_waist = waist - cloth.positions[:, 2]
    band = np.clip(1 - below_waist / (0.16 * m.leg_length), 0, 1) if outfit.tucked else 0.0
    cloth = drape(cloth, outfit.leg_ease_m * (0.7 + 0.9 * down) + 0.012 * band, 25)
    # The cuffs fall over the shoes: stretch the last hand's breadth downwards.
    fall = outfit.cuff_fall * m.leg_length
    stretch = np.clip(1 - (cloth.positions[:, 2] - end) / (0.12 * m.leg_length), 0, 1)
    cloth = replace(cloth, positions=cloth.positions - fall * stretch[:, None] * [0, 0, 1])
    feet = {f"{b}_{s}": f"calf_{s}" for s in "lr" for b in ("foot", "ball")}
    return move_weights(cloth, m.rig.names, feet)


def _skirt(helper: Piece, m: Measures, material: str, end_height: float, ease: float) -> Piece:
    end = m.head_of("foot_l")[2] + end_height * m.leg_length
    cloth = cut(replace(helper, material=material), helper.positions[:, 2] - end)
    # The waistband lies over the top that is tucked into it.
    below_waist = helper.positions[:, 2].max() - cloth.positions[:, 2]
    band = np.clip(1 - below_waist / (0.16 * m.leg_length), 0, 1)
    cloth = drape(cloth, ease + 0.007 * band, 10)
    # Wider towards the hem, so that the knees find room.
    hip = m.head_of("thigh_l")
    low = np.clip((hip[2] - cloth.positions[:, 2]) / (hip[2] - end), 0, 1)[:, None]
    cloth = replace(
        cloth,
        positions=cloth.positions
        + SKIRT_FLARE * low * (cloth.positions - hip) * [1.0, 0, 0]
        + 0.5 * SKIRT_FLARE * low * cloth.positions * [0, 1.0, 0],
    )
    shins = {f"{b}_{s}": f"thigh_{s}" for s in "lr" for b in ("calf", "foot")}
    return move_weights(cloth, m.rig.names, shins)


def _skin(body: Piece, m: Measures, outfit: Outfit) -> list[Piece]:
    """Keep the head and neck, the arms below the sleeves, the legs between bottom and shoes."""
    positions, weights = body.positions, body.weights
    skin = replace(body, material=outfit.skin)
    arm = m.down_the_arm(positions, weights)
    under_sleeve = LAP_M / (0.35 * m.leg_length)
    neck = m.up_the_neck(positions) - outfit.collar * m.leg_length + LAP_M
    off_neck = (arm >= 0) | (m.share(weights, ("clavicle", "upperarm")) > 0.95)
    pieces = [
        replace(cut(skin, np.where(off_neck, -1.0, neck)), detail=1.5, blocks=True),
        cut(skin, np.where(arm >= 0, arm - (outfit.sleeve - under_sleeve), -1.0)),
    ]
    edge = m.head_of("foot_l")[2] + outfit.bottom_end * m.leg_length
    shoe = m.head_of("foot_l")[2] + footwear.COLLAR_SHARE * m.leg_length - LAP_M / 2
    on_leg = (m.share(weights, LEG_BONES) > 0.3) & (arm < 0)
    leg = np.minimum(edge + 2 * LAP_M - positions[:, 2], positions[:, 2] - shoe)
    if (leg[on_leg] > 0.03).any():
        pieces.append(replace(cut(skin, np.where(on_leg, leg, -1.0)), detail=2.5, blocks=True))
    return pieces


def _wrapped_neck(body: Piece, m: Measures) -> Piece:
    """Return the part of a headscarf that lies around the neck."""
    chin = m.head_of("head")[2] - 0.2 * (m.head_of("eye_l")[2] - m.head_of("head")[2])
    neck = m.up_the_neck(body.positions) + LAP_M
    arms = m.share(body.weights, ("clavicle", "upperarm")) > 0.95
    under_chin = chin - body.positions[:, 2] - 0.25 * (body.positions[:, 0] - m.head_of("head")[0])
    field = np.where(arms, -1.0, np.minimum(neck, under_chin))
    return drape(cut(replace(body, material="hat"), field), SCARF_M, 8)


def dress(
    data: MakeHumanData, mesh: BaseMesh, design: PersonDesign
) -> tuple[list[Piece], Standing]:
    """Build a person of `design`: pieces and rig in the body frame, soles on z = 0."""
    raw = to_body_frame(shape(data, mesh, design.body))
    body_vertices = np.unique(mesh.groups["body"])
    raw = raw * (design.height_m / np.ptp(raw[body_vertices, 2]))
    standing = stand(raw, read_rig(data, mesh, raw), design.stoop_rad)
    standing = _moved(standing, -standing.positions[body_vertices, 2].min())
    m = Measures(standing.rig)
    tights = _piece("top", mesh.groups["helper-tights"], standing)
    body = Piece("skin", standing.positions, triangulate(mesh.groups["body"]), standing.rig.weights)
    outfit = design.outfit
    pieces = [_top(tights, m, outfit)]
    if outfit.bag:
        pieces += bag(outfit.bag, pieces[0], m, design.height_m)
    wide = _piece("bottom", mesh.groups["helper-skirt"], standing)
    if outfit.bottom == "trousers":
        pieces.append(_trousers(tights, m, outfit))
    else:
        material = outfit.legs if outfit.bottom == "skirt" else outfit.cloth
        pieces.append(_skirt(wide, m, material, outfit.bottom_end, SKIRT_EASE_M))
    if outfit.coat_end is not None:
        pieces.append(_skirt(wide, m, outfit.cloth, outfit.coat_end, SKIRT_EASE_M + COAT_EASE_M))
    pieces += footwear.shoes(tights, m)
    hair = grow(outfit.hair, body, m)
    on_head = [] if outfit.hides_hair else [hair]
    if outfit.tied:
        on_head.append(tied_hair(outfit.tied, hair, m))
    if outfit.hides_hair:
        pieces.append(_wrapped_neck(body, m))
    if outfit.hat:
        on_head.append(replace(grow(outfit.hat, body, m), material="hat"))
    crown = max(float(p.positions[:, 2].max()) for p in on_head)
    head_height = float(hair.positions[:, 2].max() - m.head_of("head")[2])
    features = face(data, mesh, standing, body, head_height, outfit.hair.brow)
    head, *limbs = _skin(body, m, outfit)
    eyes = [p for p in features if p.material == "eye"]
    pieces += [drop_hidden(head, [*on_head, *eyes]), *limbs, *on_head, *features]
    lift = footwear.sole_thickness(m)
    scale = design.height_m / (crown + lift)
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
