"""What people make of the land, at overview scale: fields, towns, roads, mines."""

import math
from collections.abc import Callable

import numpy as np

from workshop.mini.overview_scenes.brush import (
    DRY,
    FOREST,
    GRASS,
    SAND,
    Field,
    above,
    blocks,
    buildings,
    crops,
    ellipse,
    fractal,
    inked,
    line,
    middle,
    mix,
    place,
    plain,
    tinted,
    water,
    winding,
)


def _pivots(rng: np.random.Generator, size_px: int) -> Field:
    picture = tinted(rng, (SAND, DRY, GRASS)[int(rng.integers(3))], fractal(rng, size_px, 1), 0.2)
    step = rng.uniform(0.16, 0.5) * size_px
    start = rng.uniform(0, step, 2)
    for row in np.arange(start[0], size_px + step, step):
        for col in np.arange(start[1], size_px + step, step):
            if rng.random() < 0.8:
                away, angle = place(size_px, row / size_px, col / size_px)
                radius = step / size_px * rng.uniform(0.42, 0.49)
                inside = above(-away, -radius, 0.004)
                if rng.random() < 0.25:  # a sector of it lies fallow
                    inside = inside * (np.abs(angle - rng.uniform(-2, 2)) > rng.uniform(0.3, 1.2))
                tone = (FOREST, (60, 96, 44), GRASS, (110, 84, 60))[int(rng.integers(4))]
                picture = mix(picture, tinted(rng, tone, fractal(rng, size_px, 0.8), 0.2), inside)
    return picture


def _patchwork(rng: np.random.Generator, size_px: int) -> Field:
    return crops(rng, size_px, int(rng.integers(6, 26)))


def _town(rng: np.random.Generator, size_px: int) -> Field:
    away, _ = middle(rng, size_px, 0.2)
    built = rng.uniform(0.15, 0.35) - away + 0.5 * (fractal(rng, size_px, 1.5) - 0.5)
    land = crops(rng, size_px, int(rng.integers(5, 14)))
    return mix(land, buildings(rng, size_px), above(built, 0.0, 0.01))


def _city(rng: np.random.Generator, size_px: int) -> Field:
    picture = buildings(rng, size_px)
    for _ in range(int(rng.integers(0, 4))):
        points = winding(rng, size_px, 0.4, 0.4)
        picture = mix(picture, (110, 108, 106), line(size_px, points, rng.uniform(1, 3)))
    return picture


def _motorway(rng: np.random.Generator, size_px: int) -> Field:
    under = buildings if rng.random() < 0.6 else _patchwork
    points = winding(rng, size_px, rng.uniform(0.2, 0.6), rng.uniform(0.1, 0.6))
    width = rng.uniform(2.5, 6)
    grey = float(rng.uniform(90, 190))
    picture = mix(under(rng, size_px), (80, 96, 60), line(size_px, points, width + 3) * 0.8)
    picture = mix(picture, (grey, grey, grey), line(size_px, points, width))
    return mix(picture, (80, 96, 60), line(size_px, points, width / 4) * 0.8)


def _night(rng: np.random.Generator, size_px: int) -> Field:
    built = fractal(rng, size_px, 1.4) ** 3
    lights = above(built * rng.uniform(0, 1, built.shape), rng.uniform(0.15, 0.4), 0.03)
    dark = tinted(rng, (10, 10, 20), fractal(rng, size_px, 1.5))
    return mix(dark, (255, 220, 150), lights)


def _golf(rng: np.random.Generator, size_px: int) -> Field:
    picture = tinted(rng, (FOREST, GRASS)[int(rng.integers(2))], fractal(rng, size_px, 0.6), 0.6)
    for _ in range(int(rng.integers(5, 14))):
        row, col, angle = *rng.uniform(0, 2 * size_px, 2), rng.uniform(0, 2 * math.pi)
        steps = np.linspace(0, rng.uniform(60, 160), 30)
        turned = angle + rng.uniform(-0.8, 0.8) * steps / 100
        points = [
            (float(col + s * math.cos(t)), float(row + s * math.sin(t)))
            for s, t in zip(steps, turned, strict=True)
        ]
        light = (128 * rng.uniform(0.8, 1.1), 172, 92)
        picture = mix(picture, light, line(size_px, points, rng.uniform(5, 12)))
        for x, y in (points[0], points[-1], points[-1]):  # bunkers lie about the green
            x, y = x + rng.uniform(-14, 14), y + rng.uniform(-14, 14)
            radius = rng.uniform(2, 6)
            frame = [x - radius, y - radius, x + radius * rng.uniform(1, 2), y + radius]
            dot = ellipse(size_px, frame)
            picture = mix(picture, (232, 222, 196), dot)
    if rng.random() < 0.4:
        field = fractal(rng, size_px, 1.9)
        pond = above(field, float(np.quantile(field, 0.95)), 0.005)
        picture = mix(picture, water(rng, size_px), pond)
    return picture


