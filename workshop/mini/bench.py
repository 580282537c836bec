"""Measure `mini`, the bundled encoder: what its model card tells.

Needs the folder that training reads, with real scenes in `scenes/` and the questions on them in
`scenes_queries.json`. Prints one JSON object; with --out also writes it as figures.json, the model
card's table as table.md, and a picture of the answers to each set of questions, and to the demo's
sentences that find least (worst_sentences.png).
"""

import json
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import numpy as np
import torch

from benchmarks.machine import processor
from geosearch.encoders import mini
from geosearch.reporting import CONSOLE
from workshop.mini.figures.answer_sheet import write_answer_sheet
from workshop.mini.figures.arrangements import search_draws
from workshop.mini.figures.card import card_table
from workshop.mini.figures.held_out import EXAMPLE, judge, worst_sentences
from workshop.mini.figures.real_scenes import read_questions, search_scenes
from workshop.mini.pictures.sets import held_out_sets

_SPEED_CHIPS = 512
_SPEED_RUNS = 5
_DEMO_CHIPS = 2000  # average precision of one sentence varies by 0.1 between sets of 400
_FIRST_DRAW = 1000  # seeds of demo archives that nobody has looked at
_WORST = 8
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_OTHER_QUESTIONS = Path(__file__).with_name("other_questions.json")


def _chips_a_second(weights: Path, precision: str) -> int:
    """Return the median of some runs: machines are noisy."""
    encoder = mini.load(weights=weights, device="cpu", precision=precision)
    chips = np.random.default_rng(0).integers(0, 256, (_SPEED_CHIPS, 128, 128, 3), dtype=np.uint8)
    encoder.encode_images(chips)  # the first batches also choose kernels
    seconds = []
    for _ in range(_SPEED_RUNS):
        started = perf_counter()
        encoder.encode_images(chips)
        seconds.append(perf_counter() - started)
    return round(_SPEED_CHIPS / float(np.median(seconds)))


def _wild(
    encoder: mini.MiniEncoder, scenes: Path, questions_file: Path, picture: Path | None
) -> dict[str, Any]:
    questions = read_questions(questions_file)
    found = search_scenes(encoder, scenes, questions)
    if picture:
        asked = zip(questions, found.ranks, strict=True)
        headings = [f"{q.text}   (first right scene: {rank})" for q, rank in asked]
        write_answer_sheet(picture, list(zip(headings, found.answers, strict=True)))
    return {
        "success_at_5": found.success_at_5,
        "mean_reciprocal_rank": round(found.mean_reciprocal_rank, 4),
        "scenes": found.scenes,
        "ranks": dict(zip((q.text for q in questions), found.ranks, strict=True)),
    }


@click.command(short_help="Measure mini for its model card.")
@click.option("--data", type=_FOLDER, required=True, help="Folder with the sets and scenes.")
@click.option("--weights", type=_FILE, help="Default: the bundled ones.")
@click.option("--precision", default="auto", show_default=True, help="auto, float32 or bf16.")
@click.option("--seed", default=0, show_default=True, help="Random seed of the training run.")
@click.option("--draws", default=10, show_default=True, help="Fresh demo archives to search.")
@click.option("--out", type=_FOLDER, help="Folder for figures, table and pictures.")
def bench(
    data: Path, weights: Path | None, precision: str, seed: int, draws: int, out: Path | None
) -> None:
    """Measure mini, the bundled encoder, and print all figures as JSON.

    DATA also holds scenes/ and scenes_queries.json. With --out, writes figures.json, table.md and
    pictures of the answers too.
    """
    weights = weights or mini.bundled_weights()
    if out:
        out.mkdir(parents=True, exist_ok=True)
    encoder = mini.load(weights=weights, device="cpu", precision=precision)
    wild = {}
    for name, file in (
        ("wild", data / "scenes_queries.json"),
        ("other_questions", _OTHER_QUESTIONS),
    ):
        CONSOLE.say(f"asking {file.name}")
        picture = out / f"{file.stem}.png" if out else None
        wild[name] = _wild(encoder, data / "scenes", file, picture)
    CONSOLE.say(f"drawing and searching {draws} demo archives")
    relation = search_draws(encoder, EXAMPLE, range(_FIRST_DRAW, _FIRST_DRAW + draws))
    CONSOLE.say("judging the held-out sets")
    held_out = held_out_sets(data, seed, _DEMO_CHIPS)
    figures = {
        "fingerprint": encoder.fingerprint,
        "precision": encoder.precision,
        "date": date.today().isoformat(),
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "megabytes": round(weights.stat().st_size / 1e6, 1),
        "chips_a_second": {name: _chips_a_second(weights, name) for name in ("bf16", "float32")},
        **judge(encoder, held_out),
        **wild,
        "example": EXAMPLE,
        "relation": {
            "right_first": relation.right_first,
            "ranks": relation.ranks,
            "chips": relation.chips,
            "rivals": relation.rivals,
        },
    }
    print(json.dumps(figures, indent=1))
    if out:
        (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
        rows = worst_sentences(encoder, held_out.demo, _WORST)
        write_answer_sheet(out / "worst_sentences.png", rows)
        (out / "table.md").write_text(card_table(figures) + "\n")
