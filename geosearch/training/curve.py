"""The loss curve and the figures of a run, as tables and as pictures."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from PIL import Image, ImageDraw

from geosearch.atomic_write import atomic_write

_WIDTH, _HEIGHT, _MARGIN = 900, 420, 50
_SMOOTH = 20
_PALE = (190, 205, 225)
_COLOURS = (
    (20, 60, 130),
    (190, 80, 20),
    (40, 130, 60),
    (150, 40, 110),
    (110, 100, 30),
    (30, 140, 160),
)

Figures = dict[str, float]
"""Name of a figure to its value, with the ``step`` at which it was judged."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one step measured."""

    step: int
    seconds: float
    loss: float
    logit_scale: float
    rate: float
    """Fraction of the full learning rate."""


def write_csv(path: Path, points: Sequence[Point]) -> None:
    """Write one line per step; the file is complete, or the previous one."""
    with atomic_write(path) as beside, beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Point)])
        writer.writeheader()
        writer.writerows(asdict(point) for point in points)


def read_csv(path: Path) -> list[Point]:
    """Read what :func:`write_csv` wrote."""
    with path.open(newline="") as file:
        return [
            Point(int(row["step"]), *(float(row[field.name]) for field in fields(Point)[1:]))
            for row in csv.DictReader(file)
        ]


def write_figures_csv(path: Path, rows: Sequence[Figures]) -> None:
    """Write one line per judgement; all rows have the same names. The file is complete."""
    with atomic_write(path) as beside, beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_figures_csv(path: Path) -> list[Figures]:
    """Read what :func:`write_figures_csv` wrote; nothing where there is no such file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def draw_png(path: Path, points: Sequence[Point]) -> None:
    """Draw the loss over the steps, pale as it was and dark as a running mean."""
    losses = [point.loss for point in points]
    means = [
        sum(losses[max(0, i - _SMOOTH) : i + 1]) / len(losses[max(0, i - _SMOOTH) : i + 1])
        for i in range(len(losses))
    ]
    steps = [point.step for point in points]
    lines = [_Line("", steps, losses, _PALE, 1), _Line("", steps, means, _COLOURS[0], 2)]
    _draw(path, lines, "contrastive loss by step")


def draw_figures_png(path: Path, rows: Sequence[Figures]) -> None:
    """Draw the figures over the steps, percent as fractions."""
    names = [name for name in rows[0] if name != "step"]
    steps = [int(row["step"]) for row in rows]
    lines = []
    for i, name in enumerate(names):
        values = [row[name] / 100 if row[name] > 1 else row[name] for row in rows]
        lines.append(_Line(name, steps, values, _COLOURS[i % len(_COLOURS)], 2))
    _draw(path, lines, "figures on what is held out, by step")


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    steps: Sequence[int]
    values: Sequence[float]
    colour: tuple[int, int, int]
    width: int


def _draw(path: Path, lines: Sequence[_Line], title: str) -> None:
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    values = [value for line in lines for value in line.values]
    steps = [step for line in lines for step in line.steps]
    low, high = min(values), max(values) + 1e-9
    first, last = min(steps), max(max(steps), min(steps) + 1)

    def place(step: float, value: float) -> tuple[float, float]:
        across, up = (step - first) / (last - first), (value - low) / (high - low)
        column = _MARGIN + across * (_WIDTH - 2 * _MARGIN)
        return column, _HEIGHT - _MARGIN - up * (_HEIGHT - 2 * _MARGIN)

    for i, line in enumerate(lines):
        points = [place(s, v) for s, v in zip(line.steps, line.values, strict=True)]
        pen.line(points, fill=line.colour, width=line.width)
        pen.text((_MARGIN + 8 + 130 * (i % 6), 6 + 14 * (i // 6)), line.name, fill=line.colour)
    for fraction in (0, 0.25, 0.5, 0.75, 1):
        value, step = low + fraction * (high - low), round(first + fraction * (last - first))
        pen.text((6, place(first, value)[1] - 6), f"{value:.2f}", fill="black")
        pen.text((place(step, low)[0] - 10, _HEIGHT - 35), str(step), fill="black")
    pen.text((_WIDTH // 2 - 90, _HEIGHT - 18), title, fill="black")
    picture.save(path)
