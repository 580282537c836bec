"""Ctrl-C once stops a run where it can be continued; twice stops it at once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from support.colours import Colours
from support.reporters import KeptLines
from support.scenes_making import write_band

from geosearch.chips import ResolvedChips
from geosearch.errors import Interrupted
from geosearch.index import open_index, verify
from geosearch.ingest import BuildReport, RunOptions, RunSettings, ingest, look_for_scenes
from geosearch.ingest.run.intervals import INTERVALS, Intervals
from geosearch.reporting import LOG, Reporter

CUT = ResolvedChips(size_px=32, stride_px=8)
CHIPS = 29 * 29
"""Of a scene: several blocks of at most 512."""


class Disturbed(Colours):
    """Does something when it has encoded a number of batches."""

    def __init__(self, batches: int, disturb: Callable[[], None]) -> None:
        super().__init__()
        self._batches = batches
        self._disturb = disturb

    def encode_images(self, chips: np.ndarray) -> np.ndarray:
        vectors = super().encode_images(chips)
        self._batches -= 1
        if self._batches == 0:
            self._disturb()
        return vectors


@pytest.fixture(autouse=True)
def usual_signals() -> Iterator[None]:
    """What runs in the background of a shell ignores SIGINT, and so would the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three scenes of two batches each."""
    for seed, name in enumerate(("a", "b", "c")):
        values = np.random.default_rng(seed).integers(1, 255, (3, 256, 256), dtype=np.uint8)
        write_band(tmp_path / "archive" / f"{name}.tif", values, left=600_000 + 1e4 * seed)
    return tmp_path / "archive"


def run(
    archive: Path,
    encoder: Colours,
    *,
    prune: bool = False,
    intervals: Intervals = INTERVALS,
    reporter: Reporter = LOG,
) -> BuildReport:
    found = look_for_scenes([archive])
    folder = archive.parent / "index"
    settings = RunSettings(
        found,
        folder,
        encoder,
        CUT,
        paths=[archive],
        options=RunOptions(prune=prune),
        intervals=intervals,
    )
    return ingest(settings, reporter)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_stop_publishes_what_is_finished(
    archive: Path, kind: signal.Signals
) -> None:
    notes = KeptLines()
    encoder = Disturbed(3, lambda: signal.raise_signal(kind))
    with pytest.raises(Interrupted, match=r"^1 of 3 scenes are done and published; run the same"):
        run(archive, encoder, reporter=notes)
    assert [one.id for one in open_index(archive.parent / "index").scenes] == ["a.tif"]
    assert notes.lines == ["stopping after this batch; interrupt again to stop at once"]


def test_nothing_is_embedded_twice_by_the_run_that_continues(archive: Path) -> None:
    first, second = Disturbed(3, interrupt), Colours()
    with pytest.raises(Interrupted):
        run(archive, first)
    report = run(archive, second)
    assert CHIPS < first.chips < 2 * CHIPS  # in the middle of a scene
    assert first.chips + second.chips == 3 * CHIPS
    assert (report.unchanged, report.chips, report.chips_total) == (1, second.chips, 3 * CHIPS)
    assert [scene.resumed for scene in report.indexed] == [first.chips - CHIPS, 0]


def test_an_interrupted_scene_is_as_it_would_have_been(archive: Path) -> None:
    with pytest.raises(Interrupted):
        run(archive, Disturbed(1, interrupt))
    run(archive, Colours())
    (archive.parent / "index").rename(archive.parent / "interrupted")
    run(archive, Colours())
    (one,) = open_index(archive.parent / "interrupted").segments
    (other,) = open_index(archive.parent / "index").segments
    assert one.id == other.id  # a hash of all it holds
    assert verify(archive.parent / "interrupted") == []


def test_a_scene_that_changed_meanwhile_begins_again(archive: Path) -> None:
    with pytest.raises(Interrupted):
        run(archive, Disturbed(1, interrupt))
    os.utime(archive / "a.tif", ns=(1, 1))
    encoder = Colours()
    run(archive, encoder)
    assert encoder.chips == 3 * CHIPS


def test_asked_in_the_last_batch_it_simply_ends(archive: Path) -> None:
    assert run(archive, Disturbed(6, interrupt)).chips_total == 3 * CHIPS


def test_an_interrupted_run_prunes_nothing(archive: Path) -> None:
    run(archive, Colours())
    (archive / "a.tif").rename(archive / "z.tif")  # not seen as moved before it is looked at
    write_band(archive / "b.tif", np.ones((3, 256, 256), np.uint8))
    with pytest.raises(Interrupted):
        run(archive, Disturbed(1, interrupt), prune=True)
    assert {one.id for one in open_index(archive.parent / "index").scenes} >= {"a.tif", "c.tif"}


def test_asked_twice_it_stops_at_once_and_keeps_what_was_published(archive: Path) -> None:
    def twice() -> None:
        interrupt()
        interrupt()

    with pytest.raises(KeyboardInterrupt) as caught:
        run(archive, Disturbed(3, twice), intervals=Intervals(publish_s=0, publish_growth=0))
    assert not isinstance(caught.value, Interrupted)
    assert [one.id for one in open_index(archive.parent / "index").scenes] == ["a.tif"]
    assert run(archive, Colours()).chips_total == 3 * CHIPS


def test_signals_do_afterwards_what_they_did_before(archive: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run(archive, Colours())
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_program_that_handles_signals_itself_goes_on_doing_so(archive: Path) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    try:
        assert run(archive, Disturbed(3, interrupt)).chips_total == 3 * CHIPS
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]


def test_it_runs_in_another_thread(archive: Path) -> None:
    reports: list[BuildReport] = []
    thread = Thread(target=lambda: reports.append(run(archive, Colours())))
    thread.start()
    thread.join()
    assert [one.chips_total for one in reports] == [3 * CHIPS]


def test_scenes_are_searched_before_the_run_is_over(archive: Path) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append([one.id for one in open_index(archive.parent / "index").scenes])

    run(archive, Disturbed(5, look), intervals=Intervals(publish_s=0, publish_growth=0))
    assert seen == [["a.tif", "b.tif"]]


@pytest.mark.skipif(os.name != "posix", reason="no SIGINT to another process")
def test_the_command_says_in_one_line_how_to_continue(archive: Path) -> None:
    index = archive.parent / "index"
    options = ["--encoder", "mini", "--size", "32", "--stride", "2", "-i", str(index)]
    command = [sys.executable, "-m", "geosearch", "index", str(archive), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (index / "staging").exists():
            time.sleep(0.01)
        # the encoder is loaded, and indexing has begun
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert process.returncode == 130, said
    assert said.splitlines()[-1].startswith("interrupted: 0 of 3 scenes are done and published; ")
    assert "Traceback" not in said
