"""Whether a run over an archive has come to its end: an index of a part of it answers wrongly.

A run says so where what it has published is not all of what it found. A run that was killed leaves
that behind, and the one that ends takes it away.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from geosearch.index.durable import cannot_write, write_durable

UNFINISHED = "unfinished.json"
_LARGEST = 1 << 12
"""Bytes: it is two numbers."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How much of what a run found is in the index."""

    done: int
    """Scenes that are."""
    scenes: int
    """All that it found; 0 where the record of it is damaged."""

    def __str__(self) -> str:
        counted = f", {self.done:,} of {self.scenes:,} scenes" if self.scenes else ""
        return f"unfinished{counted}"


def record_unfinished(folder: Path, state: Unfinished) -> None:
    """Say that a part of a run's scenes is published; the index is locked by whoever says so.

    Raises:
        IndexFolderError: It cannot be written.
    """
    path = folder / UNFINISHED
    try:
        write_durable(path, json.dumps(asdict(state)).encode())
    except OSError as error:
        raise cannot_write(path, error) from error


def record_finished(folder: Path) -> None:
    """Say that all of a run's scenes are published.

    Raises:
        IndexFolderError: It cannot be written.
    """
    path = folder / UNFINISHED
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def read_unfinished(folder: Path) -> Unfinished | None:
    """Return how much of the last run is in an index; None where it came to its end."""
    path = folder / UNFINISHED
    if not path.exists():
        return None
    try:
        if not path.is_file():
            return Unfinished(0, 0)
        with path.open("rb") as file:
            state = json.loads(file.read(_LARGEST))
        done, scenes = state["done"], state["scenes"]
        if type(done) is int and type(scenes) is int and 0 <= done <= scenes:
            return Unfinished(done, scenes)
    except FileNotFoundError:  # the run has just ended
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass  # a run began it, whatever it says
    return Unfinished(0, 0)
