"""A run that was interrupted ends as one that was not."""

from pathlib import Path

import pytest
import torch

from geosearch.encoders import mini
from geosearch.errors import UsageError
from geosearch.reporting import SILENT
from geosearch.training.curve import Point, read_csv, read_figures_csv, write_csv
from geosearch.training.loop import Settings, Trained, train
from workshop.mini.learning.learner import MiniLearner, Rates
from workshop.mini.pictures.corpus import Batch


class SmallCorpus:
    """Two random pictures a batch, each with its own random sentence."""

    def batch(self, number: int) -> Batch:
        chance = torch.Generator().manual_seed(number)
        return Batch(
            torch.rand(2, 3, 24, 24, generator=chance) * 255,
            torch.randn(2, 384, generator=chance),
            torch.eye(2, dtype=torch.bool),
            torch.randn(3, 384, generator=chance),
        )


def learner() -> MiniLearner:
    torch.manual_seed(1)
    return MiniLearner(mini.ImageTower(), mini.Head(), Rates()).train()


def run(out: Path, steps: int, *, resume: bool = False) -> Trained[MiniLearner]:
    out.mkdir(exist_ok=True)
    settings = Settings(steps=steps, warm_up_steps=2, save_every=2)
    return train(SmallCorpus(), learner(), settings, out, resume=resume, reporter=SILENT)


def test_going_on_from_a_checkpoint_gives_the_same_weights(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", 4)
    interrupted = tmp_path / "interrupted"

    class KilledError(Exception):
        pass

    class Dying(SmallCorpus):
        def batch(self, number: int) -> Batch:
            if number == 3:
                raise KilledError
            return super().batch(number)

    interrupted.mkdir()
    settings = Settings(steps=4, warm_up_steps=2, save_every=2)
    with pytest.raises(KilledError):
        train(Dying(), learner(), settings, interrupted, resume=False, reporter=SILENT)
    resumed = run(interrupted, 4, resume=True)
    for name in ("last", "average"):
        ours, theirs = getattr(resumed, name).state_dict(), getattr(whole, name).state_dict()
        for key in theirs:
            torch.testing.assert_close(ours[key], theirs[key], rtol=1e-4, atol=1e-5)
    assert [point.step for point in read_csv(interrupted / "loss.csv")] == [0, 1, 2, 3]
    assert (interrupted / "loss.png").stat().st_size > 1000


def test_judgements_are_told_and_drawn_and_change_nothing(tmp_path: Path) -> None:
    steps: list[int] = []

    def judge(learner: MiniLearner) -> dict[str, float]:
        steps.append(len(steps))
        assert not any(module.training for module in learner.modules())
        return {"share": 0.5 + len(steps) / 10, "percent": 20.0}

    settings = Settings(steps=4, warm_up_steps=2, save_every=2, judge_every=2)
    judged = train(
        SmallCorpus(), learner(), settings, tmp_path, resume=False, reporter=SILENT, judge=judge
    )
    plain = run(tmp_path / "plain", 4)
    for key, value in plain.last.state_dict().items():
        torch.testing.assert_close(judged.last.state_dict()[key], value, rtol=1e-4, atol=1e-5)
    assert read_figures_csv(tmp_path / "figures.csv") == [
        {"step": 2, "share": 0.6, "percent": 20.0},
        {"step": 4, "share": 0.7, "percent": 20.0},
    ]
    assert (tmp_path / "figures.png").stat().st_size > 1000


def test_going_on_from_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="checkpoint"):
        run(tmp_path, 2, resume=True)


def test_the_curve_comes_back_from_its_table(tmp_path: Path) -> None:
    points = [Point(0, 1.5, 4.25, 14.3, 0.5), Point(1, 3.0, 4.0, 14.2, 1.0)]
    write_csv(tmp_path / "loss.csv", points)
    assert read_csv(tmp_path / "loss.csv") == points
