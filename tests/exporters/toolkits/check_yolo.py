"""Opens a YOLO export with supervision, a package that knows nothing of ours.

Prints JSON: task -> picture -> class names and boxes; writes the masks that it draws from the
polygons to the file that it is given.
"""

import json
import sys
from pathlib import Path

import numpy as np
import supervision as sv


def main(folder: Path, masks_file: Path) -> dict:
    result, drawn = {}, {}
    for task in ("detect", "segment", "pose"):
        of = sv.DetectionDataset.from_yolo(
            images_directory_path=str(folder / task / "images"),
            annotations_directory_path=str(folder / task / "labels"),
            data_yaml_path=str(folder / task / "data.yaml"),
            force_masks=task == "segment",
        )
        result[task] = {}
        for path, _, found in of:
            name = Path(path).stem
            result[task][name] = {
                "classes": [of.classes[i] for i in found.class_id],
                "boxes": found.xyxy.tolist(),
            }
            if task == "segment":
                drawn[name] = np.asarray(found.mask, bool)
    np.savez_compressed(masks_file, **drawn)
    return result


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
