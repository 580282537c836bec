"""What is to be said of a filter beside its answer: how it was read, and where the index lies."""

from dataclasses import replace

from geosearch.index import Filter, Generation, moment_of
from geosearch.vocabulary import KINDS, NO_PICTURES

_DIGITS = 5
"""Of degrees: about a metre."""


def notes_on(index: Generation, filter: Filter, matching: int) -> tuple[str, ...]:
    """Return what is to be said of a filter, one line each.

    Args:
        index: What it was applied to.
        filter: The filter.
        matching: Number of chips that pass it.
    """
    return filter.notes if matching else (*filter.notes, nothing_matches(index, filter))


def without_others(index: Generation, filter: Filter) -> Filter:
    """Return a filter that leaves out what is no picture, with a note on what that is.

    Args:
        index: What is searched.
        filter: One that says nothing of kinds.
    """
    counts = {}
    for kind in sorted(NO_PICTURES):
        kinds = frozenset({kind})
        only = replace(filter, kinds=kinds)
        # most segments have none of them: no need to ask what else a filter says
        having = (one for one in index.segments if one.scenes.of_kinds(kinds) != [])
        count = sum(segment.select(only).count for segment in having)
        if count:
            counts[kind] = count
    if not counts:
        return filter
    said = ", ".join(f"{count:,} of {kind}" for kind, count in counts.items())
    note = f"left out chips that are no pictures: {said}; `kind` all finds them too"
    pictures = frozenset(KINDS) - NO_PICTURES
    return replace(filter, kinds=pictures, notes=(*filter.notes, note))


def nothing_matches(index: Generation, filter: Filter) -> str:
    """Return where and when an index is, for those whose filter no chip of it passes."""
    entries = [segment.entry for segment in index.segments if segment.alive.count]
    boxes = [entry.bounds for entry in entries if entry.bounds]
    if not boxes:
        return "the index is empty"
    west, south, east, north = zip(*boxes, strict=True)
    bounds = min(west), min(south), max(east), max(north)
    told = ",".join(str(round(side, _DIGITS)).removesuffix(".0") for side in bounds)
    said = f"no chip matches the filter; the index lies within {told} (W,S,E,N)"
    if filter.time is None:
        return said
    spans = [entry.time_ms for entry in entries if entry.time_ms]
    if not spans:
        return f"{said}, and none of its chips has a known time"
    first, last = min(first for first, _ in spans), max(last for _, last in spans)
    return f"{said}, from {moment_of(first)} to {moment_of(last)}"
