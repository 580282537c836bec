"""How much of the exact answer an index gives, with texts, as filters narrow.

The exact answer scores every chip that passes the filter. Where a filter leaves few chips, search
scans them all anyway: then the two must be the same, and the report says how often that was so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import UsageError
from geosearch.evaluation.encoder_source import EncoderSource, load_source
from geosearch.evaluation.report import Breakdown, EncoderUsed, Protocol, Report, hash_of_texts
from geosearch.index import MANIFEST, Filter, Generation
from geosearch.ingest import CALIBRATION_TEXTS
from geosearch.reporting import LOG, Reporter
from geosearch.search import make_filter, search

SELECTIVITIES = (1.0, 0.1, 0.01, 0.001)
"""Fractions of the chips that the filters should leave."""

EXACT_ANSWER = Protocol(
    "exact answer", "the best of the filtered chips by search, against scoring all of them"
)

_ALL_EXACT = "every answer came from an exact scan: nothing approximate was tested"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a query found under a filter."""

    recall: float
    passed: float
    """Fraction of the chips that passed the filter."""
    approximate: bool
    """Whether the approximate tier took part."""


def evaluate_recall(
    index: Generation,
    encoder: EncoderSource,
    texts: Sequence[str] = CALIBRATION_TEXTS,
    *,
    selectivities: Sequence[float] = SELECTIVITIES,
    k: int = 10,
    seed: int = 0,
    reporter: Reporter = LOG,
) -> Report:
    """Compare an index's answers with the exact ones.

    Args:
        index: An open index.
        encoder: The one it was built with, or a function that loads it.
        texts: The queries.
        selectivities: Fractions of the chips, above 0, up to 1; 1 asks without a filter. Others ask
            within boxes around a chip drawn for each text.
        k: Number of hits.
        seed: Random seed of the boxes.
        reporter: Receives the progress.

    Raises:
        UsageError: There are no texts or chips, or a selectivity is not a fraction.
    """
    if not texts or not index.chip_count:
        raise UsageError(
            "there is nothing to search for, or nothing to find",
            hint="give texts, and an index of chips",
        )
    for fraction in selectivities:
        if not 0 < fraction <= 1:
            raise UsageError(
                f"a selectivity of {fraction}",
                hint="give fractions above 0, up to 1",
                parameter="selectivity",
            )
    if k < 1:
        raise UsageError(f"k is {k}", hint="give a `k` of 1 or more", parameter="k")
    encoder = load_source(encoder)
    vectors = encoder.encode_texts(list(texts))
    bounds = _all_bounds(index)
    centres = np.random.default_rng(seed).integers(0, len(bounds), len(texts))
    rows = []
    with reporter.track("asking", len(selectivities) * len(texts), "queries") as advance:
        for fraction in selectivities:
            outcomes = []
            for vector, centre in zip(vectors, centres, strict=True):
                filter = (
                    Filter()
                    if fraction == 1
                    else make_filter(bbox=box_around(bounds, int(centre), fraction))
                )
                outcomes.append(_ask(index, vector, filter, k))
                advance(1)
            rows.append(_row(fraction, outcomes))
    return Report(
        task="recall",
        protocol=EXACT_ANSWER,
        set_name=str(index.folder),
        counts={"chips": index.chip_count, "texts": len(texts), "k": k, "seed": seed},
        figures={f"recall@{k} at {row[0]:g}": row[1] for row in rows},
        unit="fraction of the exact answer, 0..1",
        data_sha256={MANIFEST: _manifest_hash(index)},
        prompts_sha256=hash_of_texts(texts),
        encoder=EncoderUsed.of(encoder),
        notes=() if any(row[4] for row in rows) else (_ALL_EXACT,),
        breakdowns=(
            Breakdown(
                "by selectivity",
                ("asked for", f"recall@{k}", "least", "chips that passed", "approximate"),
                tuple(rows),
            ),
        ),
    )


def _ask(index: Generation, vector: NDArray[np.float32], filter: Filter, k: int) -> _Outcome:
    found, how = search(index, vector, filter=filter, k=k)
    exact, _ = search(index, vector, filter=filter, k=k, tier="exact")
    right = {hit.id for hit in exact}
    return _Outcome(
        recall=len(right & {hit.id for hit in found}) / len(right) if right else 1.0,
        passed=sum(plan.matching for plan in how.plans) / index.chip_count,
        approximate=any(plan.tier == "ivfpq" for plan in how.plans),
    )


def _row(fraction: float, outcomes: Sequence[_Outcome]) -> tuple[float, float, float, float, float]:
    return (
        fraction,
        round(float(np.mean([one.recall for one in outcomes])), 4),
        round(min(one.recall for one in outcomes), 4),
        round(float(np.mean([one.passed for one in outcomes])), 6),
        round(float(np.mean([one.approximate for one in outcomes])), 4),
    )


def _all_bounds(index: Generation) -> NDArray[np.float64]:
    """Return west, south, east, north of all chips that are searched, float64 [n, 4]."""
    parts = [
        segment.rows.bounds[... if segment.alive.mask is None else segment.alive.mask]
        for segment in index.segments
    ]
    return np.concatenate(parts)


def box_around(
    bounds: NDArray[np.float64], centre: int, fraction: float, *, slack_deg: float = 0.0
) -> tuple[float, float, float, float]:
    """Return a box around a chip that about a given fraction of all chips' bounds meet.

    Args:
        bounds: [n, 4], west, south, east, north of all chips, degrees.
        centre: Number of the chip.
        fraction: 0..1.
        slack_deg: By so much the box is larger on each side.

    Returns:
        West, south, east, north.
    """
    west, south, east, north = bounds[centre]
    lon, lat = float((west + east) / 2), float((south + north) / 2)
    beside = np.maximum(np.maximum(bounds[:, 0] - lon, lon - bounds[:, 2]), 0)
    above = np.maximum(np.maximum(bounds[:, 1] - lat, lat - bounds[:, 3]), 0)
    away = np.maximum(beside, above)
    nth = max(round(fraction * len(bounds)), 1) - 1
    reach = float(np.partition(away, nth)[nth]) + slack_deg
    return (
        max(lon - reach, -180.0),
        max(lat - reach, -90.0),
        min(lon + reach, 180.0),
        min(lat + reach, 90.0),
    )


def _manifest_hash(index: Generation) -> str:
    return hashlib.sha256((index.folder / MANIFEST).read_bytes()).hexdigest()
