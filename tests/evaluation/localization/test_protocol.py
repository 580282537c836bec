"""A set in AIR-SLT's layout is read, and its figures are means over its queries."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from geosearch.errors import UsageError
from geosearch.evaluation import evaluate_localization, open_pictures
from geosearch.evaluation.localization.maps import localization_maps
from geosearch.evaluation.localization.protocol import read_localization_queries
from geosearch.evaluation.localization.scores import localization_scores

SQUARE = [[50, 100], [350, 100], [350, 700], [50, 700]]


@pytest.fixture
def two_pictures(tmp_path: Path) -> Path:
    (tmp_path / "imgs").mkdir()
    for name, first in (("one.png", 0), ("two.png", 2)):
        image = np.zeros((800, 900, 3), np.uint8)
        image[:, :400, first], image[:, 400:, 2 - first] = 255, 255
        Image.fromarray(image).save(tmp_path / "imgs" / name)
    return tmp_path / "imgs"


def test_figures_are_means_over_the_queries(
    two_pictures: Path, tmp_path: Path, colours: Any
) -> None:
    asked = [("red\n", "two.png"), ("blue", "one.png"), ("red", "one.png")]
    entries = [{"caption": t, "jpg_name": n, "points": [SQUARE]} for t, n in asked]
    (tmp_path / "anno.json").write_text(json.dumps(entries))
    with open_pictures(two_pictures) as pictures:
        report = evaluate_localization(colours, tmp_path / "anno.json", pictures)
    expected = []
    for text, name in asked:
        with Image.open(two_pictures / name) as picture:
            image = np.asarray(picture)
        (probability,) = localization_maps(colours, image, [text.strip()])
        expected.append(localization_scores(probability, [SQUARE]))
    for name in ("Rsu", "Ras", "Rda", "Rmi"):
        mean = np.mean([one[name] for one in expected])
        assert report.figures[name] == pytest.approx(mean, abs=5e-5)
    by_query = report.breakdowns[0].rows
    assert [row[:2] for row in by_query] == [(name, text.strip()) for text, name in asked]
    scores: list[Any] = [row[3] for row in by_query]
    assert scores[2] > scores[0]  # red lies in the square of the first picture only
    assert report.counts == {"images": 2, "queries": 3, "regions": 3}


@pytest.mark.parametrize(
    "document",
    [
        "[]",
        "{}",
        '[{"caption": "a", "jpg_name": "b", "points": []}]',
        '[{"caption": "a", "jpg_name": "b", "points": [[1, 2]]}]',
        '[{"caption": "a", "jpg_name": "b", "points": [[[1, NaN]]]}]',
        '[{"caption": 1, "jpg_name": "b", "points": [[[1, 2]]]}]',
        '[{"caption": "a", "points": [[[1, 2]]]}]',
    ],
)
def test_what_is_not_in_that_layout_is_refused(tmp_path: Path, document: str) -> None:
    (tmp_path / "anno.json").write_text(document)
    with pytest.raises(UsageError):
        read_localization_queries(tmp_path / "anno.json")


def test_a_picture_named_by_a_path_outside_is_not_read(
    tmp_path: Path, two_pictures: Path, colours: Callable[..., Any]
) -> None:
    entry = {"caption": "a", "jpg_name": "../anno.json", "points": [SQUARE]}
    (tmp_path / "anno.json").write_text(json.dumps([entry]))
    with open_pictures(two_pictures) as pictures, pytest.raises(UsageError, match="not in"):
        evaluate_localization(colours, tmp_path / "anno.json", pictures)