def _mine(rng: np.random.Generator, size_px: int) -> Field:
    away, angle = middle(rng, size_px, 0.15)
    shape = away * (1 + 0.2 * np.sin(angle * 2 + rng.uniform(0, 6))) + 0.12 * fractal(
        rng, size_px, 1.9
    )
    radius, steps = rng.uniform(0.28, 0.55), rng.uniform(5, 14)
    terraces = (shape / radius * steps) % 1
    pit = tinted(
        rng, ((190, 170, 144), (150, 130, 116), (176, 130, 96))[int(rng.integers(3))], terraces, 0.4
    )
    return mix(
        plain(rng, size_px), pit * (0.6 + 0.4 * shape / radius)[..., None], above(-shape, -radius)
    )


def _solar(rng: np.random.Generator, size_px: int) -> Field:
    y, x = np.mgrid[0:size_px, 0:size_px]
    angle, step = rng.uniform(0, math.pi), rng.uniform(3, 9)
    stripes = (
        (x * math.cos(angle) + y * math.sin(angle)) % step < step * rng.uniform(0.5, 0.75)
    ) * 1.0
    fields = blocks(rng, size_px, int(rng.integers(1, 5)))
    chosen = rng.random(fields.max() + 1) < 0.7
    chosen[fields[size_px // 2, size_px // 2]] = True
    panels = tinted(rng, (38, 48, 84), fractal(rng, size_px, 1), 0.15)
    return mix(plain(rng, size_px), panels, stripes * chosen[fields])


def _greenhouses(rng: np.random.Generator, size_px: int) -> Field:
    fields = blocks(rng, size_px, int(rng.integers(8, 26)))
    white = rng.random(fields.max() + 1) < rng.uniform(0.4, 0.8)
    tones = rng.uniform(190, 250, (len(white), 1)) * np.asarray((1, 1, 1.02))
    roofs = tones[fields] - 12.0 * (np.arange(size_px) % 4 == 0)[None, :, None]
    return mix(crops(rng, size_px, 9), roofs, white[fields] * 1.0)


def _airport(rng: np.random.Generator, size_px: int) -> Field:
    picture = crops(rng, size_px, 6) if rng.random() < 0.5 else plain(rng, size_px)
    angle, tone = rng.uniform(0, math.pi), float(rng.uniform(110, 200))
    middle = rng.uniform(0.7, 1.3, 2) * size_px
    grass = above(
        -place(size_px, *(middle[::-1] / (2 * size_px)))[0], -rng.uniform(0.25, 0.45), 0.02
    )
    picture = mix(picture, GRASS, grass)
    for turn, shift in ((0.0, 0.0), (0.0, rng.uniform(16, 40)), (rng.uniform(0.4, 1.5), 0.0)):
        right, down = math.cos(angle + turn) * size_px * 0.8, math.sin(angle + turn) * size_px * 0.8
        x, y = middle[0] - shift * math.sin(angle), middle[1] + shift * math.cos(angle)
        ends = [(x - right, y - down), (x + right, y + down)]
        picture = mix(picture, (tone, tone, tone), line(size_px, ends, rng.uniform(1.5, 5)))
        if rng.random() < 0.4:
            break
    x, y = middle
    wide, high = rng.uniform(12, 40, 2)
    apron = inked(size_px, lambda ink: ink.rectangle([x, y, x + wide, y + high], fill=255))
    return mix(picture, (196, 196, 192), apron)


PAINTERS: dict[str, Callable[[np.random.Generator, int], Field]] = {
    "pivots": _pivots,
    "patchwork": _patchwork,
    "town": _town,
    "city": _city,
    "motorway": _motorway,
    "night": _night,
    "golf course": _golf,
    "mine": _mine,
    "solar farm": _solar,
    "greenhouses": _greenhouses,
    "airport": _airport,
}
"""Kind of view to what draws it, given a source of chance and the edge in pixels."""
