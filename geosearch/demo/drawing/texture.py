"""Surfaces seen from above: noise, furrows, crowns, ripples, as arrays of colour.

Every surface is ``float32 [height, width, 3]`` on the scale 0 to 255. The noise and the crowns
come from tiles that are made once and repeat without a seam; a draw takes a random part of them.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Colour = tuple[float, float, float]
Surface = Callable[[int, int], Floats]
"""Draws a surface of the given height and width in pixels."""

_TILE_PX = 512


@cache
def noise_tile(roughness: float) -> Floats:
    """Make a tile of fractal noise with spectrum ``1 / f ** roughness``.

    Args:
        roughness: 0 is white noise, 1 is ground, 2 is clouds.

    Returns:
        float32 [512, 512], mean 0, standard deviation 1, periodic.
    """
    rng = np.random.default_rng(round(roughness * 100))
    spectrum = np.fft.rfft2(rng.standard_normal((_TILE_PX, _TILE_PX)))
    frequency = np.hypot(np.fft.fftfreq(_TILE_PX)[:, None], np.fft.rfftfreq(_TILE_PX)[None, :])
    frequency[0, 0] = 1.0
    # waves longer than 64 pixels are damped: else one slope would dominate the tile
    spectrum /= np.maximum(frequency, 1 / 64) ** roughness
    spectrum[0, 0] = 0.0
    field = np.fft.irfft2(spectrum, s=(_TILE_PX, _TILE_PX))
    return np.asarray(field / field.std(), np.float32)


@cache
def crown_tile(radius_px: float) -> tuple[Floats, Floats]:
    """Make a tile of a closed canopy of round crowns.

    Args:
        radius_px: mean radius of a crown.

    Returns:
        Heights float32 [512, 512] (0 in the gaps, about 1 on the tops) and a value of each
        crown float32 [512, 512] (-1 to 1), both periodic.
    """
    rng = np.random.default_rng(round(radius_px * 10))
    count = round(1.1 * (_TILE_PX / (1.55 * radius_px)) ** 2)
    height = np.zeros((_TILE_PX, _TILE_PX), np.float32)
    value = np.zeros_like(height)
    for col, row, size, tone in zip(
        rng.uniform(0, _TILE_PX, count),
        rng.uniform(0, _TILE_PX, count),
        radius_px * rng.uniform(0.7, 1.35, count),
        rng.uniform(-1, 1, count),
        strict=True,
    ):
        reach = np.arange(-int(size) - 1, int(size) + 3)
        cols, rows = int(col) + reach, int(row) + reach
        square = ((cols - col)[None, :] ** 2 + (rows - row)[:, None] ** 2) / size**2
        crown = (np.sqrt(np.maximum(0, 1 - square)) * (0.8 + 0.2 * tone)).astype(np.float32)
        at = np.ix_(rows % _TILE_PX, cols % _TILE_PX)
        higher = crown > height[at]
        height[at] = np.where(higher, crown, height[at])
        value[at] = np.where(higher, tone, value[at])
    return height, value


def part_of(
    tile: Floats, height_px: int, width_px: int, col: int, row: int, zoom: float = 1.0
) -> Floats:
    """Take a part of a periodic tile, from a place on and enlarged ``zoom`` times (nearest)."""
    rows = (row + np.arange(height_px) / zoom).astype(np.intp) % _TILE_PX
    cols = (col + np.arange(width_px) / zoom).astype(np.intp) % _TILE_PX
    return tile[rows[:, None], cols[None, :]]


def noise(
    rng: np.random.Generator, height_px: int, width_px: int, roughness: float = 1.0
) -> Floats:
    """Draw noise float32 [height, width], mean 0, standard deviation 1."""
    col, row = rng.integers(0, _TILE_PX, 2)
    return part_of(noise_tile(roughness), height_px, width_px, int(col), int(row))


def coloured(colour: Colour, brightness: Floats) -> Floats:
    """Multiply one colour by a brightness [height, width]."""
    return np.asarray(colour, np.float32) * brightness[:, :, None]


def _along(height_px: int, width_px: int, angle: float) -> Floats:
    """Distance in pixels along a direction, [height, width]."""
    cols = np.arange(width_px, dtype=np.float32) * np.float32(np.cos(angle))
    rows = np.arange(height_px, dtype=np.float32) * np.float32(np.sin(angle))
    return rows[:, None] + cols[None, :]


def rough(rng: np.random.Generator, colour: Colour, amount: float) -> Surface:
    """A surface of one colour with noise: grass, paving, sand."""

    def draw(height_px: int, width_px: int) -> Floats:
        coarse = noise(rng, height_px, width_px, 1.3)
        fine = noise(rng, height_px, width_px, 0.5)
        return coloured(colour, 1 + amount * coarse + 0.5 * amount * fine)

    return draw


def furrowed(rng: np.random.Generator, colour: Colour, amount: float, angle: float) -> Surface:
    """A field: rows of a crop or of a plough, with the wheel tracks of the tractor."""
    period_px = float(rng.uniform(2.6, 9.0))
    depth = float(rng.uniform(0.0, 0.12))
    tracks_px = float(rng.uniform(22, 48))
    track = float(rng.uniform(0.0, 0.16))

    def draw(height_px: int, width_px: int) -> Floats:
        across = _along(height_px, width_px, angle)
        wobble = noise(rng, height_px, width_px, 1.8)
        rows = np.sin((across + 0.6 * wobble) * np.float32(2 * np.pi / period_px))
        wheel = (np.abs((across % tracks_px) - 3) < 0.8) | (np.abs((across % tracks_px) - 6) < 0.8)
        fine = noise(rng, height_px, width_px, 0.6)
        brightness = 1 + depth * rows + amount * wobble + 0.4 * amount * fine - track * wheel
        return coloured(colour, brightness.astype(np.float32))

    return draw


def canopy(
    rng: np.random.Generator, colour: Colour, radius_px: float, sun: tuple[float, float]
) -> Surface:
    """A closed forest: crowns lit from the sun's side, dark gaps, every crown its own tone.

    Args:
        rng: source of the draw.
        colour: of a lit crown.
        radius_px: mean radius of a crown: 2.5, 3.5 or 5 share their tiles.
        sun: unit vector (col, row) that points to the sun.
    """
    variety = float(rng.uniform(0.06, 0.2))
    relief = float(rng.uniform(0.35, 0.7))

    def draw(height_px: int, width_px: int) -> Floats:
        col, row = (int(at) for at in rng.integers(0, _TILE_PX, 2))
        heights, values = crown_tile(radius_px)
        height = part_of(heights, height_px, width_px, col, row)
        value = part_of(values, height_px, width_px, col, row)
        towards = part_of(
            heights, height_px, width_px, col + round(2 * sun[0]), row + round(2 * sun[1])
        )
        lit = 0.38 + 0.6 * height + relief * 0.5 * (height - towards) + variety * value
        stand = 0.1 * noise(rng, height_px, width_px, 1.8)
        return coloured(colour, np.maximum(lit + stand, 0.12))

    return draw


def orchard(
    rng: np.random.Generator,
    ground: Colour,
    crown: Colour,
    sun: tuple[float, float],
) -> Surface:
    """Trees in a grid on grass or soil, each with its shadow."""
    angle = float(rng.uniform(0, np.pi))
    spacing_px = float(rng.uniform(7.5, 12.5))
    row_px = spacing_px * float(rng.uniform(1.0, 1.45))
    radius_px = spacing_px * float(rng.uniform(0.28, 0.42))

    def draw(height_px: int, width_px: int) -> Floats:
        u = _along(height_px, width_px, angle)
        v = _along(height_px, width_px, angle + np.pi / 2)

        def crowns(shift_col: float, shift_row: float) -> Floats:
            du = shift_col * np.cos(angle) + shift_row * np.sin(angle)
            dv = -shift_col * np.sin(angle) + shift_row * np.cos(angle)
            a = (u + du) % spacing_px - spacing_px / 2
            b = (v + dv) % row_px - row_px / 2
            return np.asarray(np.maximum(0, 1 - (a * a + b * b) / radius_px**2), np.float32)

        top = crowns(0, 0)
        shade = crowns(radius_px * 0.9 * sun[0], radius_px * 0.9 * sun[1])
        lit = crowns(-radius_px * 0.3 * sun[0], -radius_px * 0.3 * sun[1])
        fine = noise(rng, height_px, width_px, 0.8)
        dimmed = np.asarray(1 - 0.5 * np.minimum(1, 3 * shade), np.float32)
        soil = coloured(ground, (1 + 0.07 * fine) * dimmed)
        leaves = coloured(crown, 0.62 + 0.45 * lit + 0.1 * fine)
        cover = np.asarray(np.minimum(1, 4 * top), np.float32)[:, :, None]
        return np.asarray(soil * (1 - cover) + leaves * cover)

    return draw


def water(rng: np.random.Generator, colour: Colour) -> Surface:
    """Water: nearly even, a slow change of depth, ripples across the wind."""
    angle = float(rng.uniform(0, np.pi))
    ripple = float(rng.uniform(0.0, 0.035))
    period_px = float(rng.uniform(3, 8))

    def draw(height_px: int, width_px: int) -> Floats:
        slow = noise(rng, height_px, width_px, 2.2)
        across = _along(height_px, width_px, angle) + 1.5 * slow
        waves = np.sin(across * np.float32(2 * np.pi / period_px))
        fine = noise(rng, height_px, width_px, 0.4)
        brightness = 1 + 0.05 * slow + ripple * waves + 0.015 * fine
        return coloured(colour, brightness.astype(np.float32))

    return draw
