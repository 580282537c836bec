"""The bank: phrases of what aerial pictures show, and of what they do not."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

BANK_VERSION = 1
"""Of the phrases; what an index keeps of them is of one version."""
_FILE = "bank.tsv"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that a query is compared with."""

    text: str
    kind: str
    """``thing``, ``other`` (not an aerial picture) or ``look`` (colour, pattern)."""
    width_m: tuple[float, float] | None = None
    """Of a thing: the narrowest and the widest chip on the ground in which it is usually
    recognised, metres."""


@cache
def bank() -> tuple[Phrase, ...]:
    """Return all phrases, in the order of their numbers."""
    text = resources.files("geosearch.vocabulary").joinpath(_FILE).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if lines[0] != f"version\t{BANK_VERSION}":
        raise ValueError(f"{_FILE} is of {lines[0]}, not of version {BANK_VERSION}")
    return tuple(_phrase(*line.split("\t")) for line in lines[1:])


def _phrase(text: str, kind: str, *width: str) -> Phrase:
    if not width:
        return Phrase(text, kind)
    narrowest, widest = map(float, width)
    return Phrase(text, kind, (narrowest, widest))
