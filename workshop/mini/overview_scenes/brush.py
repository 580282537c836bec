"""What overview scenes are drawn with: noise, light, lines, and colours of land and water.

Pictures are float64 [h, w, 3] in grey levels, fields float64 [h, w], most of them in 0..1.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Field = NDArray[np.float64]
Colour = tuple[float, float, float]
Points = list[tuple[float, float]]
"""At twice the picture's pixels: lines are drawn large and shrunk."""

SEA, DEEP, SHALLOW = (16, 38, 62), (8, 18, 40), (60, 120, 130)
FOREST, GRASS, DRY, SAND = (34, 58, 30), (86, 108, 58), (140, 118, 84), (214, 186, 140)
ROCK, SNOW, TOWN, CLOUD = (104, 92, 80), (240, 244, 250), (150, 144, 140), (244, 246, 248)


def fractal(rng: np.random.Generator, size_px: int, roughness: float) -> Field:
    """Return noise whose spectrum falls as ``1 / f ** roughness``, its ranks spread over 0..1."""
    spectrum = np.fft.rfft2(rng.standard_normal((2 * size_px, 2 * size_px)))
    frequency = np.hypot(
        np.fft.fftfreq(2 * size_px)[:, None], np.fft.rfftfreq(2 * size_px)[None, :]
    )
    frequency[0, 0] = 1.0
    field = np.fft.irfft2(spectrum / frequency**roughness, s=(2 * size_px, 2 * size_px))
    field = field[:size_px, :size_px]
    field = (field - field.mean()) / field.std()
    return np.asarray(0.5 * (1 + np.tanh(field * 0.8)))


def mix(under: Field, over: Field | Colour, fraction: Field | float) -> Field:
    """Lay a colour or picture over another; ``fraction`` [h, w] or one number."""
    weight = np.asarray(fraction)[..., None] if np.ndim(fraction) else fraction
    return np.asarray(under * (1 - weight) + np.asarray(over) * weight)


def tinted(rng: np.random.Generator, colour: Colour, shade: Field, amount: float = 0.35) -> Field:
    """Return a colour, changed a little, made lighter and darker by a field about 0.5."""
    tint = np.asarray(colour) * rng.uniform(0.75, 1.3) * rng.uniform(0.9, 1.1, 3)
    return np.asarray(tint * (1 + amount * 2 * (shade[..., None] - 0.5)))


def above(field: Field, level: float, softness: float = 0.01) -> Field:
    """Return where a field is above a level, 0..1, with a soft border."""
    return np.asarray(1 / (1 + np.exp(-np.clip((field - level) / softness, -40, 40))))


def lit(rng: np.random.Generator, height: Field, strength: float) -> Field:
    """Return the light on slopes from one side, about 1."""
    angle = rng.uniform(0, 2 * math.pi)
    down, right = np.gradient(height)
    return np.asarray(1 + strength * (down * math.sin(angle) + right * math.cos(angle)))


def plain(rng: np.random.Generator, size_px: int) -> Field:
    """Land without anything particular on it."""
    colours = (FOREST, GRASS, DRY, DRY, SAND, ROCK)
    first, second = (colours[int(i)] for i in rng.integers(0, len(colours), 2))
    shade = fractal(rng, size_px, rng.uniform(0.7, 1.3))
    fraction = above(fractal(rng, size_px, rng.uniform(1.2, 2)), rng.uniform(0.2, 0.8), 0.1)
    return mix(tinted(rng, first, shade), tinted(rng, second, shade), fraction)


def water(rng: np.random.Generator, size_px: int) -> Field:
    """Draw water of some colour."""
    colour = (SEA, DEEP, SEA, (30, 70, 80), (70, 90, 80))[int(rng.integers(5))]
    return tinted(rng, colour, fractal(rng, size_px, 1.6), rng.uniform(0.02, 0.2))


def clouds(rng: np.random.Generator, size_px: int, cover: float) -> Field:
    """Return how much of each pixel is cloud."""
    field = fractal(rng, size_px, rng.uniform(1.0, 1.9))
    return above(field, float(np.quantile(field, 1 - cover)), rng.uniform(0.01, 0.1))


def place(size_px: int, row: float, col: float) -> tuple[Field, Field]:
    """Return distance, as a share of the edge, and angle from a point given in shares."""
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px
    return np.hypot(y - row, x - col), np.arctan2(y - row, x - col)


def middle(rng: np.random.Generator, size_px: int, spread: float) -> tuple[Field, Field]:
    """Return distance and angle, as :func:`place`, from a point about the centre."""
    row, col = rng.uniform(0.5 - spread, 0.5 + spread, 2)
    return place(size_px, float(row), float(col))


def inked(size_px: int, draw: Callable[[ImageDraw.ImageDraw], None]) -> Field:
    """Return what is drawn in white on black, 0..1, antialiased a little."""
    picture = Image.new("L", (2 * size_px, 2 * size_px))
    draw(ImageDraw.Draw(picture))
    small = picture.resize((size_px, size_px), Image.Resampling.BOX)
    return np.asarray(small, np.float64) / 255


