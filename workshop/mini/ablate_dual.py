"""Does the dual loss earn its keep? Long texts only, short only, and both, with equal budgets.

Writes a list of pairs from RSICD, UCM-Captions and chips that geosearch draws: short texts are an
image's captions one by one, its long text is all of them together. Trains the same encoder three
times with the same batches, and judges each on the same held-out images by short and by long
queries. Prints one table; with --json also the figures.
"""

import json
import platform
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image

from geosearch import __version__
from geosearch.demo import training_chip
from geosearch.reporting import CONSOLE
from geosearch.training import Tuning, read_balance, train_pairs

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_SETS = (("dataset_rsicd.json", "rsicd.tar"), ("dataset_ucm.json", "ucm_captions.tar"))
_BALANCES = {"long only": "long", "short only": "short", "dual": "0:0.25,1:0.75"}


def _captioned(data: Path, folder: Path) -> Iterator[dict[str, object]]:
    """Unpack the captioned sets' pictures; yield their lines."""
    for captions, pictures in _SETS:
        texts = {
            Path(entry["filename"]).name: [one["raw"].strip() for one in entry["sentences"]]
            for entry in json.loads((data / captions).read_text())["images"]
        }
        with tarfile.open(data / pictures) as archive:
            for member in archive:
                name = Path(member.name).name
                stream = archive.extractfile(member)
                if stream is not None and name in texts:
                    file = folder / f"{Path(pictures).stem}-{name}"
                    file.write_bytes(stream.read())
                    yield _line(file, texts[name])


def _drawn(count: int, folder: Path, seed: int) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng([seed, 11])
    for i in range(count):
        chip, sentences = training_chip(rng, 128)
        file = folder / f"drawn-{i}.png"
        Image.fromarray(chip).save(file)
        yield _line(file, list(sentences))


def _line(file: Path, texts: list[str]) -> dict[str, object]:
    different = list(dict.fromkeys(texts))
    joined = " ".join(text if text.endswith(".") else f"{text}." for text in different)
    return {"file": file.name, "short": different, "long": joined}


def _write_list(data: Path, out: Path, drawn: int, seed: int) -> Path:
    folder = out / "images"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*_captioned(data, folder), *_drawn(drawn, folder, seed)]
    listing = out / "pairs.jsonl"
    listing.write_text("".join(json.dumps(line) + "\n" for line in lines))
    CONSOLE.say(f"{len(lines)} images with texts: {listing}")
    return listing


def _train(out: Path, listing: Path, name: str, tuning: Tuning, steps: int) -> dict[str, float]:
    CONSOLE.say(name)
    done = train_pairs(
        listing,
        out / name.replace(" ", "-"),
        tuning,
        images=out / "images",
        steps=steps,
        reporter=CONSOLE,
    )
    return done.figures["last"]


def _table(figures: dict[str, dict[str, float]]) -> str:
    lines = [
        "| learned from | short queries, mR | long queries, mR | mean |",
        "| --- | --- | --- | --- |",
    ]
    for name, found in figures.items():
        mean = (found["short_mr"] + found["long_mr"]) / 2
        lines.append(f"| {name} | {found['short_mr']:.1f} | {found['long_mr']:.1f} | {mean:.1f} |")
    return "\n".join(lines)


@click.command(short_help="Compare the dual loss with either half of it.")
@click.option("--data", type=_FOLDER, required=True, help="Folder of the captioned sets.")
@click.option(
    "--out", type=_FOLDER, default=Path("runs/dual"), show_default=True, help="Folder of the runs."
)
@click.option("--encoder", default="mini", show_default=True, help="What is trained.")
@click.option("--weights", type=_FILE, help="Weights to begin from.")
@click.option("--new", is_flag=True, help="Begin with towers that are not aligned yet.")
@click.option("--steps", default=300, show_default=True, help="Steps of each run.")
@click.option("--batch", default=128, show_default=True, help="Images per step.")
@click.option("--rate", type=float, help="Learning rate.")
@click.option("--drawn", default=1500, show_default=True, help="Number of chips to draw.")
@click.option("--held-out", default=0.08, show_default=True, help="Fraction of images held out.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--seed", default=0, show_default=True, help="Random seed.")
@click.option("--json", "json_file", type=_FILE, help="Also write the figures here.")
def ablate_dual(
    data: Path,
    out: Path,
    encoder: str,
    weights: Path | None,
    new: bool,
    steps: int,
    batch: int,
    rate: float | None,
    drawn: int,
    held_out: float,
    device: str,
    seed: int,
    json_file: Path | None,
) -> None:
    """Train on long texts only, on short ones only, and on both, with equal budgets.

    Each run is judged on the same held-out images by short and by long queries. Prints one table.
    """
    listing = _write_list(data, out, drawn, seed)
    tuning = Tuning(
        encoder,
        weights,
        new=new,
        batch=batch,
        rate=rate,
        held_out=held_out,
        seed=seed,
        device=device,
    )
    figures = {
        name: _train(out, listing, name, replace(tuning, balance=read_balance(value)), steps)
        for name, value in _BALANCES.items()
    }
    print(
        f"{encoder}{' (new)' if new else ''}, {steps} steps of {batch} "
        f"images each; {date.today().isoformat()}, {platform.machine()}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}, geosearch {__version__}\n"
    )
    print(_table(figures))
    if json_file:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")
