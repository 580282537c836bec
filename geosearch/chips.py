"""How scenes are cut into chips: what a user asks for, and what an index records."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import index as index_of
from typing import Any

from geosearch.errors import UsageError

MIN_VALID = 0.25
"""Minimum fraction of valid pixels in a chip, unless another one is given."""
MIN_GSD_M, MAX_GSD_M = 0.001, 1_000_000.0
MAX_SCALE = 1024


@dataclass(frozen=True, slots=True)
class Chips:
    """How scenes are cut into chips; None leaves a setting open.

    What is open is as the index records it; in a new index it is the default.
    """

    size_px: int | None = None
    """Chip edge, pixels. Default: the encoder's input."""
    stride_px: int | None = None
    """Step between chips, pixels. Default: half a chip, so that an object of up to half a chip's
    size is whole in at least one of them."""
    min_valid: float | None = None
    """Minimum fraction of valid pixels in a chip, 0..1. Default: `MIN_VALID`."""
    bands: tuple[int, int, int] | None = None
    """Bands shown as red, green, blue, from 1. Default: chosen for each scene."""
    stretch: str | tuple[float, float] | None = None
    """Values shown as black and as white, ``(0, 3000)``; ``percentile`` for the 2nd and the 98th of
    each band of a scene; ``none`` for values of 0 to 255 as they are; ``auto``, the default, for
    ``none`` where a scene has 8 bits, else ``percentile``. Each scene has its own on record."""
    gsd_m: float | None = None
    """Metres per pixel of the finest chips, so that chips of all scenes have one size on the
    ground; a coarser scene is cut at its own resolution. Default: each scene's own."""
    scales: Sequence[int] | None = None
    """Multiples of it to cut chips at: ``(1, 2, 4)`` covers the same ground also with chips of two
    and four times the side. Default: the finest only."""

    def __post_init__(self) -> None:
        self._normalize()
        if self.size_px is not None and self.size_px < 1:
            raise UsageError(
                f"`size_px` is {self.size_px}",
                hint="use a chip edge of at least 1 pixel",
                parameter="size_px",
            )
        if self.stride_px is not None:
            _require_stride(self.stride_px, self.size_px)
        if self.min_valid is not None and not 0 <= self.min_valid <= 1:
            raise UsageError(
                f"`min_valid` is {self.min_valid}",
                hint="use a fraction from 0 to 1",
                parameter="min_valid",
            )
        if self.gsd_m is not None and not MIN_GSD_M <= self.gsd_m <= MAX_GSD_M:
            raise UsageError(
                f"`gsd_m` is {self.gsd_m:g}",
                hint=f"use metres per pixel from {MIN_GSD_M:g} to {MAX_GSD_M:,.0f}",
                parameter="gsd_m",
            )
        if self.scales is not None:
            _require_scales(self.scales)

    def _normalize(self) -> None:
        """Let equal settings be equal values, however they are written."""
        readers: dict[str, Callable[[str, Any], Any]] = {
            "size_px": _whole,
            "stride_px": _whole,
            "min_valid": _number,
            "bands": _three_bands,
            "stretch": _stretch_text,
            "gsd_m": _number,
            "scales": _whole_numbers,
        }
        for name, read in readers.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, read(name, value))

    def resolved(self, input_px: int, recorded: "ResolvedChips | None" = None) -> "ResolvedChips":
        """Settle what is open.

        Args:
            input_px: Edge of the images that the encoder takes, pixels.
            recorded: How chips of the index are cut; None for a new one.

        Raises:
            UsageError: The settings contradict each other.
        """
        names = [field.name for field in fields(self)]
        values = {} if recorded is None else {name: getattr(recorded, name) for name in names}
        values |= {name: value for name in names if (value := getattr(self, name)) is not None}
        size_px = values.setdefault("size_px", input_px)
        values.setdefault("stride_px", max(size_px // 2, 1))
        return ResolvedChips(**values)


@dataclass(frozen=True, slots=True)
class ResolvedChips(Chips):
    """How scenes are cut into chips, with nothing left open."""

    size_px: int
    stride_px: int
    min_valid: float = MIN_VALID
    stretch: str = "auto"
    scales: tuple[int, ...] = (1,)


def _whole(name: str, value: Any) -> int:
    """Return a whole number of whatever kind; what is none would not come back from an index."""
    try:
        if not isinstance(value, bool):
            return index_of(value)
    except TypeError:
        pass
    raise _wrong(name, value, "give a whole number")


def _number(name: str, value: Any) -> float:
    try:
        if not isinstance(value, bool | str):
            return float(value)
    except (TypeError, ValueError):
        pass
    raise _wrong(name, value, "give a number")


def _whole_numbers(name: str, values: Any) -> tuple[int, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise _wrong(name, values, "give whole numbers: (1, 2, 4)")
    return tuple(_whole(name, value) for value in values)


def _three_bands(name: str, values: Any) -> tuple[int, ...]:
    bands = _whole_numbers(name, values)
    if len(bands) != 3 or min(bands) < 1:
        raise _wrong(name, values, "give three bands, counted from 1: (4, 3, 2)")
    return bands


def _stretch_text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, Iterable):
        raise _wrong(name, value, "give two values, or auto, percentile or none")
    return ",".join(f"{_number(name, one):.17g}" for one in value)


def _wrong(name: str, value: Any, hint: str) -> UsageError:
    return UsageError(f"`{name}` is {value!r}", hint=hint, parameter=name)


def _require_stride(stride_px: int, size_px: int | None) -> None:
    if stride_px < 1:
        raise UsageError(
            f"`stride_px` is {stride_px}",
            hint="use a step of at least 1 pixel",
            parameter="stride_px",
        )
    if size_px is not None and stride_px > size_px:
        raise UsageError(
            f"`stride_px` {stride_px} leaves gaps between chips of {size_px} px",
            hint=f"use a stride from 1 to {size_px}",
            parameter="stride_px",
        )


def _require_scales(scales: Sequence[int]) -> None:
    text = ",".join(map(str, scales)) or "none"
    if not scales or len(set(scales)) < len(scales):
        raise UsageError(
            f"`scales` are {text}", hint="name each scale once: 1,2,4", parameter="scales"
        )
    if not all(1 <= scale <= MAX_SCALE for scale in scales):
        raise UsageError(
            f"`scales` are {text}",
            hint=f"use whole numbers from 1 to {MAX_SCALE}",
            parameter="scales",
        )