def winding(rng: np.random.Generator, size_px: int, bends: float, swing: float) -> Points:
    """Return a line across the picture, at twice its pixels.

    A sine-generated curve, as rivers follow (Langbein and Leopold, 1966): its direction swings by
    up to ``swing`` radians, ``bends`` times across the picture.
    """
    steps = np.linspace(-1.4, 1.4, 800)
    phase = rng.uniform(0, 2 * math.pi) + fractal(rng, 800, 1.8)[0] * rng.uniform(2, 9)
    direction = swing * np.sin(2 * math.pi * bends * steps + phase)
    middle = len(steps) // 2
    along, side = np.cumsum(np.cos(direction)), np.cumsum(np.sin(direction))
    along, side = (line - line[middle] for line in (along, side))
    angle, shift = rng.uniform(0, 2 * math.pi), rng.uniform(-0.2, 0.2, 2)
    reach = 2 * size_px * 1.4 / middle
    x = reach * (along * math.cos(angle) - side * math.sin(angle)) + size_px * (1 + 2 * shift[0])
    y = reach * (along * math.sin(angle) + side * math.cos(angle)) + size_px * (1 + 2 * shift[1])
    return list(zip(x.tolist(), y.tolist(), strict=True))


def line(size_px: int, points: Points, width_px: float) -> Field:
    """Return a line of a width, 0..1."""
    width = max(round(2 * width_px), 1)
    return inked(size_px, lambda ink: ink.line(points, fill=255, width=width))


def blocks(rng: np.random.Generator, size_px: int, cells: int) -> NDArray[np.int64]:
    """Number the cells of an uneven grid of fields, int64 [h, w]."""
    turned = rng.uniform(-0.3, 0.3)
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px - 0.5
    u, v = x * math.cos(turned) + y * math.sin(turned), y * math.cos(turned) - x * math.sin(turned)
    rows = np.searchsorted(np.sort(rng.uniform(-0.8, 0.8, cells)), v)
    cuts = np.sort(rng.uniform(-0.8, 0.8, (cells + 1, cells)), axis=1)
    columns = np.zeros_like(rows)
    for row in range(cells + 1):
        here = rows == row
        columns[here] = np.searchsorted(cuts[row], u[here])
    return np.asarray(rows * (cells + 1) + columns)


def crops(rng: np.random.Generator, size_px: int, cells: int) -> Field:
    """A patchwork of fields."""
    numbers = blocks(rng, size_px, cells)
    colours = np.asarray([GRASS, (60, 96, 44), DRY, (170, 150, 100), (110, 84, 60), FOREST])
    tones = colours[rng.integers(0, len(colours), numbers.max() + 1)]
    tones = tones * rng.uniform(0.75, 1.25, (len(tones), 1))
    shade = fractal(rng, size_px, 0.8)[..., None]
    return np.asarray(tones[numbers] * (0.85 + 0.3 * shade))


def buildings(rng: np.random.Generator, size_px: int) -> Field:
    """The grain of a town: light and dark specks along a grid of streets."""
    grain = rng.normal(0, 1, (size_px, size_px, 1)) * rng.uniform(18, 45)
    picture = tinted(rng, TOWN, fractal(rng, size_px, 1.0), 0.3) + grain
    y, x = np.mgrid[0:size_px, 0:size_px]
    angle, step = rng.uniform(0, math.pi), rng.uniform(5, 14)
    for turn in (angle, angle + math.pi / 2):
        street = (x * math.cos(turn) + y * math.sin(turn)) % step < 1
        picture[street] -= rng.uniform(10, 40)
    green = above(fractal(rng, size_px, 1.2), rng.uniform(0.6, 0.95), 0.05)
    return mix(picture, FOREST, green * 0.8)


def rolling(rng: np.random.Generator, size_px: int) -> Field:
    """The shade of hills, about 0.5."""
    return np.clip(lit(rng, fractal(rng, size_px, 1.6), rng.uniform(2, 6)) * 0.5, 0, 1)


def ridges(rng: np.random.Generator, size_px: int) -> tuple[Field, Field]:
    """Return height and light of steep mountains."""
    height = 1 - np.abs(2 * fractal(rng, size_px, rng.uniform(1.4, 1.9)) - 1)
    return height, np.clip(lit(rng, height, rng.uniform(4, 9)), 0.25, 1.7)


def plume(rng: np.random.Generator, size_px: int, away: Field, angle: Field) -> Field:
    """Return smoke that drifts from a point, 0..1."""
    wind = rng.uniform(-math.pi, math.pi)
    aside = np.abs((angle - wind + math.pi) % (2 * math.pi) - math.pi)
    wide = rng.uniform(0.15, 0.6) * (0.6 + 0.8 * fractal(rng, size_px, 1.8))
    fading = np.exp(-away / rng.uniform(0.2, 0.7))
    billows = 0.3 + 1.4 * fractal(rng, size_px, 1.4)
    return np.asarray(np.exp(-((aside / wide) ** 2)) * fading * billows)


def arc(size_px: int, frame: list[float], turn: float) -> Field:
    """Return most of a ring, open on one side; the frame as of lines."""
    return inked(size_px, lambda ink: ink.arc(frame, turn, turn + 230, fill=255, width=6))


def ellipse(size_px: int, frame: list[float]) -> Field:
    """Return a filled ellipse; the frame as of lines."""
    return inked(size_px, lambda ink: ink.ellipse(frame, fill=255))
