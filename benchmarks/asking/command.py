"""The command: the tables of how well answers say what they know."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

import geosearch
from benchmarks.asking.compound import excluding, exemplified, marked
from benchmarks.asking.likely.diagram import draw
from benchmarks.asking.likely.fitting import Coefficients, fitted
from benchmarks.asking.likely.other_encoders import trials_of_others
from benchmarks.asking.likely.probabilities import Trusted, trusted
from benchmarks.asking.likely.trials import ABSENT, Asked, Trial, trials
from benchmarks.asking.pictures import SETS, Labelled, embedded, wordings
from benchmarks.asking.places import placed
from benchmarks.asking.scenes import ranked
from benchmarks.asking.tables import table
from benchmarks.asking.where import located
from benchmarks.asking.wordings import described, worded
from benchmarks.machine import command_line, processor
from benchmarks.options import PATH
from geosearch.encoders import CellEncoder, Encoder, load_encoder
from geosearch.vocabulary import bank

Figures = dict[str, Any]

_FITTED_TO = ("RSICD val", "UC Merced val", "EuroSAT")
"""Sets that the numbers of the package were fitted to; the others are judged only."""
_SIZES = {"RSICD val": (None, 300, 100)}
_DESCRIBED = 400
_TRUST_HEAD = (
    "pictures", "trials", "hit ECE", "false at 5 %", "at 20 %", "kept at 20 %", "any ECE",
    "absent called present", "three right ones found",
)  # fmt: skip


@click.command(short_help="How well answers say what they know.")
@click.option("--data", type=PATH, help="The folder of shared pictures and scenes.")
@click.option("--scales", default="1,2", show_default=True, help="Scales that scenes are cut at.")
@click.option("--seeds", default=2, show_default=True, help="Number of drawn archives.")
@click.option("--diagram", type=PATH, help="Also draw the reliability of probabilities: a PNG.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
def asking(
    data: Path | None, scales: str, seeds: int, diagram: Path | None, json_file: Path | None
) -> None:
    """Measure answers of the bundled encoder, from probabilities to places.

    Without --data only what is drawn is measured: where in a chip, and places.
    """
    encoder = load_encoder("mini", precision="float32")
    assert isinstance(encoder, CellEncoder)
    print(f"{encoder.fingerprint}; {date.today().isoformat()}, {processor()}; `{command_line()}`\n")
    drawn = tuple(range(901, 901 + seeds))
    figures: Figures = {"where": [asdict(one) for one in located(encoder, drawn)]}
    print(_rows(("drawn", "count", "pixel AUROC", "peak on it", "by chance"), figures["where"]))
    figures["places"] = [asdict(one) for one in placed(drawn)]
    print(
        _rows(
            ("drawn", "places", "among the first n", "among 2 n", "shown", "counted"),
            figures["places"],
        )
    )
    if data is not None:
        pictures = {name: embedded(data, source, encoder) for name, source in SETS.items()}
        figures |= _probabilities(data, pictures, encoder, diagram)
        figures |= _questions(pictures["RSICD val"], encoder)
        figures["scenes"] = _scenes(data, tuple(int(part) for part in scales.split(",")))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")


def _rows(head: Sequence[str], rows: Sequence[Figures]) -> str:
    return table(head, (tuple(row.values()) for row in rows))


def _probabilities(
    data: Path, pictures: dict[str, Labelled], encoder: Encoder, diagram: Path | None
) -> Figures:
    """Measure the probabilities as they are given, and as a fit to the other sets gives them."""
    tried = {name: _tried(name, one, encoder) for name, one in pictures.items()}
    given = {name: trusted(one) for name, one in tried.items()}
    given |= {name: trusted(one) for name, one in trials_of_others(data)}
    print("Probabilities as geosearch gives them:\n")
    print(table(_TRUST_HEAD, _trust_rows(given)))
    if diagram is not None:
        draw({name: given[name] for name in SETS}, diagram)
    fits = {name: fitted(tried[other] for other in _FITTED_TO if other != name) for name in SETS}
    unseen = {name: _judged(fit, tried[name]) for name, fit in fits.items()}
    print("The same, each set with numbers that were fitted to the others:\n")
    print(table(_TRUST_HEAD, _trust_rows(unseen)))
    best = fitted(tried[name] for name in _FITTED_TO)
    numbers = f"hit {_numbers(best.of_hit)}; any {_numbers(best.of_any)}"
    print(f"Fitted to {', '.join(_FITTED_TO)}: {numbers}\n")
    return {
        "probabilities": {name: asdict(one) for name, one in given.items()},
        "fitted to others": {name: asdict(one) for name, one in unseen.items()},
        "coefficients": asdict(best),
    }


def _tried(name: str, pictures: Labelled, encoder: Encoder) -> list[Trial]:
    asked = Asked(
        {one: encoder.encode_texts(wordings(one)) for one in sorted(set(pictures.classes))},
        encoder.encode_texts([phrase.text for phrase in bank()]),
        encoder.encode_texts(list(ABSENT)),
    )
    return trials(pictures, asked, sizes=_SIZES.get(name, (None,)))


def _judged(fit: Coefficients, tried: Sequence[Trial]) -> Trusted:
    return trusted([fit.claims(one) for one in tried])


def _trust_rows(sets: dict[str, Trusted]) -> Iterator[tuple[Any, ...]]:
    for name, one in sets.items():
        yield (
            name, one.trials, one.hit_error, one.false_at_5, one.false_at_20, one.kept_at_20,
            one.any_error, one.absent_called_present, one.three_found,
        )  # fmt: skip


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _questions(pictures: Labelled, encoder: Encoder) -> Figures:
    pairs, without = excluding(pictures, encoder)
    phrases = encoder.encode_texts([phrase.text for phrase in bank()])
    tables: dict[str, tuple[tuple[str, ...], list[Figures]]] = {
        "excluding": (
            (f"{pairs} pairs, RSICD val", "AP", "right in the first 20", "unwanted in them"),
            [asdict(one) for one in without],
        ),
        "examples": (
            ("text", "images", "AP of the text", "AP of the images", "AP of both"),
            [asdict(one) for one in exemplified(pictures, phrases, encoder)],
        ),
        "words": (("asked", "AP"), [asdict(one) for one in worded(pictures, encoder)]),
        "descriptions": (
            ("true descriptions", "recall in the first 10"),
            [asdict(one) for one in described(pictures, encoder, _DESCRIBED)],
        ),
    }
    for head, rows in tables.values():
        print(_rows(head, rows))
    right = marked(pictures, encoder)
    print(table(("rounds of five marks", *map(str, range(len(right)))), [("right next", *right)]))
    return {name: rows for name, (_, rows) in tables.items()} | {"marks": right}


def _scenes(data: Path, scales: tuple[int, ...]) -> Figures:
    with TemporaryDirectory() as folder:
        index = geosearch.build(
            data / "scenes",
            Path(folder) / "index",
            encoder="mini",
            chips=geosearch.Chips(scales=scales),
        )
        questions = data / "scenes_queries.json"
        found = {
            "cosine": asdict(ranked(index, questions, scale=False)),
            "with the sense of scale": asdict(ranked(index, questions, scale=True)),
        }
    head = ("scenes ranked by", "success@5", "MRR", "mean P(any)", "of what is nowhere")
    print(table(head, ((name, *one.values()) for name, one in found.items())))
    return found
