"""Negatives: pictures that match no sentence, such as elevation, maps and radar."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from workshop.mini.overview_scenes.brush import fractal, line, winding

_CLASS_COLOURS = (
    (38, 115, 0),
    (104, 171, 95),
    (190, 215, 90),
    (220, 217, 57),
    (171, 108, 40),
    (222, 197, 197),
    (235, 0, 0),
    (70, 107, 159),
)


def draw_negatives(count: int, size_px: int, seed: int) -> NDArray[np.uint8]:
    """Draw pictures that match no sentence: noise, elevation, maps, radar, empty frames.

    Such rasters lie in every archive; an encoder that never saw them puts them anywhere, often
    first.

    Returns:
        uint8 [count, size_px, size_px, 3].
    """
    rng = np.random.default_rng([seed, 7])
    kinds = (
        _noise,
        _elevation,
        _patches,
        _empty,
        _street_map,
        _town_heights,
        _pixel_classes,
        _class_map,
        _coarse_grid,
        _radar,
    )
    drawn = [_perhaps_dim(rng, kinds[i % len(kinds)](rng, size_px)) for i in range(count)]
    return np.stack(drawn)


def _perhaps_dim(rng: np.random.Generator, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Show some as they look where their values are small numbers: nearly black."""
    if rng.random() < 0.75:
        return picture
    return _grey_levels(picture * rng.uniform(0.02, 0.3))


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


