"""The exact scan on a torch device: all rows at once, the answer the CPU's own.

A device adds in another order than the CPU, and has the query in 16 bits. So it only nominates:
every row whose score there is so near to the k-th best that it could be among the best here. Those
are scored again by the CPU's scan. What comes out is what the CPU's scan of all rows would answer,
score for score and tie for tie.

How near is near enough. Let a row be v, no longer than L, and the query x, in 16 bits h, both
[dim]. By the bound on inner products (Higham, Accuracy and Stability of Numerical Algorithms, 2002,
section 3.1, with g(u) = dim u / (1 - dim u), in any order of adding) and Cauchy and Schwarz:

- the device: |d - hv| <= g(2^-22) |h| L. Products of two 16-bit numbers are whole in float32, and a
  tensor core's sums are cut off, not rounded (Fasi et al., Numerical behavior of NVIDIA tensor
  cores, 2021): a unit of 2^-23, and as much again for safety;
- the query's rounding: |hv - xv| <= |h - x| L;
- the CPU: |c - xv| <= g(2^-24) |x| L.

So |d - c| <= E, the sum of the three. With D the k-th best score of the device, k rows have
c >= D - E; a row among the best k by c, or tied with the k-th, has c >= D - E too and thus
d >= D - 2E. If an answer shows that a device does not keep to E, the CPU scans.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geosearch.errors import EncoderError, first_line
from geosearch.index.arrays.aliases import Floats, Halves, Rows
from geosearch.index.arrays.row_ranges import RowRanges
from geosearch.index.scoring.cuda_vectors import (
    DeviceVectors,
    free_bytes,
    has_fp16_matmul,
    needed_bytes,
    scores,
    upload,
)
from geosearch.index.scoring.exact import best_rows

if TYPE_CHECKING:
    import torch


WORK_BYTES = 256 << 20
"""What scores and gathered rows take on the device at once, about."""
MIN_MS = 0.5
"""What the CPU does in less is left to it: to start and to fetch takes a device as long. Not
measured; to be replaced by what python -m benchmarks device finds."""
UPLOAD_BYTES_PER_MS = 2_000_000
"""From mapped files to the device, about: page-locked memory and the bus allow more."""

_MAX_NOMINATED = 65_536
"""If more rows may be among the best, the CPU scans: they are not worth fetching."""
_MARGIN = 64
_GATHERED_PART = 1 / 8
"""Where fewer rows pass than this part of those between them, they are gathered."""
_QUERIES_AT_ONCE = 256
_DEVICE_UNIT = 2.0**-22
_CPU_UNIT = 2.0**-24


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """What a device found for a query."""

    rows: Rows
    """The best k and those that tie with the last, best first, ties by row."""
    scores: Floats
    """Their scores, as the CPU computes them."""
    scored: int
    """Number of rows that the CPU scored."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows that are scored together."""

    vectors: "torch.Tensor"
    """float16 [m, dim]."""
    rows: "torch.Tensor"
    """Their numbers, int64 [m]."""
    hidden: "torch.Tensor | None"
    """Those that do not pass, bool [m]; None if all do."""


