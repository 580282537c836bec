"""Engines that answer the same questions, each set up as its own documentation says.

An engine is built into a folder, opened from it by another process, and asked for the rows that
are most like a query among those whose bounds meet a box.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases.questions import Rows

Box = tuple[float, float, float, float]

SLOW_ROWS = 100_000
"""Rows for an engine that would take hours to build, or seconds to ask, with more."""

SIDES = ("west", "south", "east", "north")
MEETS = "west <= {2} AND east >= {0} AND south <= {3} AND north >= {1}"
"""A filter as several engines read it, of a box's west, south, east, north."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A way to ask an engine."""

    name: str
    values: dict[str, int] = field(default_factory=dict)


class Engine(ABC):
    """Opened from its folder; asked by one thread."""

    name: ClassVar[str]
    modules: ClassVar[tuple[str, ...]]
    """What it needs."""
    packages: ClassVar[tuple[str, ...]]
    """Distributions that bring them; the versions of those that are there are told."""
    setup: ClassVar[str]
    """How it is built, a few words."""
    settings: ClassVar[tuple[Setting, ...]] = (Setting("as it comes"),)
    max_rows: ClassVar[int | None] = None

    @classmethod
    @abstractmethod
    def build(cls, rows: Rows, folder: Path) -> None:
        """Store all rows, in an empty folder."""

    @abstractmethod
    def __init__(self, folder: Path, rows: Rows) -> None: ...

    @abstractmethod
    def ask(self, setting: Setting, query: NDArray[np.float32], box: Box | None) -> list[int]:
        """Return the numbers of the best `K` rows that it finds."""

    @classmethod
    def missing(cls) -> list[str]:
        """Return the modules that are not installed."""
        return [module for module in cls.modules if find_spec(module) is None]

    @classmethod
    def versions(cls) -> dict[str, str]:
        """Return the versions of its packages."""
        found = {}
        for package in cls.packages:
            try:
                found[package] = version(package)
            except PackageNotFoundError:
                continue
        return found


def blocks(rows: Rows, size: int) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield the vectors in float32, a block at a time."""
    for first in range(0, rows.count, size):
        some = slice(first, min(first + size, rows.count))
        yield some, rows.vectors[some].astype(np.float32)
