"""Index an archive, killed again and again, with a reader beside; prints what happened as JSON.

Everything is imported once, here: each run is a fork of this process, made before any thread.

    python tests/support/indexes/kill_driver.py ARCHIVE WORK SEED KILLS

WORK/whole is the index of an uninterrupted run; WORK/round-N were killed and continued.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

# what the runs import when they need it, and what must not cost each of them its time
import duckdb  # noqa: F401
import faiss  # noqa: F401
import numpy as np

from geosearch.chips import ResolvedChips
from geosearch.index import MANIFEST, Generation, open_index, verify
from geosearch.ingest import RunSettings, ingest, look_for_scenes
from geosearch.ingest.run.intervals import Intervals
from geosearch.search import make_filter, search
from support.colours import Colours

STOP = "stop"
CUT = ResolvedChips(size_px=32, stride_px=16)
# everything that happens in days happens within a second
INTERVALS = Intervals(publish_s=0, publish_growth=0, part_s=0)


def index(archive: Path, folder: Path) -> None:
    found = look_for_scenes([archive])
    ingest(RunSettings(found, folder, Colours(), CUT, intervals=INTERVALS))


def read(work: Path) -> None:
    """Query the newest index, and those opened before, until the file ``stop`` is there."""
    searches = 0
    states: dict[str, list[str]] = {}
    held: list[tuple[Generation, int]] = []
    query = np.full(Colours.dim, Colours.dim**-0.5, np.float32)
    wanted = make_filter(bbox="-180,-90,180,90")
    while not (work / STOP).exists():
        for folder in sorted(work.glob(f"round-*/{MANIFEST}"))[-1:]:
            opened = open_index(folder.parent)
            state = f"{folder.parent.name} generation {opened.number}"
            if state not in states:
                states[state] = [str(problem) for problem in verify(folder.parent)]
                held = [*held[-2:], (opened, opened.chip_count)]
            for one, chips in [(opened, opened.chip_count), *held]:
                hits, _ = search(one, query, filter=wanted, k=10)
                assert one.chip_count == chips
                assert len(hits) == 10, (state, len(hits), chips)
                searches += 1
    problems = {state: found for state, found in states.items() if found}
    (work / "read.json").write_text(
        json.dumps({"searches": searches, "states": sorted(states), "problems": problems})
    )


def found_on_the_disk(folder: Path) -> dict[str, int]:
    """Return what a killed run left."""
    staged = list((folder / "staging").glob("*"))
    begun = [one for one in staged if one.suffix]
    published = open_index(folder).number if (folder / MANIFEST).exists() else 0
    return {"generation": published, "staged": len(staged) - len(begun), "begun": len(begun)}


def fork(task: Callable[[], None]) -> int:
    """Run a task in a child, which says nothing unless it fails."""
    pid = os.fork()
    if pid:
        return pid
    try:
        task()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def ended_within(pid: int, seconds: float) -> int | None:
    """Return a child's exit status as soon as it ends; None if it still runs afterwards."""
    deadline = time.monotonic() + seconds
    while (waited := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if time.monotonic() >= deadline:
            return None
        time.sleep(0.001)
    return os.waitstatus_to_exitcode(waited[1])


def main(archive: Path, work: Path, seed: int, kills: int) -> None:
    rng = np.random.default_rng(seed)
    started = time.monotonic()
    statuses = [ended_within(fork(lambda: index(archive, work / "whole")), 60)]
    whole_s = time.monotonic() - started
    reader = fork(lambda: read(work))
    rounds = 0
    left: list[dict[str, int]] = []
    while len(left) < kills:
        folder = work / f"round-{rounds:02d}"
        pid = fork(partial(index, archive, folder))
        status = ended_within(pid, rng.uniform(0, 1.1 * whole_s))
        if status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            left.append(found_on_the_disk(folder))
        else:
            statuses.append(status)
            rounds += 1
    statuses.append(ended_within(fork(lambda: index(archive, folder)), 60))
    (work / STOP).touch()
    statuses.append(ended_within(reader, 60))
    print(json.dumps({"statuses": statuses, "whole_s": whole_s, "left": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
