"""Whole runs on pairs: they learn, their weights load, a killed one ends as one that was not."""

import csv
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from geosearch.encoders import load_encoder, read_image
from geosearch.errors import UsageError
from geosearch.training.pairs import Tuning, read_balance, train_pairs
from geosearch.training.pairs.run import Tuned

DGTRS = "dgtrs-clip-vit-b-16"


def tuning(weights: Path | None, **others: object) -> Tuning:
    chosen: dict[str, object] = {"rate": 3e-4, "batch": 16, "augment": "none", "held_out": 0.2}
    return Tuning(DGTRS, weights, device="cpu", precision="float32", **(chosen | others))  # type: ignore[arg-type]


def curve(folder: Path) -> list[tuple[str, str]]:
    with (folder / "loss.csv").open(newline="") as file:
        return [(row["step"], row["loss"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def done(
    listing: Path, small_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Tuned]:
    out = tmp_path_factory.mktemp("run")
    return out, train_pairs(listing, out, tuning(small_weights), steps=60, save_every=10)


def test_it_learns_what_it_is_shown(done: tuple[Path, Tuned]) -> None:
    out, _ = done
    losses = [float(loss) for _, loss in curve(out)]
    assert len(losses) == 60
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])
    assert (out / "loss.png").stat().st_size > 1000


def test_the_encoder_of_the_name_takes_its_weights(done: tuple[Path, Tuned], listing: Path) -> None:
    _, tuned = done
    encoder = load_encoder(DGTRS, weights=tuned.weights, device="cpu", precision="float32")
    image = encoder.fit(read_image(listing.parent / "3.png"))
    assert encoder.encode_images(image[None]).shape == (1, 32)
    assert encoder.text_length == 248


def test_the_better_of_two_candidates_is_kept(done: tuple[Path, Tuned]) -> None:
    _, tuned = done
    sums = {name: sum(figures.values()) for name, figures in tuned.figures.items()}
    assert sums[tuned.chosen] == max(sums.values())
    assert set(tuned.figures["last"]) == {"short_mr", "long_mr"}


def test_the_first_rows_of_the_positions_are_as_they_were(
    done: tuple[Path, Tuned], small_weights: Path
) -> None:
    from safetensors.torch import load_file

    before = torch.load(small_weights, weights_only=True)["positional_embedding"]
    after = load_file(done[1].weights)
    torch.testing.assert_close(after["positional_embedding"][:20], before[:20], rtol=0, atol=0)
    second = torch.load(small_weights, weights_only=True)["positional_embedding_res"]
    assert not torch.equal(after["positional_embedding_res"][20:24], second[20:24])


SETTINGS = {"rate": 3e-4, "batch": 8, "at_once": 3, "held_out": 0.0,
            "device": "cpu", "precision": "float32"}  # fmt: skip
STEPS = 30
COMMAND = f"""
import sys
from pathlib import Path
import torch
from geosearch.training.pairs import Tuning, train_pairs
torch.set_num_threads(1)
listing, weights, out = map(Path, sys.argv[1:])
train_pairs(listing, out, Tuning("{DGTRS}", weights, **{SETTINGS}), steps={STEPS}, save_every=3)
"""


@pytest.fixture
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_a_killed_run_goes_on_to_the_same_curve(
    listing: Path, small_weights: Path, tmp_path: Path
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    plan = Tuning(DGTRS, small_weights, **SETTINGS)  # type: ignore[arg-type]
    train_pairs(listing, whole, plan, steps=STEPS, save_every=3)
    command = [sys.executable, "-c", COMMAND, str(listing), str(small_weights), str(killed)]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while not (killed / "checkpoint.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.random() / 5)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert len(curve(killed)) < STEPS
    train_pairs(listing, killed, plan, steps=STEPS, save_every=3, resume=True)
    ours, theirs = curve(killed), curve(whole)
    assert [step for step, _ in ours] == [step for step, _ in theirs]
    np.testing.assert_allclose(
        [float(loss) for _, loss in ours], [float(loss) for _, loss in theirs], rtol=1e-4
    )


def test_a_list_of_short_texts_only_trains_too(
    listing: Path, small_weights: Path, tmp_path: Path
) -> None:
    with listing.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "short.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "short"])
        writer.writerows([listing.parent / row["file"], row["short"]] for row in rows)
    done = train_pairs(
        tmp_path / "short.csv",
        tmp_path / "run",
        tuning(small_weights, balance=read_balance("short")),
        steps=3,
    )
    assert set(done.figures["last"]) == {"short_mr"}
    assert len(done.refused) == sum(not row["short"] for row in rows)


def test_mini_is_adapted_and_loads(listing: Path, tmp_path: Path) -> None:
    plan = Tuning("mini", batch=16, held_out=0.2, device="cpu", precision="float32")
    done = train_pairs(listing, tmp_path / "run", plan, steps=4)
    ours, shipped = (
        load_encoder("mini", weights=done.weights, device="cpu"),
        load_encoder("mini", device="cpu"),
    )
    assert ours.fingerprint != shipped.fingerprint
    cosine = float((ours.encode_texts(["a river"]) @ shipped.encode_texts(["a river"]).T)[0, 0])
    assert 0.5 < cosine < 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"batch": 1}, "batch"),
        ({"held_out": 1.0}, "held out"),
        ({"new": True}, "`new` and `weights`"),
        ({"augment": "magic"}, "magic"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    listing: Path, small_weights: Path, tmp_path: Path, changed: dict[str, object], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        train_pairs(listing, tmp_path, tuning(small_weights, **changed), steps=1)