class DeviceScan:
    """Vectors of segments in a device's memory; any number of threads may ask it."""

    def __init__(
        self,
        device: str,
        *,
        at_once: bool = True,
        limit_bytes: int | None = None,
        min_ms: float = MIN_MS,
        work_bytes: int = WORK_BYTES,
    ) -> None:
        """Hold nothing yet.

        Args:
            device: As torch names it; ``cpu`` works too, and is slower than the CPU's own scan.
            at_once: Upload a segment's vectors when they are first searched; else when searching
                them without the device has taken as long as uploading them would.
            limit_bytes: What all vectors may take there; None for what is free, less a reserve.
            min_ms: Searches that take the CPU less are left to it, milliseconds.
            work_bytes: What scores and gathered rows take there at once, about.
        """
        self.device = device
        self._at_once = at_once
        self._left = limit_bytes
        self._min_ms = min_ms
        self._work_bytes = work_bytes
        self._lock = Lock()  # a device does one thing after the other; so its memory is bounded
        self._held: dict[str, DeviceVectors | None] = {}
        self._spent_ms: dict[str, float] = {}
        self._fp16_matmul: bool | None = None

    def should_use(self, name: str, vectors: Halves, milliseconds: float) -> bool:
        """Return whether the device should search a segment; upload its vectors if that pays.

        Args:
            name: The segment's.
            vectors: float16 [n, dim], n >= 1.
            milliseconds: What the CPU would take for what is asked now.

        Raises:
            EncoderError: The device is not there, or has failed.
        """
        if milliseconds < self._min_ms:
            return False
        with self._lock, _working(self.device):
            if name not in self._held and self._pays(name, vectors, milliseconds):
                self._held[name] = self._uploaded(vectors)
            return self._held.get(name) is not None

    def _pays(self, name: str, vectors: Halves, milliseconds: float) -> bool:
        spent = self._spent_ms.get(name, 0.0) + milliseconds
        self._spent_ms[name] = spent
        return self._at_once or spent >= vectors.nbytes / UPLOAD_BYTES_PER_MS

    def _uploaded(self, vectors: Halves) -> DeviceVectors | None:
        needed, free = needed_bytes(vectors), free_bytes(self.device)
        if any(room is not None and needed > room for room in (self._left, free)):
            return None
        if self._fp16_matmul is None:
            self._fp16_matmul = has_fp16_matmul(self.device, vectors.shape[1])
        held = upload(vectors, self.device)
        if held is not None and self._left is not None:
            self._left -= needed
        return held

    def best_rows(
        self, name: str, vectors: Halves, queries: Floats, ranges: RowRanges, k: int
    ) -> list[DeviceAnswer | None]:
        """Return for each query the best of some rows, exactly as the CPU's scan ranks them.

        Args:
            name: A segment that the device has taken.
            vectors: float16 [n, dim], the same as then.
            queries: float32 [q, dim].
            ranges: Rows to choose from, at least one.
            k: Number of rows.

        Returns:
            One per query; None where the CPU has to scan: too many rows are equally good, or the
            device is out of memory or does not compute as it should.

        Raises:
            EncoderError: The device has failed.
        """
        held = self._held[name]
        if held is None:
            return [None] * len(queries)
        found = []
        for first in range(0, len(queries), _QUERIES_AT_ONCE):
            some = queries[first : first + _QUERIES_AT_ONCE]
            errors = [score_error(query, held.max_norm) for query in some]
            with self._lock, _working(self.device):
                nominated = self._nominated(held, some, errors, ranges, k)
            for query, error, rows in zip(some, errors, nominated, strict=True):
                found.append(None if rows is None else _ranked(vectors, query, error, rows, k))
        return found

    def _nominated(
        self, held: DeviceVectors, queries: Floats, errors: list[float], ranges: RowRanges, k: int
    ) -> "list[tuple[Rows, Floats] | None]":
        """Return rows and their scores on the device, of each query those that may be best."""
        import torch

        matching = ranges.count
        k = min(k, matching)
        halves = torch.from_numpy(_halved(queries)).to(self.device)
        found: list[tuple[Rows, Floats] | None] = [None] * len(queries)
        waiting = [at for at, error in enumerate(errors) if np.isfinite(error)]
        taken = min(k + max(k, _MARGIN), matching)
        while waiting and taken <= _MAX_NOMINATED:
            try:
                top, rows = self._top(held, halves[waiting], ranges, taken)
            except torch.OutOfMemoryError:
                break
            further = []
            for at, its_scores, its_rows in zip(waiting, top, rows, strict=True):
                # float64: NumPy would round a Python float to the scores' float32
                low = np.float64(its_scores[k - 1]) - 2 * errors[at]
                if taken < matching and its_scores[-1] >= low:
                    further.append(at)
                    continue
                near = its_scores >= low
                found[at] = its_rows[near], its_scores[near]
            waiting, taken = further, min(2 * taken, matching)
        return found

    def _top(
        self, held: DeviceVectors, halves: "torch.Tensor", ranges: RowRanges, count: int
    ) -> tuple[Floats, Rows]:
        """Return the device's best scores and their rows, [q, count] each, best first."""
        import torch

        best = torch.empty((len(halves), 0), dtype=torch.float32, device=self.device)
        rows = torch.empty((len(halves), 0), dtype=torch.int64, device=self.device)
        for part in _parts(held.rows, ranges, self._rows_at_once(halves)):
            scored = scores(halves, part.vectors, fp16_matmul=bool(self._fp16_matmul))
            if part.hidden is not None:
                scored.masked_fill_(part.hidden, -torch.inf)
            top, at = scored.topk(min(count, scored.shape[1]), dim=1)
            best, rows = torch.cat([best, top], dim=1), torch.cat([rows, part.rows[at]], dim=1)
            best, order = best.topk(min(count, best.shape[1]), dim=1)
            rows = rows.gather(1, order)
        return best.cpu().numpy(), rows.cpu().numpy()

    def _rows_at_once(self, halves: "torch.Tensor") -> int:
        queries, dim = halves.shape
        # scores, masked and sorted; a row's number; the row, gathered and perhaps in float32
        row_bytes = 12 * queries + 8 + (2 if self._fp16_matmul else 6) * dim
        return max(self._work_bytes // row_bytes, 1)


@contextmanager
def _working(device: str) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, AssertionError) as error:  # the second where torch has no CUDA at all
        raise EncoderError(
            f"device {device!r} failed: {first_line(error)}",
            hint="give `device` cpu, or install a CUDA build of PyTorch and its driver",
            parameter="device",
        ) from error


