"""What was measured when the approximate tier of a segment was built: values, and their file."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from geosearch.index.files.faults import BROKEN_DOCUMENT, damaged
from geosearch.index.files.own_files import read_file
from geosearch.index.folder.layout import CALIBRATION
from geosearch.text import shown

_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Costs:
    """What searching costs, in nanoseconds of one thread."""

    row: float = 40.0
    """An exact score of a row in a range."""
    run: float = 180.0
    """Turning to another range."""
    gathered_row: float = 220.0
    """An exact score of a row by itself."""
    code: float = 3.0
    """Looking at a row's code."""
    candidate: float = 400.0
    """Taking a candidate and scoring it again."""
    probe: float = 300_000.0
    """Choosing lists, and whatever else a search by codes does once."""
    mark: float = 0.15
    """Marking in a bitmap whether a row of the segment passes."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the approximate tier needs where a fraction of the rows passes."""

    selectivity: float
    """Fraction of the rows that passes, 0..1."""
    fraction: float
    """Fraction of the codes to look at."""
    candidates: int
    """Rows to take by their codes."""
    scored: int
    """Number of them that a query scores again, on average."""


@dataclass(frozen=True, slots=True)
class Recall:
    """How much of the exact answer was found when the segment had been built."""

    selectivity: float
    """Fraction of the rows that passed, 0..1."""
    tier: str
    """``exact`` or ``ivfpq``: what the plan took."""
    recall: float
    """Fraction of the true ten best, 0..1."""


@dataclass(frozen=True, slots=True)
class CodeErrors:
    """How far scores by codes are off."""

    usual: float
    """Deviation over the best candidates of a query, for most queries."""
    deviations: float
    """How many of them the code of a hit may lie below the last hit."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured when a segment was built."""

    costs: Costs
    needs: tuple[Need, ...]
    """By falling selectivity."""
    recalls: tuple[Recall, ...] = ()
    """By falling selectivity; empty where nothing was asked."""
    queries: str = "unmeasured"
    """What was asked: ``texts``, or ``drawn`` where there was no encoder to embed texts."""
    errors: CodeErrors | None = None
    """None where it was not measured."""


UNMEASURED = Calibration(
    Costs(),
    (Need(1.0, 0.12, 4_000, 4_000), Need(0.1, 0.22, 2_000, 2_000), Need(0.01, 0.4, 1_000, 1_000)),
)
"""For segments that nothing was measured of, which are those without the tier: on the safe side."""


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Write what was measured beside the tier."""
    document = asdict(calibration) | {"needs": [_need(need) for need in calibration.needs]}
    text = json.dumps(document, indent=1)
    (folder / CALIBRATION).write_text(text + "\n", encoding="utf-8")


def _need(need: Need) -> dict[str, float]:
    """Return a need as the file has it, where the fraction is called share."""
    return {"share" if name == "fraction" else name: one for name, one in asdict(need).items()}


def read_calibration(folder: Path, checksum: str | None = None) -> Calibration:
    """Read what was measured.

    Args:
        folder: The tier.
        checksum: SHA-256 of the file, where it is known.

    Raises:
        IndexFolderError: The file is missing or damaged.
    """
    path = folder / CALIBRATION
    data = read_file(path, _MAX_BYTES)
    if checksum is not None and sha256(data).hexdigest() != checksum:
        raise damaged(path, "its content has changed")
    try:
        return _calibration(json.loads(data))
    except BROKEN_DOCUMENT as error:
        raise damaged(path, f"{type(error).__name__}: {shown(error)}") from error


def _calibration(document: dict[str, Any]) -> Calibration:
    calibration = Calibration(
        costs=Costs(**{name: float(value) for name, value in document["costs"].items()}),
        needs=tuple(
            Need(
                float(one["selectivity"]),
                float(one["share"]),
                int(one["candidates"]),
                int(one["scored"]),
            )
            for one in document["needs"]
        ),
        recalls=tuple(
            Recall(float(one["selectivity"]), str(one["tier"]), float(one["recall"]))
            for one in document["recalls"]
        ),
        queries=str(document["queries"]),
        errors=CodeErrors(
            float(document["errors"]["usual"]), float(document["errors"]["deviations"])
        ),
    )
    _require_in_range(calibration)
    return calibration


def _require_in_range(calibration: Calibration) -> None:
    # chains of comparisons, so that NaN is refused too
    needs, recalls = calibration.needs, calibration.recalls
    if not needs or len({need.selectivity for need in needs}) < len(needs):
        raise ValueError("needs are missing or duplicated")
    if not all(
        0 < need.selectivity <= 1 and 0 < need.fraction <= 1 and need.candidates >= need.scored >= 1
        for need in needs
    ):
        raise ValueError("needs are out of range")
    if not recalls or not all(0 < one.selectivity <= 1 and 0 <= one.recall <= 1 for one in recalls):
        raise ValueError("recalls are out of range")
    if not all(0 <= cost < np.inf for cost in asdict(calibration.costs).values()):
        raise ValueError("costs are out of range")
    errors = calibration.errors
    if errors and not (0 <= errors.usual < np.inf and 0 <= errors.deviations < np.inf):
        raise ValueError("errors of codes are out of range")
