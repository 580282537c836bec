"""Seas, coasts, rivers, lakes, ice and clouds at overview scale."""

import math
from collections.abc import Callable

import numpy as np

from workshop.mini.overview_scenes.brush import (
    CLOUD,
    DEEP,
    DRY,
    FOREST,
    GRASS,
    SAND,
    SEA,
    SHALLOW,
    SNOW,
    Field,
    above,
    arc,
    blocks,
    clouds,
    crops,
    fractal,
    line,
    middle,
    mix,
    place,
    plain,
    ridges,
    rolling,
    tinted,
    water,
    winding,
)


def _clouds_over_sea(rng: np.random.Generator, size_px: int) -> Field:
    cover = clouds(rng, size_px, rng.uniform(0.1, 0.6))
    return mix(water(rng, size_px), CLOUD, cover * rng.uniform(0.7, 1))


def _overcast(rng: np.random.Generator, size_px: int) -> Field:
    veil = tinted(rng, (215, 218, 222), fractal(rng, size_px, rng.uniform(1.2, 2)), 0.3)
    return mix(plain(rng, size_px), veil, clouds(rng, size_px, rng.uniform(0.8, 0.99)))


def _island(rng: np.random.Generator, size_px: int) -> Field:
    away, _ = middle(rng, size_px, 0.15)
    height = rng.uniform(0.18, 0.36) - away + 0.5 * (fractal(rng, size_px, 1.7) - 0.5)
    land = tinted(rng, (FOREST, FOREST, GRASS, DRY)[int(rng.integers(4))], rolling(rng, size_px))
    picture = mix(water(rng, size_px), SHALLOW, above(height, -0.03, 0.02) * rng.uniform(0, 0.8))
    picture = mix(picture, land, above(height, 0.0, 0.005))
    if rng.random() < 0.7:
        picture = mix(picture, CLOUD, clouds(rng, size_px, rng.uniform(0.03, 0.25)))
    return picture


def _coast(rng: np.random.Generator, size_px: int) -> Field:
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px - 0.5
    angle = rng.uniform(0, 2 * math.pi)
    height = x * math.cos(angle) + y * math.sin(angle) + rng.uniform(-0.15, 0.15)
    height = height + rng.uniform(0.1, 0.6) * (fractal(rng, size_px, 1.8) - 0.5)
    picture = mix(water(rng, size_px), SHALLOW, above(height, -0.05, 0.03) * rng.uniform(0, 0.9))
    picture = mix(picture, SAND, above(height, -0.006, 0.003) * float(rng.random() < 0.6))
    picture = mix(picture, plain(rng, size_px), above(height, 0.0, 0.004))
    if rng.random() < 0.3:
        picture = mix(picture, CLOUD, clouds(rng, size_px, rng.uniform(0.02, 0.2)))
    return picture


def _ice(rng: np.random.Generator, size_px: int) -> Field:
    places = rng.uniform(0, size_px, (int(rng.integers(30, 160)), 2))
    y, x = np.mgrid[0:size_px, 0:size_px]
    away = np.hypot(y[..., None] - places[:, 0], x[..., None] - places[:, 1])
    away += 6 * fractal(rng, size_px, 1.3)[..., None]
    two = np.sort(away, axis=2)[:, :, :2]
    floes = above(two[..., 1] - two[..., 0], rng.uniform(0.5, 3), 0.4)
    white = tinted(rng, SNOW, fractal(rng, size_px, 1.2), 0.15)
    return mix(water(rng, size_px), white, floes)


def _earth(rng: np.random.Generator, size_px: int) -> Field:
    away, angle = place(size_px, *(float(v) for v in rng.uniform(0.3, 0.7, 2)))
    radius = rng.uniform(0.4, 0.75)
    land = above(fractal(rng, size_px, 1.9), rng.uniform(0.5, 0.75), 0.02)
    ground = tinted(
        rng, (DRY, GRASS, (150, 100, 60))[int(rng.integers(3))], fractal(rng, size_px, 1)
    )
    picture = mix(water(rng, size_px), ground, land)
    bent = fractal(rng, size_px, 1.7) + 0.15 * np.sin(3 * angle + 14 * away)
    picture = mix(picture, CLOUD, above(bent, rng.uniform(0.45, 0.65), 0.08) * 0.95)
    round_off = np.sqrt(np.clip(1 - (away / radius) ** 2, 0, 1)) ** 0.4
    return picture * (round_off * (away < radius))[..., None]


def _cyclone(rng: np.random.Generator, size_px: int) -> Field:
    away, angle = middle(rng, size_px, 0.12)
    turns = rng.choice([-1, 1]) * rng.uniform(3, 7)
    arms = np.sin(2 * (angle + turns * np.log(away + 0.05))) + 3 * (
        fractal(rng, size_px, 1.6) - 0.5
    )
    cover = np.clip(0.5 + 0.5 * arms, 0, 1) * np.exp(-(((away - 0.1) / 0.35) ** 2))
    cover = np.maximum(cover, np.exp(-((away / 0.16) ** 2)))
    cover = cover * (1 - np.exp(-((away / rng.uniform(0.015, 0.03)) ** 2)))
    return mix(water(rng, size_px), CLOUD, cover)


