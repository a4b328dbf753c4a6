"""Evaluates MOTChallenge and KITTI tracking exports with TrackEval: as they are, and spoiled.

Prints JSON: benchmark -> how the tracks were changed -> class -> HOTA, MOTA, IDF1, IDSW, FP and
boxes.
"""

import contextlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import trackeval

Rows = list[list[str]]


def unchanged(rows: Rows, tallest: str) -> Rows:
    return rows


def one_switch(rows: Rows, tallest: str) -> Rows:
    """From frame 6 on the tallest person of the first video has another id."""
    for row in rows:
        if row[1] == tallest and int(row[0]) >= 6:
            row[1] = "9999"
    return rows


def write_tracker(
    source: list[tuple[Path, str]],
    target: Path,
    separator: str,
    is_person: Callable[[list[str]], bool],
    height: Callable[[list[str]], float],
    change: Callable[[Rows, str], Rows],
) -> None:
    target.mkdir(parents=True)
    for video, (file, name) in enumerate(source):
        rows = [line.split(separator) for line in file.read_text().splitlines()]
        tallest = max((row for row in rows if is_person(row)), key=height, default=["", ""])[1]
        rows = change(rows, tallest) if video == 0 else rows
        rows = [row for row in rows if is_person(row) or separator == " "]  # MOT: nobody else
        text = "".join(separator.join(row) + "\n" for row in rows)
        (target / f"{name}.txt").write_text(text)


def numbers(found: dict, name: str, tracker: str, classes: list[str]) -> dict:
    said = {}
    for kind in classes:
        of = found[name][tracker]["COMBINED_SEQ"][kind]
        said[kind] = {
            "hota": float(of["HOTA"]["HOTA"].mean()),
            "mota": float(of["CLEAR"]["MOTA"]),
            "idf1": float(of["Identity"]["IDF1"]),
            "switches": int(of["CLEAR"]["IDSW"]),
            "false": int(of["CLEAR"]["CLR_FP"]),
            "boxes": int(of["Count"]["GT_Dets"]),
        }
    return said


def evaluate(data: object) -> dict:
    settings = trackeval.Evaluator.get_default_eval_config()
    settings |= {"PRINT_RESULTS": False, "PRINT_CONFIG": False, "TIME_PROGRESS": False}
    settings |= {"OUTPUT_SUMMARY": False, "OUTPUT_DETAILED": False, "PLOT_CURVES": False}
    settings |= {"BREAK_ON_ERROR": True, "LOG_ON_ERROR": None}
    metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(), trackeval.metrics.Identity()]
    return trackeval.Evaluator(settings).evaluate([data], metrics)[0]


def mot(folder: Path, work: Path, change: Callable) -> dict:
    videos = sorted((folder / "train").iterdir())
    write_tracker(
        [(v / "gt" / "gt.txt", v.name) for v in videos],
        work / "ours" / "data",
        ",",
        lambda row: row[7] == "1",
        lambda row: float(row[5]),
        change,
    )
    settings = {
        "GT_FOLDER": str(folder / "train"),
        "SEQMAP_FILE": str(folder / "seqmaps" / "train.txt"),
        "TRACKERS_FOLDER": str(work),
        "TRACKERS_TO_EVAL": ["ours"],
        "SKIP_SPLIT_FOL": True,
        "PRINT_CONFIG": False,
    }
    found = evaluate(trackeval.datasets.MotChallenge2DBox(settings))
    return numbers(found, "MotChallenge2DBox", "ours", ["pedestrian"])


def kitti(folder: Path, work: Path, change: Callable) -> dict:
    training = folder / "tracking" / "training"
    write_tracker(
        [(file, file.stem) for file in sorted((training / "label_02").iterdir())],
        work / "ours" / "data",
        " ",
        lambda row: row[2] == "Pedestrian",
        lambda row: float(row[9]) - float(row[7]),
        change,
    )
    settings = {
        "GT_FOLDER": str(training),
        "TRACKERS_FOLDER": str(work),
        "TRACKERS_TO_EVAL": ["ours"],
        "PRINT_CONFIG": False,
    }
    found = evaluate(trackeval.datasets.Kitti2DBox(settings))
    return numbers(found, "Kitti2DBox", "ours", ["car", "pedestrian"])


if __name__ == "__main__":
    result: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for name, run, folder in (("mot", mot, sys.argv[1]), ("kitti", kitti, sys.argv[2])):
            for change in (unchanged, one_switch):
                work = Path(tempfile.mkdtemp())
                result.setdefault(name, {})[change.__name__] = run(Path(folder), work, change)
                shutil.rmtree(work)
    print(json.dumps(result))
