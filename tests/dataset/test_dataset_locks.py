import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic

from cityloop.dataset import Dataset, SequenceWriter, verify
from cityloop.errors import DatasetError

RECORD = """
import sys, time
sys.path.insert(0, sys.argv[1])
import synthetic
with synthetic.writer(sys.argv[2]) as writer:
    synthetic.add_state(writer, 0)
    synthetic.add_state(writer, 1)
    synthetic.add_state(writer, 2)
    synthetic.add_frame(writer, 1)
    print("recording", flush=True)
    sys.stdin.read()
"""


def start(root: Path) -> subprocess.Popen[str]:
    """Start a process that records one frame and waits, recording."""
    here = str(Path(__file__).parent)
    process = subprocess.Popen(
        [sys.executable, "-c", RECORD, here, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "recording\n"
    return process


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    root = tmp_path / "shared"
    with start(root) as first:
        before = sorted(root.rglob("*"))
        for overwrite in (False, True):
            with pytest.raises(DatasetError, match=r"another run is recording into .*boxes; wait"):
                synthetic.writer(root, overwrite=overwrite)
        assert sorted(root.rglob("*")) == before
        first.send_signal(signal.SIGKILL)
    lock = root / "sequences" / ".boxes.lock"
    assert lock.exists()
    with synthetic.writer(root) as writer:
        assert writer.frames_done == 1
        synthetic.record(writer)
    assert not [p.name for p in root.rglob("*.lock")]
    assert verify(root).passed


def test_a_recording_that_stops_or_fails_lets_go(tmp_path: Path) -> None:
    root = tmp_path / "cut"
    with synthetic.writer(root) as writer:
        synthetic.record(writer, stop_before=1)
        with pytest.raises(DatasetError, match="another run is recording"):
            synthetic.writer(root)
    with pytest.raises(DatasetError, match="another scenario"):
        synthetic.writer(root, frame_count=5)
    assert not list(root.rglob("*.lock"))
    with synthetic.writer(root) as writer:
        synthetic.record(writer)
    with pytest.raises(DatasetError, match="complete sequence"):
        synthetic.writer(root)
    assert not list(root.rglob("*.lock"))


def test_two_sequences_recorded_at_the_same_time_list_the_assets_of_both(tmp_path: Path) -> None:
    root = tmp_path / "both"
    other = {"name": "other", "licence": "CC0-1.0", "source": "here"}
    with synthetic.writer(root) as first:
        with SequenceWriter(
            root,
            "two",
            {},
            [synthetic.CAMERA],
            prototypes=synthetic.prototypes(),
            dt_s=synthetic.DT,
            frame_count=1,
            hosts={"front": "ego"},
            assets=[other],
        ) as second:
            synthetic.record(second, frame_count=1)
        synthetic.record(first)
    assert Dataset(root).names == ["boxes", "two"]
    listed = json.loads((root / "provenance.json").read_text())["assets"]
    assert [asset["name"] for asset in listed] == ["boxes", "other"]
