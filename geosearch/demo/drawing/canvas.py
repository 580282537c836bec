"""A picture in the making: textured ground below, sharp-edged things above, light over both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from geosearch.demo.drawing.texture import Colour, Surface, noise

Points = npt.NDArray[np.float64]
"""[n, 2] (col, row) in pixels of the finished picture; the first pixel spans 0 to 1."""

_FINER = 2  # things are drawn on a grid twice as fine, then averaged: smooth edges


@dataclass(frozen=True, slots=True)
class Weather:
    """Light and air of one picture."""

    sun: tuple[float, float]
    """Unit vector (col, row) that points to the sun."""
    shadow_length: float
    """Length of a shadow for a height of one."""
    shadow_light: int
    """What is left of the light in a shadow, 0 to 255."""
    haze: float
    """Fraction of the picture that is veil, 0 to 1."""
    exposure: Colour
    """Gain of red, green and blue."""
    gamma: float
    blur_px: float
    grain: float
    """Standard deviation of the sensor's noise, in grey levels."""

    @classmethod
    def draw(cls, rng: np.random.Generator, *, fair: bool = False) -> "Weather":
        """Draw a day: mostly clear, sometimes hazy, dull or slightly out of focus.

        A ``fair`` one is bright and sharp, as days are that people fly on.
        """
        azimuth = rng.uniform(0, 2 * np.pi)
        gain = rng.uniform(1.0 if fair else 0.82, 1.1) * rng.uniform(0.95, 1.05, 3)
        return cls(
            sun=(float(np.cos(azimuth)), float(np.sin(azimuth))),
            shadow_length=float(rng.uniform(0.45, 1.3)),
            shadow_light=int(rng.integers(85, 150)),
            haze=float(rng.choice([0, rng.uniform(0, 0.12), rng.uniform(0.1, 0.3)]))
            * (0.3 if fair else 1.0),
            exposure=(float(gain[0]), float(gain[1]), float(gain[2])),
            gamma=float(rng.uniform(0.88, 1.14)),
            blur_px=float(rng.choice([0.0, rng.uniform(0.2, 0.9)])) * (0.5 if fair else 1.0),
            grain=float(rng.uniform(0.5, 5.0)),
        )


def hull_of_sweep(polygon: Points, shift: tuple[float, float]) -> Points:
    """Outline of what a convex polygon covers while it moves by ``shift``."""
    from shapely import MultiPoint

    hull = MultiPoint(np.concatenate([polygon, polygon + shift])).convex_hull
    return np.asarray(hull.exterior.coords)