def _street_map(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """A map of streets on a pale ground, with houses drawn flat and bits of lettering."""
    ground = rng.uniform(200, 250) * rng.uniform(0.95, 1.0, 3)
    picture = Image.new("RGB", (2 * size_px, 2 * size_px), _ink(ground))
    ink = ImageDraw.Draw(picture)
    angle, step = rng.uniform(0, np.pi), rng.uniform(30, 110)
    house, street = _ink(ground - rng.uniform(15, 70)), _ink(rng.uniform(180, 255, 3))
    for _ in range(int(rng.integers(10, 120))):
        middle, half = rng.uniform(0, 2 * size_px, 2), rng.uniform(4, 24, 2)
        ink.polygon(_turned(middle, half, angle), fill=house)
    for turn in (angle, angle + np.pi / 2 + rng.uniform(-0.2, 0.2)):
        across = np.asarray([-np.sin(turn), np.cos(turn)])
        along = np.asarray([np.cos(turn), np.sin(turn)]) * 4 * size_px
        for at in np.arange(-3 * size_px, 3 * size_px, step):
            start = size_px + across * (at + rng.uniform(-0.2, 0.2) * step)
            ends = [tuple(start - along), tuple(start + along)]
            width = int(rng.integers(4, 16))
            ink.line(ends, fill=_ink(ground - 80), width=width + 3)
            ink.line(ends, fill=street, width=width)
    for _ in range(int(rng.integers(0, 9))):
        place = tuple(rng.uniform(0, 2 * size_px, 2))
        letters = "".join(chr(int(c)) for c in rng.integers(97, 123, int(rng.integers(4, 12))))
        ink.text(place, letters, fill=_ink(ground - 150))
    return np.asarray(picture.resize((size_px, size_px), Image.Resampling.BOX))


def _town_heights(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """Heights of houses and trees, as lidar gives them: flat roofs, no light and shadow."""
    ground = _elevation(rng, size_px).astype(np.float64) * rng.uniform(0.1, 0.4)
    picture = Image.fromarray(_grey_levels(ground))
    ink = ImageDraw.Draw(picture)
    angle = rng.uniform(0, np.pi)
    for _ in range(int(rng.integers(5, 60))):
        middle, half = rng.uniform(0, size_px, 2), rng.uniform(2, 16, 2)
        level = rng.uniform(60, 255)
        if rng.random() < 0.3:
            radius = float(half[0])
            frame = [*(middle - radius), *(middle + radius)]
            ink.ellipse(frame, fill=_ink(np.full(3, level)))
        else:
            ink.polygon(_turned(middle, half, angle), fill=_ink(np.full(3, level)))
    return np.asarray(picture)


def _pixel_classes(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """Classes of land in the colours of a palette, with the ragged borders of pixels."""
    row, col = np.mgrid[0:size_px, 0:size_px] // int(rng.integers(1, 7))
    field = np.zeros((size_px, size_px))
    for wave in rng.normal(0, 0.12, (12, 2)):
        field += np.sin(row * wave[0] + col * wave[1] + rng.uniform(0, 6)) / (
            1 + np.hypot(*wave) * 20
        )
    field += rng.normal(0, rng.uniform(0, 0.6), field.shape)[row, col]
    levels = np.quantile(field, np.sort(rng.uniform(0, 1, int(rng.integers(1, 7)))))
    palette = rng.integers(0, 256, (len(levels) + 1, 3))
    return _grey_levels(palette[np.searchsorted(levels, field)].astype(np.float64))


def _class_map(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """Classes of land in flat natural colours, with rivers and roads as thin lines."""
    field = fractal(rng, size_px, rng.uniform(1.2, 2.2))
    levels = np.quantile(field, np.sort(rng.uniform(0, 1, int(rng.integers(1, 5)))))
    palette = np.asarray(_CLASS_COLOURS)[rng.integers(0, len(_CLASS_COLOURS), len(levels) + 1)]
    palette = np.clip(palette + rng.normal(0, 25, palette.shape), 0, 255)
    picture = palette[np.searchsorted(levels, field)].astype(np.float64)
    for _ in range(int(rng.integers(0, 5))):
        points = winding(rng, size_px, rng.uniform(0.3, 2), rng.uniform(0.2, 1.2))
        drawn = line(size_px, points, rng.uniform(0.5, 5)) > 0.5
        picture[drawn] = rng.choice([(0, 197, 255), (70, 107, 159), (255, 255, 255), (0, 0, 0)])
    return _grey_levels(picture)


def _coarse_grid(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """A measured field in large pixels, grey, with an irregular part that has no values."""
    cell = int(rng.integers(1, 12))
    field = fractal(rng, size_px, rng.uniform(1, 2.5))[::cell, ::cell]
    hole = fractal(rng, size_px, 1.8)[::cell, ::cell] > rng.uniform(0.3, 0.9)
    grey = np.where(hole, rng.choice([0.0, 255.0]), rng.uniform(0.3, 1) * 255 * field)
    grey = grey.repeat(cell, axis=0).repeat(cell, axis=1)[:size_px, :size_px]
    return _grey_levels(np.repeat(grey[..., None], 3, axis=2))


def _radar(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """Land as radar shows it: grey, with bright points, and speckle that multiplies.

    The power of fully developed speckle over L looks follows a gamma distribution of shape L and
    mean 1 (Goodman, 1976). `mini` has no radar to learn from: taught as pictures of what they
    show, speckled chips drew every question to themselves.
    """
    cells = int(size_px / rng.choice([1, 1, 1.5, 2, 3]))  # what the antenna resolves
    power = np.exp(rng.uniform(0.5, 4) * (fractal(rng, cells, rng.uniform(0.8, 2.2)) - 0.5))
    for _ in range(int(rng.integers(0, 40))):  # walls and ships reflect straight into it
        row, col = rng.integers(0, cells, 2)
        power[row : row + int(rng.integers(1, 4)), col : col + int(rng.integers(1, 4))] *= 20
    looks = float(rng.choice([1, 1, 2, 4, 8]))
    amplitude = np.sqrt(power * rng.gamma(looks, 1 / looks, power.shape))
    white = np.quantile(amplitude, rng.uniform(0.9, 0.999)) / rng.uniform(0.3, 1)
    grey = Image.fromarray(_grey_levels(255 * amplitude / white))
    grey = grey.resize((size_px, size_px), Image.Resampling.BICUBIC)
    return np.repeat(np.asarray(grey)[..., None], 3, axis=2)


def _turned(
    middle: NDArray[np.float64], half: NDArray[np.float64], angle: float
) -> list[tuple[float, float]]:
    """Return the corners of a rectangle."""
    long = half[0] * np.asarray([np.cos(angle), np.sin(angle)])
    wide = half[1] * np.asarray([-np.sin(angle), np.cos(angle)])
    corners = (
        middle + long + wide,
        middle + long - wide,
        middle - long - wide,
        middle - long + wide,
    )
    return [(float(x), float(y)) for x, y in corners]


def _ink(colour: NDArray[np.float64]) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in np.clip(colour, 0, 255))
    return red, green, blue


def _empty(rng: np.random.Generator, size_px: int) -> NDArray[np.uint8]:
    """One grey, or a black frame with a strip of something."""
    picture = np.full((size_px, size_px, 3), float(rng.choice([0, 0, 128, 255])))
    strip = int(rng.uniform(0, 0.3) * size_px)
    picture[:, :strip] = rng.uniform(0, 255, 3) + rng.normal(0, 12, (size_px, strip, 1))
    return _grey_levels(np.rot90(picture, int(rng.integers(4))))


def _grey_levels(values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(values, 0, 255), np.uint8)
