"""The loss curve of a run, as a table and as a picture."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from PIL import Image, ImageDraw

_WIDTH, _HEIGHT, _MARGIN = 900, 420, 50
_SMOOTH = 20


@dataclass(frozen=True, slots=True)
class Point:
    """What one step measured."""

    step: int
    seconds: float
    loss: float
    logit_scale: float
    rate: float
    """Share of the full learning rate."""


def write_csv(path: Path, points: Sequence[Point]) -> None:
    """Write one line a step."""
    with path.open("w", newline="") as file:
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


def draw_png(path: Path, points: Sequence[Point]) -> None:
    """Draw the loss over the steps, pale as it was and dark as a running mean."""
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    losses = [point.loss for point in points]
    low, high = min(losses), max(losses) + 1e-9
    across = (_WIDTH - 2 * _MARGIN) / max(len(points) - 1, 1)

    def place(i: int, loss: float) -> tuple[float, float]:
        share = (loss - low) / (high - low)
        return _MARGIN + i * across, _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)

    pen.line([place(i, loss) for i, loss in enumerate(losses)], fill=(190, 205, 225))
    means = [
        sum(losses[max(0, i - _SMOOTH) : i + 1]) / len(losses[max(0, i - _SMOOTH) : i + 1])
        for i in range(len(losses))
    ]
    pen.line([place(i, loss) for i, loss in enumerate(means)], fill=(20, 60, 130), width=2)
    for share in (0, 0.25, 0.5, 0.75, 1):
        loss = low + share * (high - low)
        pen.text((6, place(0, loss)[1] - 6), f"{loss:.2f}", fill="black")
        step = points[round(share * (len(points) - 1))].step
        column = _MARGIN + share * (_WIDTH - 2 * _MARGIN)
        pen.text((column - 10, _HEIGHT - 35), str(step), fill="black")
    pen.text((_WIDTH // 2 - 60, _HEIGHT - 18), "contrastive loss by step", fill="black")
    picture.save(path)