def score_error(query: Floats, max_norm: float) -> float:
    """Return how far the device's score of a row may lie from the CPU's; see above.

    Args:
        query: float32 [dim].
        max_norm: No row is longer.
    """
    whole = query.astype(np.float64)
    half = _halved(query).astype(np.float64)
    lengths = [float(np.linalg.norm(one)) for one in (half - whole, half, whole)]
    units = (1.0, _growth(len(query), _DEVICE_UNIT), _growth(len(query), _CPU_UNIT))
    return max_norm * sum(unit * length for unit, length in zip(units, lengths, strict=True))


def _halved(queries: Floats) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):  # the error of an infinite number is NaN
        return queries.astype(np.float16)


def _growth(additions: int, unit: float) -> float:
    return additions * unit / (1 - additions * unit)


def _ranked(
    vectors: Halves, query: Floats, error: float, nominated: tuple[Rows, Floats], k: int
) -> DeviceAnswer | None:
    """Score rows again; None if the device's scores are further away than they may be."""
    order = np.argsort(nominated[0])
    rows, approximate = nominated[0][order], nominated[1][order]
    best, exact = best_rows(vectors, query, RowRanges.of_rows(rows), len(rows))
    if np.abs(approximate[np.searchsorted(rows, best)] - exact).max() > error:
        return None
    kept = exact >= exact[min(k, len(exact)) - 1]
    return DeviceAnswer(best[kept], exact[kept], len(rows))


def _parts(vectors: "torch.Tensor", ranges: RowRanges, maximum: int) -> Iterator[_Part]:
    """Yield the rows of ranges, and where many pass, others between them that are hidden."""
    import torch

    device = vectors.device
    first, last = int(ranges.starts[0]), int(ranges.stops[-1])
    matching = ranges.count
    if matching < _GATHERED_PART * (last - first):
        rows = _rows_on(device, ranges)
        for start in range(0, matching, maximum):
            part = rows[start : start + maximum]
            yield _Part(vectors[part], part, None)
        return
    hidden = None if matching == last - first else _hidden(device, ranges)
    for start in range(first, last, maximum):
        stop = min(start + maximum, last)
        rows = torch.arange(start, stop, device=device)
        some = None if hidden is None else hidden[start - first : stop - first]
        yield _Part(vectors[start:stop], rows, some)


def _hidden(device: "torch.device", ranges: RowRanges) -> "torch.Tensor":
    """Return which rows from the first range to the last are in none, bool [m]."""
    import torch

    first, last = int(ranges.starts[0]), int(ranges.stops[-1])
    edges = torch.from_numpy(np.ascontiguousarray(ranges.edges)).to(device) - first
    steps = torch.zeros(last - first + 1, dtype=torch.int8, device=device)
    one = torch.ones(len(ranges), dtype=torch.int8, device=device)
    # added, not put: where two ranges touch, one begins where the other ends
    steps.index_add_(0, edges[:, 0], one).index_add_(0, edges[:, 1], -one)
    return steps[:-1].cumsum(0, dtype=torch.int8) == 0


def _rows_on(device: "torch.device", ranges: RowRanges) -> "torch.Tensor":
    """Return the rows of ranges one by one, int64 [m], as `RowRanges.rows` does."""
    import torch

    starts, stops = torch.from_numpy(np.ascontiguousarray(ranges.edges)).to(device).T
    lengths = stops - starts
    before = lengths.cumsum(0) - lengths
    every = torch.arange(ranges.count, device=device)
    return every + torch.repeat_interleave(starts - before, lengths)
