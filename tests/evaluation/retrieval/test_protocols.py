"""Each protocol asks what its authors ask; figures are those of a plain loop."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geosearch.errors import UsageError
from geosearch.evaluation import evaluate_retrieval, open_pictures, read_karpathy
from geosearch.evaluation.retrieval.captions import CaptionedSet
from geosearch.evaluation.retrieval.protocols import queries_of

SET = CaptionedSet(
    "drawn",
    "test",
    ("1.png", "2.png", "3.png"),
    (
        ("many RED roofs .", "red"),
        ("a green field", "red", "green\nsecond line"),
        ("a blue lake .",),
    ),
    "0" * 64,
)
Paint = Callable[[dict[str, tuple[int, int, int]]], tuple[Path, Path]]


def test_remoteclip_asks_every_caption_capitalised() -> None:
    asked = queries_of(SET, "remoteclip")
    assert asked.texts[:2] == ("Many red roofs .", "Red")
    assert asked.pairs[:, 1].tolist() == [0, 0, 1, 1, 1, 2]


def test_skyscript_asks_distinct_texts_with_a_prefix() -> None:
    asked = queries_of(SET, "skyscript")
    assert len(asked.texts) == 5
    assert all(text.startswith("a satellite image. ") for text in asked.texts)
    red = asked.texts.index("a satellite image. red")
    assert {image for row, image in asked.pairs.tolist() if row == red} == {0, 1}


def test_long_text_asks_the_first_line_of_one_caption_an_image() -> None:
    asked = queries_of(SET, "long-text")
    assert asked.texts == ("many RED roofs .", "a green field", "a blue lake .")
    assert asked.pairs.tolist() == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize("protocol", ["remoteclip", "skyscript", "long-text"])
def test_a_report_says_what_a_loop_finds(paint: Paint, colours: Any, protocol: str) -> None:
    folder, _ = paint({"1.png": (200, 20, 0), "2.png": (90, 100, 20), "3.png": (20, 30, 200)})
    with open_pictures(folder) as pictures:
        report = evaluate_retrieval(colours, SET, pictures, protocol)
    asked = queries_of(SET, protocol)
    images = colours.encode_images(
        np.asarray([[[c]] for c in ((200, 20, 0), (90, 100, 20), (20, 30, 200))], np.uint8)
    )
    texts = colours.encode_texts(asked.texts)
    right = []
    for row, text in enumerate(texts):
        scores = images @ text
        own = [image for r, image in asked.pairs.tolist() if r == row]
        right.append(max(scores[own]) >= max(scores))
    assert report.figures["retrieval-text2image-R@1"] == pytest.approx(
        100 * np.mean(right), abs=0.005
    )
    assert report.counts["images"] == 3
    assert report.counts["texts"] == len(asked.texts)
    assert not report.published  # three images are no RSICD


def test_a_report_is_json_with_all_hashes(paint: Paint, colours: Any) -> None:
    folder, _ = paint({"1.png": (200, 20, 0), "2.png": (90, 100, 20), "3.png": (20, 30, 200)})
    with open_pictures(folder) as pictures:
        written = json.loads(evaluate_retrieval(colours, SET, pictures).to_json())
    assert written["protocol"]["name"] == "remoteclip"
    assert written["encoder"]["fingerprint"] == "colours-0"
    hashes = [*written["data_sha256"].values(), written["prompts_sha256"]]
    assert [len(bytes.fromhex(one)) for one in hashes] == [32, 32, 32]


def test_a_protocol_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="karpathy"):
        queries_of(SET, "karpathy")


def test_the_captions_of_ucm_are_counted_as_in_its_file(shared_data: Path) -> None:
    found = read_karpathy(shared_data / "dataset_ucm.json", "val")
    assert len(queries_of(found, "remoteclip").texts) == 1050
    entries = json.loads((shared_data / "dataset_ucm.json").read_text())["images"]
    texts = {s["raw"] for e in entries if e["split"] == "val" for s in e["sentences"]}
    assert len(queries_of(found, "skyscript").texts) == len(texts)
