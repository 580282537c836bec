"""Things people recognise from above: courts, buildings, car parks, pools, trees.

A thing is drawn at a placement; its outline in the picture is returned. Sizes are pixels of
0.6 m at scale 1: a tennis court of 23.77 m by 10.97 m plays on 40 by 18 of them.
"""

from dataclasses import dataclass

import numpy as np

from geosearch.demo.drawing.canvas import Canvas, Points
from geosearch.demo.drawing.palette import Palette, vary
from geosearch.demo.drawing.placement import Placement, rectangle
from geosearch.demo.drawing.texture import Colour


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that was drawn."""

    kind: str
    """What it is, as the sentences call it: "tennis court", "white building"."""
    outline: Points
    """Its polygon in the picture, [n, 2] (col, row) in pixels."""


_COURTS: tuple[tuple[Colour, Colour], ...] = (  # apron, play
    ((78, 122, 88), (62, 104, 146)),  # blue in green
    ((70, 112, 78), (96, 146, 98)),  # green in green
    ((92, 130, 92), (168, 96, 74)),  # red in green
    ((150, 88, 66), (78, 124, 86)),  # green in red
    ((176, 104, 74), (184, 110, 78)),  # clay
    ((62, 96, 140), (76, 116, 166)),  # blue in blue
)


def tennis_court(canvas: Canvas, place: Placement, *, surface: int | None = None) -> Thing:
    """Draw a tennis court: apron with a fence, court, white lines, net."""
    rng = canvas.rng
    which = int(rng.integers(len(_COURTS))) if surface is None else surface
    apron_colour, play_colour = (vary(rng, colour, 0.1) for colour in _COURTS[which])
    length, width = 39.6 * rng.uniform(0.86, 1.0), 18.3 * rng.uniform(0.92, 1.04)
    end, side = rng.uniform(4.5, 7.5), rng.uniform(3.2, 5.0)
    apron = place.points(rectangle(length + 2 * end, width + 2 * side))
    canvas.fill(apron, apron_colour, lit=False)
    fence = rng.uniform(0.55, 0.9)
    canvas.stroke(closed(apron), scaled(apron_colour, fence), 0.6)
    canvas.fill(place.points(rectangle(length, width)), play_colour)
    _court_lines(canvas, place, length, width)
    return Thing("tennis court", apron)


def _court_lines(canvas: Canvas, place: Placement, length: float, width: float) -> None:
    """Draw the lines of the rules of tennis, by their fractions of length and width."""
    white = float(canvas.rng.uniform(205, 245))
    service, singles = length * 6.40 / 23.77, width * 4.115 / 10.97
    half_u, half_v = length / 2, width / 2
    lines = [
        closed(rectangle(length, width)),
        np.asarray([[-half_u, -singles], [half_u, -singles]]),
        np.asarray([[-half_u, singles], [half_u, singles]]),
        np.asarray([[-service, -singles], [-service, singles]]),
        np.asarray([[service, -singles], [service, singles]]),
        np.asarray([[-service, 0.0], [service, 0.0]]),
    ]
    for line in lines:
        canvas.stroke(place.points(line), (white, white, white), 0.9)
    net = np.asarray([[0.0, -half_v - 1], [0.0, half_v + 1]])
    canvas.stroke(place.points(net), (62, 66, 70), 0.8)


def white_building(canvas: Canvas, place: Placement, length: float, width: float) -> Thing:
    """Draw a big flat-roofed white building: parapet, roof units, joints."""
    rng = canvas.rng
    height = rng.uniform(7, 15) * place.scale
    outline = place.points(rectangle(length, width))
    canvas.shade(outline, height)
    white = rng.uniform(218, 248)
    tint = rng.uniform(-5, 5)
    roof: Colour = (white + tint / 2, white, white - tint)
    canvas.fill(outline, scaled(roof, rng.uniform(0.84, 0.95)), lit=True)
    canvas.fill(place.points(rectangle(length - 2, width - 2)), roof)
    if rng.random() < 0.35:
        _joints(canvas, place, length, width, scaled(roof, 0.93))
    for _ in range(int(rng.integers(0, 7))):
        size = rng.uniform(1.6, 4.0)
        u = rng.uniform(-0.5, 0.5) * max(0.0, length - 8)
        v = rng.uniform(-0.5, 0.5) * max(0.0, width - 8)
        unit = place.points(rectangle(size * rng.uniform(1, 1.8), size, u, v))
        canvas.fill(unit + np.asarray(canvas.weather.sun) * -1.3, scaled(roof, 0.7))
        canvas.fill(unit, scaled(roof, rng.uniform(0.72, 0.95)))
    return Thing("white building", outline)


def _joints(canvas: Canvas, place: Placement, length: float, width: float, colour: Colour) -> None:
    """Draw seams across a flat roof."""
    for u in np.arange(-length / 2 + 6, length / 2 - 3, 6.5):
        seam = np.asarray([[u, -width / 2 + 1], [u, width / 2 - 1]])
        canvas.stroke(place.points(seam), colour, 0.5)


def house(
    canvas: Canvas, palette: Palette, place: Placement, roof: str, length: float, width: float
) -> Thing:
    """Draw a house with a pitched roof: the half towards the sun is brighter.

    Args:
        canvas: to draw on.
        palette: for the colour of the roof.
        place: its middle and the direction of its ridge.
        roof: "red", "brown" or "grey".
        length: along the ridge, in pixels.
        width: across the ridge.
    """
    rng = canvas.rng
    outline = place.points(rectangle(length, width))
    canvas.shade(outline, rng.uniform(4.5, 7.5) * place.scale)
    colour = vary(rng, palette.roofs[roof], 0.09)
    # fraction of the sun along the slope's direction decides how the halves differ
    across = (-np.sin(place.angle), np.cos(place.angle))
    facing = float(np.dot(across, canvas.weather.sun))
    hip = rng.choice([0.0, width * rng.uniform(0.3, 0.5)])
    half_u, half_v = length / 2, width / 2
    canvas.fill(outline, colour, lit=True)
    for sign in (-1, 1):
        slope = np.asarray(
            [
                [-half_u, sign * half_v],
                [half_u, sign * half_v],
                [half_u - hip, 0.0],
                [hip - half_u, 0.0],
            ]
        )
        canvas.fill(place.points(slope), scaled(colour, 1 + 0.24 * sign * facing))
    ridge = np.asarray([[hip - half_u, 0.0], [half_u - hip, 0.0]])
    canvas.stroke(place.points(ridge), scaled(colour, 1.14), 0.5)
    if rng.random() < 0.4:
        chimney = rectangle(1.4, 1.4, float(rng.uniform(-0.3, 0.3)) * length, 0.15 * width)
        canvas.fill(place.points(chimney), (96, 84, 80))
    return Thing(f"{roof}-roofed house", outline)


_CARS: tuple[Colour, ...] = (
    (232, 232, 232),
    (188, 190, 194),
    (120, 124, 130),
    (44, 46, 52),
    (36, 38, 42),
    (158, 42, 38),
    (46, 76, 136),
)


def car(canvas: Canvas, place: Placement) -> None:
    """Draw a car, 4.4 m by 1.8 m, with windscreens and a small shadow."""
    colour = _CARS[int(canvas.rng.integers(len(_CARS)))]
    body = place.points(rectangle(7.2, 3.0))
    canvas.shade(body, 1.8 * place.scale)
    canvas.fill(body, colour, lit=True)
    glass = scaled(colour, 0.45)
    canvas.fill(place.points(rectangle(1.3, 2.5, 1.4, 0.0)), glass)
    canvas.fill(place.points(rectangle(1.0, 2.5, -2.3, 0.0)), glass)


def car_park(
    canvas: Canvas, palette: Palette, place: Placement, length: float, width: float
) -> Thing:
    """Draw a car park: asphalt, rows of marked bays along u, cars in most of them."""
    rng = canvas.rng
    outline = place.points(rectangle(length, width))
    canvas.fill(outline, vary(rng, palette.asphalt, 0.05))
    full = rng.uniform(0.5, 0.95)
    rows = [-width / 2 + 5.0] + ([width / 2 - 5.0] if width >= 24 else [])
    for v in rows:
        for u in np.arange(-length / 2 + 3.2, length / 2 - 2.2, 4.6):
            line = np.asarray([[u - 2.3, v - 4.2], [u - 2.3, v + 4.2]])
            canvas.stroke(place.points(line), (214, 214, 210), 0.5)
            if rng.random() < full:
                heading = float(rng.choice([-0.5, 0.5])) * np.pi
                car(canvas, place.at(float(u), v + float(rng.uniform(-0.5, 0.5)), heading))
    return Thing("car park", outline)


def swimming_pool(canvas: Canvas, place: Placement, length: float, width: float) -> Thing:
    """Draw a swimming pool with its pale deck."""
    rng = canvas.rng
    canvas.fill(place.points(rectangle(length + 5, width + 5)), vary(rng, (206, 198, 182), 0.07))
    outline = place.points(rectangle(length, width))
    blue = vary(rng, (82, 178, 204), 0.1)
    canvas.fill(outline, blue)
    canvas.fill(
        place.points(rectangle(length * 0.5, width - 2, length * 0.2, 0.0)), scaled(blue, 0.93)
    )
    return Thing("swimming pool", outline)


def tree(canvas: Canvas, palette: Palette, col: float, row: float, radius_px: float) -> None:
    """Draw a single tree: shadow, dark side, lit side."""
    rng = canvas.rng
    sun = np.asarray(canvas.weather.sun)
    colour = vary(rng, palette.crown, 0.12)
    canvas.shade_disc(col, row, radius_px, radius_px * rng.uniform(1.2, 2.0))
    canvas.disc(col, row, radius_px, scaled(colour, 0.7))
    for shift, size, gain in ((0.18, 0.78, 0.95), (0.36, 0.48, 1.2)):
        wobble = rng.uniform(-0.12, 0.12, 2) * radius_px
        at = np.asarray([col, row]) + sun * shift * radius_px + wobble
        canvas.disc(float(at[0]), float(at[1]), radius_px * size, scaled(colour, gain))


def road(canvas: Canvas, line: Points, colour: Colour, width_px: float, *, marked: bool) -> Thing:
    """Draw a road along points, with a verge, and a dashed middle line where marked."""
    canvas.stroke(line, scaled(colour, 0.82), width_px + 1.6, lit=True)
    canvas.stroke(line, colour, width_px)
    if marked:
        for dash in dashes(line, 6.0, 9.0):
            canvas.stroke(dash, (224, 224, 216), 0.6)
    return Thing("road", _ribbon(line, width_px))


def dashes(line: Points, dash_px: float, gap_px: float) -> list[Points]:
    """Cut a line into dashes."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0, along[-1] - dash_px, dash_px + gap_px)
    pieces = []
    for start in starts:
        at = np.asarray([start, start + dash_px])
        pieces.append(
            np.stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])], axis=1)
        )
    return pieces


def _ribbon(line: Points, width_px: float) -> Points:
    """Outline of a line of a width."""
    direction = np.gradient(line, axis=0)
    direction /= np.maximum(np.hypot(*direction.T)[:, None], 1e-9)
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1) * width_px / 2
    return np.concatenate([line + normal, (line - normal)[::-1]])


def closed(polygon: Points) -> Points:
    """Repeat the first corner at the end."""
    return np.concatenate([polygon, polygon[:1]])


def scaled(colour: Colour, gain: float) -> Colour:
    """Multiply a colour."""
    return (colour[0] * gain, colour[1] * gain, colour[2] * gain)
