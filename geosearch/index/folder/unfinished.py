"""Whether a run over an archive has come to its end: an index of a part of it answers wrongly.

A generation that is published while a run goes on says so, and the one at its end no more. What a
killed run leaves says it until a run has ended.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How much of what a run found is in the index."""

    done: int
    """Scenes that are."""
    scenes: int
    """All that it found."""

    def __str__(self) -> str:
        return f"unfinished, {self.done:,} of {self.scenes:,} scenes"


def parse_unfinished(value: Any) -> Unfinished | None:
    """Return what a manifest says of it.

    Raises:
        ValueError: It says what cannot be.
    """
    if value is None:
        return None
    state = Unfinished(**value)
    if not (type(state.done) is type(state.scenes) is int and 0 <= state.done <= state.scenes):
        raise ValueError("invalid count of unfinished scenes")
    return state