def _lakes(rng: np.random.Generator, size_px: int) -> Field:
    land = (
        crops(rng, size_px, int(rng.integers(6, 26))) if rng.random() < 0.6 else plain(rng, size_px)
    )
    field = fractal(rng, size_px, rng.uniform(1.3, 1.7))
    wet = above(field, float(np.quantile(field, rng.uniform(0.7, 0.93))), 0.004)
    return mix(land, water(rng, size_px), wet)


def _reservoir(rng: np.random.Generator, size_px: int) -> Field:
    height, light = ridges(rng, size_px)
    y, x = np.mgrid[0:size_px, 0:size_px] / size_px - 0.5
    angle = rng.uniform(0, 2 * math.pi)
    across = x * math.cos(angle) + y * math.sin(angle) + rng.uniform(-0.1, 0.1)
    wet = above(-height, -rng.uniform(0.35, 0.6), 0.006) * (across > 0)
    dam = (np.abs(across) < 0.012) * above(-height, -0.75, 0.01)
    land = tinted(rng, (FOREST, GRASS, DRY)[int(rng.integers(3))], height, 0.2) * light[..., None]
    return mix(mix(land, water(rng, size_px), wet), (214, 210, 204), dam)


def _ships(rng: np.random.Generator, size_px: int) -> Field:
    picture = tinted(
        rng,
        (SEA, DEEP, (40, 80, 76))[int(rng.integers(3))],
        rng.uniform(0, 1, (size_px,) * 2),
        0.12,
    )
    for _ in range(int(rng.integers(1, 8))):
        x, y = rng.uniform(0, 2 * size_px, 2)
        angle, long = rng.uniform(0, 2 * math.pi), rng.uniform(8, 44)
        right, down = long * math.cos(angle), long * math.sin(angle)
        hull = [(x - right, y - down), (x + right, y + down)]
        width = max(long / rng.uniform(3, 6), 3)
        grey = float(rng.uniform(120, 255))
        picture = mix(picture, (grey, grey, grey * 0.95), line(size_px, hull, width / 2))
        if rng.random() < 0.3:
            wake = [(x - right, y - down), (x - 6 * right, y - 6 * down)]
            picture = mix(picture, (200, 212, 216), line(size_px, wake, 1) * 0.5)
    return picture


def _salt_ponds(rng: np.random.Generator, size_px: int) -> Field:
    pans = blocks(rng, size_px, int(rng.integers(2, 7)))
    colours = np.asarray(
        [(200, 190, 180), (60, 110, 120), (150, 80, 70), (90, 130, 110), SEA, (226, 224, 220)]
    )
    tones = colours[rng.integers(0, len(colours), pans.max() + 1)] * 1.0
    picture = tones[pans] * (0.9 + 0.2 * fractal(rng, size_px, 1.6))[..., None]
    edge = (np.diff(pans, axis=0, prepend=0) != 0) | (np.diff(pans, axis=1, prepend=0) != 0)
    picture[edge] = (186, 176, 160)
    return np.asarray(picture)


def _meanders(rng: np.random.Generator, size_px: int) -> Field:
    points = winding(rng, size_px, rng.uniform(1.5, 5), rng.uniform(0.8, 2.0))
    colour = ((30, 44, 60), (110, 96, 70), (20, 30, 60), (60, 80, 90))[int(rng.integers(4))]
    width = rng.uniform(2, 8)
    picture = mix(plain(rng, size_px), SAND, line(size_px, points, width + 3) * rng.uniform(0, 0.7))
    for _ in range(int(rng.integers(0, 4))):  # oxbow lakes
        x, y, radius = *rng.uniform(0, 2 * size_px, 2), rng.uniform(8, 26)
        turn = float(rng.uniform(0, 360))
        frame = [x - radius, y - radius, x + radius, y + radius]
        ring = arc(size_px, frame, turn)
        picture = mix(picture, colour, ring)
    return mix(picture, colour, line(size_px, points, width))


def _braided(rng: np.random.Generator, size_px: int) -> Field:
    picture = plain(rng, size_px)
    middle = winding(rng, size_px, 0.5, 0.4)
    picture = mix(picture, (176, 168, 156), line(size_px, middle, rng.uniform(24, 50)))
    for _ in range(int(rng.integers(4, 9))):
        shift = rng.uniform(-34, 34, 2)
        wobble = fractal(rng, 800, 1.8)[0] * 30
        points = [
            (x + shift[0] + w, y + shift[1] - w) for (x, y), w in zip(middle, wobble, strict=True)
        ]
        picture = mix(picture, (70, 96, 110), line(size_px, points, rng.uniform(1, 3.5)))
    return picture


PAINTERS: dict[str, Callable[[np.random.Generator, int], Field]] = {
    "clouds over the sea": _clouds_over_sea,
    "overcast": _overcast,
    "island": _island,
    "coast": _coast,
    "ice": _ice,
    "earth": _earth,
    "cyclone": _cyclone,
    "lakes": _lakes,
    "reservoir": _reservoir,
    "ships": _ships,
    "salt ponds": _salt_ponds,
    "meanders": _meanders,
    "braided river": _braided,
}
"""Kind of view to what draws it, given a source of chance and the edge in pixels."""
