"""Pictures that are drawn, not taken: demo chips and overview scenes, with their sentences."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from geosearch.demo import training_chip
from workshop.mini.overview_scenes import draw_overview
from workshop.mini.pictures.datasets import Pictures, Split

_CHIP_PX = 160  # training cuts 128 out of it, anywhere and at any angle
_ARRANGED = 0.55
"""Fraction of chips to train on with an arrangement: how things lie is the harder lesson."""

_Draw = Callable[[np.random.Generator], tuple[NDArray[np.uint8], tuple[str, ...]]]
_AT_ONCE = 100


def draw_demo(count: int, held_out: int, seed: int, processes: int) -> Split:
    """Draw chips of the demo's scenes; those held out come from other draws of chance.

    Args:
        count: Chips to train on, 160 pixels per side.
        held_out: Chips of 128 pixels per side, as they lie in an archive.
        seed: Random seed.
        processes: How many draw side by side; the result does not depend on it.
    """
    return Split(
        _draw(count, seed, processes, partial(training_chip, size_px=_CHIP_PX, arranged=_ARRANGED)),
        _draw(held_out, seed + 1, processes, partial(training_chip, size_px=128)),
    )


def draw_overviews(count: int, seed: int, processes: int) -> Pictures:
    """Draw overview scenes, 160 pixels per side; parameters as of :func:`draw_demo`."""
    return _draw(count, seed + 2, processes, partial(draw_overview, size_px=_CHIP_PX))


def _draw(count: int, seed: int, processes: int, draw: _Draw) -> Pictures:
    starts = range(0, count, _AT_ONCE)
    one = partial(_draw_some, seed=seed, draw=draw)
    counts = [min(_AT_ONCE, count - start) for start in starts]
    # spawn: a fork of a process that has used torch's threads may hang
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(one, starts, counts))
    chips = np.concatenate([chips for chips, _ in parts])
    sentences = [said for _, part in parts for said in part]
    labels = tuple(said[0] for said in sentences)
    names = dict(zip(labels, sentences, strict=True))
    return Pictures(chips, tuple(() for _ in labels), labels, names, ("{}",))


def _draw_some(
    start: int, count: int, *, seed: int, draw: _Draw
) -> tuple[NDArray[np.uint8], list[tuple[str, ...]]]:
    rng = np.random.default_rng([seed, start])
    drawn = [draw(rng) for _ in range(count)]
    return np.stack([chip for chip, _ in drawn]), [said for _, said in drawn]
