"""The command: the tables of how well answers say what they know."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
from PIL import Image, ImageDraw

import geosearch
from benchmarks.asking.pictures import SETS, SPOKEN, embedded
from benchmarks.asking.probabilities import ABSENT, Trusted, trusted
from benchmarks.asking.scenes import Ranked, ranked
from benchmarks.asking.where import Located, located
from benchmarks.machine import command_line, processor
from benchmarks.options import PATH
from geosearch.encoders import CellEncoder, load_encoder
from geosearch.vocabulary import bank


@click.command(short_help="How well answers say what they know.")
@click.option("--data", type=PATH, help="The folder of shared pictures and scenes.")
@click.option("--scales", default="1,2", show_default=True, help="Scales that scenes are cut at.")
@click.option("--seeds", default=2, show_default=True, help="Number of drawn archives.")
@click.option("--diagram", type=PATH, help="Also draw the reliability of probabilities: a PNG.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
def asking(
    data: Path | None, scales: str, seeds: int, diagram: Path | None, json_file: Path | None
) -> None:
    """Measure probabilities, the sense of scale, and where in a chip, with the bundled encoder."""
    encoder = load_encoder("mini", precision="float32")
    assert isinstance(encoder, CellEncoder)
    print(f"{encoder.fingerprint}; {date.today().isoformat()}, {processor()}; `{command_line()}`\n")
    figures: dict[str, Any] = {}
    places = located(encoder, tuple(range(901, 901 + seeds)))
    figures["where"] = [asdict(one) for one in places]
    print(_where_table(places))
    if data is not None:
        sets = {name: _trusted(data, name, encoder) for name in SETS}
        figures["probabilities"] = {name: asdict(one) for name, one in sets.items()}
        print(_trust_table(sets))
        if diagram is not None:
            _draw(sets, diagram)
        found = _scenes(data, tuple(int(part) for part in scales.split(",")))
        figures["scenes"] = {name: asdict(one) for name, one in found.items()}
        print(_scene_table(found))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")


def _trusted(data: Path, name: str, encoder: geosearch.Encoder) -> Trusted:
    pictures, classes = embedded(data, name, encoder)
    names = sorted(set(classes))
    texts = [SPOKEN.get(one, f"a {one}") for one in names]
    return trusted(
        pictures,
        classes,
        dict(zip(names, encoder.encode_texts(texts), strict=True)),
        encoder.encode_texts([phrase.text for phrase in bank()]),
        encoder.encode_texts(list(ABSENT)),
    )


def _scenes(data: Path, scales: tuple[int, ...]) -> dict[str, Ranked]:
    with TemporaryDirectory() as folder:
        index = geosearch.build(
            data / "scenes",
            Path(folder) / "index",
            encoder="mini",
            chips=geosearch.Chips(scales=scales),
        )
        questions = data / "scenes_queries.json"
        return {
            "cosine": ranked(index, questions, scale=False),
            "with the sense of scale": ranked(index, questions, scale=True),
        }


def _where_table(found: list[Located]) -> str:
    lines = [
        "| drawn | count | pixel AUROC | peak on it | by chance |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.level}s | {one.count} | {one.area:.3f} | {one.peak:.2f} | {one.chance:.2f} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


def _trust_table(sets: dict[str, Trusted]) -> str:
    lines = [
        "| pictures | count | hit ECE | false at 5 % | at 20 % (kept) | absent called present "
        "| three right ones found |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {one.pictures} | {one.hit_error:.3f} | {one.false_at_5:.2f} | "
        f"{one.false_at_20:.2f} ({one.kept_at_20:.2f}) | {one.absent_called_present:.2f} | "
        f"{one.three_found:.2f} |"
        for name, one in sets.items()
    ]
    return "\n".join(lines) + "\n"


def _scene_table(found: dict[str, Ranked]) -> str:
    lines = ["| scenes ranked by | success@5 | MRR |", "| --- | --- | --- |"]
    lines += [
        f"| {name} | {one.success_at_5:.2f} | {one.mean_reciprocal_rank:.3f} |"
        for name, one in found.items()
    ]
    return "\n".join(lines) + "\n"


_EDGE_PX = 400
_MARGIN_PX = 50
_COLOURS = ((31, 119, 180), (214, 39, 40))


def _draw(sets: dict[str, Trusted], path: Path) -> None:
    """Draw what is claimed against what is true: a perfect set lies on the diagonal."""
    side = _EDGE_PX + 2 * _MARGIN_PX
    picture = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(picture)
    low, high = _MARGIN_PX, _MARGIN_PX + _EDGE_PX
    draw.rectangle((low, low, high, high), outline="black")
    draw.line((low, high, high, low), fill=(180, 180, 180))
    for number, (name, one) in enumerate(sets.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [(low + _EDGE_PX * x, high - _EDGE_PX * y) for x, y, _ in one.bins]
        draw.line(points, fill=colour, width=2)
        for (x, y), (_, _, count) in zip(points, one.bins, strict=True):
            radius = 2 + float(np.log10(count + 1))
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        draw.text((low + 10, low + 10 + 16 * number), name, fill=colour)
    draw.text((low, high + 8), "0      claimed probability of a hit      1", fill="black")
    draw.text((4, low - 16), "true fraction, 1 at the top", fill="black")
    picture.save(path)
