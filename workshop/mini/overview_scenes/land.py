"""Mountains, deserts, volcanoes and fires at overview scale."""

import math
from collections.abc import Callable

import numpy as np

from workshop.mini.overview_scenes.brush import (
    CLOUD,
    DRY,
    FOREST,
    GRASS,
    ROCK,
    SAND,
    SNOW,
    Field,
    above,
    fractal,
    line,
    lit,
    middle,
    mix,
    plain,
    plume,
    ridges,
    rolling,
    tinted,
    winding,
)


def _mountains(rng: np.random.Generator, size_px: int) -> Field:
    height, light = ridges(rng, size_px)
    colour = (ROCK, DRY, (120, 90, 66), GRASS)[int(rng.integers(4))]
    return tinted(rng, colour, height, 0.3) * light[..., None]


def _snow_mountains(rng: np.random.Generator, size_px: int) -> Field:
    height, light = ridges(rng, size_px)
    snow = above(height + 0.3 * fractal(rng, size_px, 1), rng.uniform(0.3, 0.9), 0.06)
    picture = mix(tinted(rng, ROCK, height, 0.3), SNOW, snow) * light[..., None]
    for _ in range(int(rng.integers(0, 3))):  # glaciers run down the valleys, grey and striped
        points = winding(rng, size_px, rng.uniform(0.4, 1.5), rng.uniform(0.3, 0.8))
        width = rng.uniform(4, 14)
        picture = mix(picture, (200, 206, 212), line(size_px, points, width))
        picture = mix(picture, (120, 116, 114), line(size_px, points, width / 4) * 0.7)
    return picture


def _dunes(rng: np.random.Generator, size_px: int) -> Field:
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px
    angle, waves = rng.uniform(0, math.pi), rng.uniform(4, 26)
    bent = 3 * rng.uniform(0.3, 1.5) * fractal(rng, size_px, 2)
    crest = np.sin(2 * math.pi * waves * (x * math.cos(angle) + y * math.sin(angle)) + 4 * bent)
    shade = 0.5 + rng.uniform(0.05, 0.4) * crest * fractal(rng, size_px, 1.5)
    return tinted(rng, (SAND, (222, 170, 110), (200, 150, 96))[int(rng.integers(3))], shade, 0.5)


def _desert(rng: np.random.Generator, size_px: int) -> Field:
    colour = (SAND, SAND, (222, 206, 176), (196, 150, 104))[int(rng.integers(4))]
    return tinted(
        rng, colour, fractal(rng, size_px, rng.uniform(0.9, 1.8)), rng.uniform(0.05, 0.35)
    )


def _volcano(rng: np.random.Generator, size_px: int) -> Field:
    away, angle = middle(rng, size_px, 0.15)
    rim = rng.uniform(0.05, 0.2) * (1 + 0.15 * np.sin(angle * int(rng.integers(1, 5))))
    gullies = 0.05 * np.sin(angle * int(rng.integers(14, 40)) + 6 * fractal(rng, size_px, 1.8))
    height = np.where(away < rim, 0.8 * away / rim, 1.0 - (away - rim) * 1.6 + gullies * away * 4)
    height = height + 0.15 * fractal(rng, size_px, 1.6)
    light = np.clip(lit(rng, height, rng.uniform(8, 20)), 0.15, 1.8)
    ground = tinted(rng, ((70, 62, 58), ROCK, DRY)[int(rng.integers(3))], fractal(rng, size_px, 1))
    picture = mix(ground, plain(rng, size_px), above(away, rng.uniform(0.3, 0.6), 0.05))
    picture = picture * light[..., None]
    if rng.random() < 0.4:
        picture = mix(picture, CLOUD, plume(rng, size_px, away, angle) * 0.8)
    return picture


def _wildfire(rng: np.random.Generator, size_px: int) -> Field:
    colour = (FOREST, FOREST, (56, 66, 40), DRY)[int(rng.integers(4))]
    picture = tinted(rng, colour, rolling(rng, size_px), 0.4)
    smoke = np.zeros((size_px, size_px))
    for _ in range(int(rng.integers(1, 5))):
        away, angle = middle(rng, size_px, 0.45)
        smoke = np.maximum(smoke, np.clip(plume(rng, size_px, away, angle), 0, 1))
        if rng.random() < 0.5:
            picture = mix(picture, (235, 70, 30), above(-away, -rng.uniform(0.008, 0.02), 0.002))
    veil = rng.uniform(0, 0.3) * fractal(rng, size_px, 2)
    return mix(picture, (188, 196, 206), np.clip(smoke * rng.uniform(0.8, 1.3) + veil, 0, 0.97))


PAINTERS: dict[str, Callable[[np.random.Generator, int], Field]] = {
    "mountains": _mountains,
    "snow mountains": _snow_mountains,
    "dunes": _dunes,
    "desert": _desert,
    "volcano": _volcano,
    "wildfire": _wildfire,
}
"""Kind of view to what draws it, given a source of chance and the edge in pixels."""
