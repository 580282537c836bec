"""Pictures that are drawn, not taken: demo chips with their sentences, and pictures of nothing."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from geosearch.demo import training_chip
from geosearch.training.mini.datasets import Pictures, Split

_CHIP_PX = 160  # training cuts 128 out of it, anywhere and at any angle
_AT_ONCE = 100


def draw_demo(count: int, held_out: int, seed: int, processes: int) -> Split:
    """Draw chips of the demo's scenes; those held out come from other draws of chance.

    Args:
        count: Chips to train on, 160 pixels a side.
        held_out: Chips of 128 pixels a side, as they lie in an archive.
        seed: Decides them all.
        processes: How many draw side by side; the result does not depend on it.
    """
    return Split(_draw(count, _CHIP_PX, seed, processes), _draw(held_out, 128, seed + 1, processes))


def _draw(count: int, size_px: int, seed: int, processes: int) -> Pictures:
    starts = range(0, count, _AT_ONCE)
    one = partial(_draw_some, size_px=size_px, seed=seed)
    counts = [min(_AT_ONCE, count - start) for start in starts]
    # spawn: a fork of a process that has used torch's threads may hang
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(one, starts, counts))
    chips = np.concatenate([chips for chips, _ in parts])
    sentences = [said for _, part in parts for said in part]
    labels = tuple(said[0] for said in sentences)
    phrases = dict(zip(labels, sentences, strict=True))
    return Pictures(chips, tuple(() for _ in labels), labels, phrases)


def _draw_some(
    start: int, count: int, *, size_px: int, seed: int
) -> tuple[NDArray[np.uint8], list[tuple[str, ...]]]:
    rng = np.random.default_rng([seed, start])
    drawn = [training_chip(rng, size_px) for _ in range(count)]
    return np.stack([chip for chip, _ in drawn]), [said for _, said in drawn]


def draw_nothing(count: int, size_px: int, seed: int) -> NDArray[np.uint8]:
    """Draw pictures that match no sentence: noise, elevation, flat maps, empty frames.

    Such rasters lie in every archive; an encoder that never saw them puts them anywhere, often
    first.

    Returns:
        uint8 [count, size_px, size_px, 3].
    """
    rng = np.random.default_rng([seed, 7])
    kinds = (_noise, _elevation, _patches, _empty)
    return np.stack([kinds[i % len(kinds)](rng, size_px) for i in range(count)])


def _noise(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    colours = 3 if rng.random() < 0.5 else 1
    level, spread = rng.uniform(40, 210), rng.uniform(10, 80)
    values = rng.normal(level, spread, (size_px, size_px, colours))
    return _grey_levels(np.broadcast_to(values, (size_px, size_px, 3)))


def _elevation(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """Smooth hills in grey, without light and shadow: waves of falling height."""
    row, col = np.mgrid[0:size_px, 0:size_px] / size_px
    height = np.zeros((size_px, size_px))
    for wave in range(1, int(rng.integers(3, 24))):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        across = row * np.sin(angle) + col * np.cos(angle)
        height += np.sin(2 * np.pi * across * wave * 0.6 + phase) / wave ** rng.uniform(0.8, 1.6)
    height = (height - height.min()) / (np.ptp(height) + 1e-9)
    low, high = np.sort(rng.uniform(0, 255, 2))
    return _grey_levels(np.repeat((low + (high - low) * height)[..., None], 3, axis=2))


def _patches(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """Flat colours with sharp borders, as class maps and street maps have."""
    places = rng.uniform(0, size_px, (int(rng.integers(2, 40)), 2))
    row, col = np.mgrid[0:size_px, 0:size_px]
    nearest = np.argmin(
        (row[..., None] - places[:, 0]) ** 2 + (col[..., None] - places[:, 1]) ** 2, axis=2
    )
    palette = rng.integers(0, 256, (int(rng.integers(2, 7)), 3))
    picture = palette[rng.integers(0, len(palette), len(places))[nearest]]
    for _ in range(int(rng.integers(0, 9))):  # lines, as roads and borders are drawn on maps
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.5, 0.5) * size_px
        across = (row - size_px / 2) * np.sin(angle) + (col - size_px / 2) * np.cos(angle)
        picture[np.abs(across - offset) < rng.uniform(0.5, 2.5)] = palette[0] // 2
    return _grey_levels(picture.astype(np.float64))


def _empty(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """One grey, or a black frame with a strip of something."""
    picture = np.full((size_px, size_px, 3), float(rng.choice([0, 0, 128, 255])))
    strip = int(rng.uniform(0, 0.3) * size_px)
    picture[:, :strip] = rng.uniform(0, 255, 3) + rng.normal(0, 12, (size_px, strip, 1))
    return _grey_levels(np.rot90(picture, int(rng.integers(4))))


def _grey_levels(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(values, 0, 255).astype(np.uint8)