class Canvas:
    """The layers of a picture while things are put on it, later ones over earlier ones."""

    def __init__(
        self, width_px: int, height_px: int, rng: np.random.Generator, weather: Weather
    ) -> None:
        self.width_px = width_px
        self.height_px = height_px
        self.rng = rng
        self.weather = weather
        self._ground = np.zeros((height_px, width_px, 3), np.float32)
        fine = (width_px * _FINER, height_px * _FINER)
        self._things = Image.new("RGB", fine)
        self._cover = Image.new("L", fine)
        self._light = Image.new("L", fine, 255)
        self._draw_things = ImageDraw.Draw(self._things)
        self._draw_cover = ImageDraw.Draw(self._cover)
        self._draw_light = ImageDraw.Draw(self._light)

    def spread(self, surface: Surface, polygon: Points | None = None) -> None:
        """Lay a surface over a polygon and what was there, or over all of the picture."""
        if polygon is None:
            self._ground[:] = surface(self.height_px, self.width_px)
            return
        limit = (self.width_px, self.height_px)
        first = np.clip(np.floor(polygon.min(axis=0)).astype(int), 0, limit)
        last = np.clip(np.ceil(polygon.max(axis=0)).astype(int), 0, limit)
        width_px, height_px = (int(side) for side in last - first)
        if width_px < 1 or height_px < 1:
            return
        stencil = Image.new("L", (width_px * _FINER, height_px * _FINER))
        ImageDraw.Draw(stencil).polygon(_fine(polygon - first), fill=255)
        coverage = np.asarray(stencil.reduce(_FINER), np.float32)[:, :, None] / 255
        window = self._ground[first[1] : last[1], first[0] : last[0]]
        window += coverage * (surface(height_px, width_px) - window)
        outline = _fine(polygon)
        self._draw_things.polygon(outline, fill=(0, 0, 0))
        self._draw_cover.polygon(outline, fill=0)
        self._draw_light.polygon(outline, fill=255)

    def fill(self, polygon: Points, colour: Colour, *, lit: bool = False) -> None:
        """Put a flat thing down; ``lit`` takes it out of the shadows drawn so far."""
        outline = _fine(polygon)
        self._draw_things.polygon(outline, fill=_rgb(colour))
        self._draw_cover.polygon(outline, fill=255)
        if lit:
            self._draw_light.polygon(outline, fill=255)

    def stroke(self, line: Points, colour: Colour, width_px: float, *, lit: bool = False) -> None:
        """Draw a line of a width along points; ``lit`` takes it out of the shadows so far."""
        path = _fine(line)
        width = max(1, round(width_px * _FINER))
        self._draw_things.line(path, fill=_rgb(colour), width=width, joint="curve")
        self._draw_cover.line(path, fill=255, width=width, joint="curve")
        if lit:
            self._draw_light.line(path, fill=255, width=width, joint="curve")

    def disc(self, col: float, row: float, radius_px: float, colour: Colour) -> None:
        """Draw a filled circle, out of all shadows."""
        box = _box(col, row, radius_px)
        self._draw_things.ellipse(box, fill=_rgb(colour))
        self._draw_cover.ellipse(box, fill=255)
        self._draw_light.ellipse(box, fill=255)

    def shade(self, polygon: Points, height_px: float) -> None:
        """Let a convex thing of a height throw its shadow (before the thing itself is drawn)."""
        length = -height_px * self.weather.shadow_length
        shift = (length * self.weather.sun[0], length * self.weather.sun[1])
        self._draw_light.polygon(
            _fine(hull_of_sweep(polygon, shift)), fill=self.weather.shadow_light
        )

    def shade_disc(self, col: float, row: float, radius_px: float, height_px: float) -> None:
        """Let a crown of a height throw its shadow."""
        length = -height_px * self.weather.shadow_length
        box = _box(
            col + length * self.weather.sun[0], row + length * self.weather.sun[1], radius_px
        )
        self._draw_light.ellipse(box, fill=self.weather.shadow_light)

    def finish(self) -> npt.NDArray[np.uint8]:
        """Light the layers, add air and sensor, and return uint8 [height, width, 3]."""
        weather, rng = self.weather, self.rng
        cover = np.asarray(self._cover.reduce(_FINER), np.float32)[:, :, None] / 255
        light = np.asarray(self._light.reduce(_FINER), np.float32)[:, :, None] / 255
        things = np.asarray(self._things.reduce(_FINER), np.float32)
        wear = noise(rng, self.height_px, self.width_px, 0.9)[:, :, None]
        picture = self._ground * (1 - cover) + things * (1 + 0.025 * wear)
        # shadows are lit by the sky alone, so they are bluer
        picture *= light ** np.asarray([1.08, 1.0, 0.88], np.float32)
        picture *= np.asarray(weather.exposure, np.float32) * (1 - weather.haze)
        picture += weather.haze * np.asarray([188, 200, 212], np.float32)
        if weather.gamma != 1:
            picture = 255 * np.clip(picture / 255, 0, 1) ** weather.gamma
        if weather.blur_px:
            soft = Image.fromarray(_bytes(picture)).filter(
                ImageFilter.GaussianBlur(weather.blur_px)
            )
            picture = np.asarray(soft, np.float32)
        picture = (
            picture + weather.grain * noise(rng, self.height_px, self.width_px, 0.0)[..., None]
        )
        return _bytes(picture)


def _bytes(picture: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint8]:
    levels: npt.NDArray[np.uint8] = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    return levels


def _fine(points: Points) -> Sequence[float]:
    # Pillow draws pixel centres at whole numbers, our pixels span 0 to 1
    flat: list[float] = (points * _FINER - 0.5).ravel().tolist()
    return flat


def _box(col: float, row: float, radius_px: float) -> tuple[float, float, float, float]:
    col, row, radius = col * _FINER - 0.5, row * _FINER - 0.5, radius_px * _FINER
    return (col - radius, row - radius, col + radius, row + radius)


def _rgb(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (min(255, max(0, round(part))) for part in colour)
    return (red, green, blue)
