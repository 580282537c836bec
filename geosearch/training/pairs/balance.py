"""How much the long and the short texts count, over a run."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from geosearch.errors import UsageError

_FORM = (
    "give PROGRESS:WEIGHT points, both 0 to 1, as 0:0.25,1:0.75: the weight of the long texts, the "
    "short ones have what is left"
)


@dataclass(frozen=True, slots=True)
class Balance:
    """The weight of the long texts as a line through points; the short ones have the rest.

    DGTRS-CLIP balances the two by a curriculum whose formula and constants are not published. The
    default is our own reading: from mostly short to mostly long, so that what a scene shows is
    learned before how it is arranged.
    """

    points: tuple[tuple[float, float], ...] = ((0.0, 0.25), (1.0, 0.75))
    """Progress and weight, both 0..1, by progress."""

    def __post_init__(self) -> None:
        """Refuse weights that are not such a line.

        Raises:
            UsageError: A number is not in 0..1, or progress does not grow.
        """
        numbers = [number for point in self.points for number in point]
        grows = all(a[0] < b[0] for a, b in pairwise(self.points))
        if not self.points or not grows or any(not 0 <= number <= 1 for number in numbers):
            raise UsageError(
                f"{str(self)!r} is not a balance of long and short texts",
                hint=_FORM,
                parameter="balance",
            )

    def long(self, done: float) -> float:
        """Return the weight of the long texts when a fraction of the run is done."""
        after = bisect_right([progress for progress, _ in self.points], done)
        if after == 0:
            return self.points[0][1]
        if after == len(self.points):
            return self.points[-1][1]
        (start, low), (end, high) = self.points[after - 1 : after + 1]
        return low + (high - low) * (done - start) / (end - start)

    def __str__(self) -> str:
        """Return it as the command line takes it."""
        return ",".join(f"{progress:g}:{weight:g}" for progress, weight in self.points)


def read_balance(written: str) -> Balance:
    """Read ``PROGRESS:WEIGHT`` points, or one of the words ``long`` and ``short``.

    Raises:
        UsageError: It is neither.
    """
    if written in ("long", "short"):
        return Balance(((0.0, float(written == "long")),))
    try:
        points = [tuple(map(float, point.split(":"))) for point in written.split(",")]
        return Balance(tuple((progress, weight) for progress, weight in points))
    except ValueError as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(
            f"{written!r} is not a balance of long and short texts", hint=_FORM, parameter="balance"
        ) from None
