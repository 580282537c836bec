"""An index measures itself with texts, where its encoder reads them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from support.colours import Colours
from support.scenes_making import values, write_band

import geosearch
from geosearch.chips import ResolvedChips
from geosearch.encoders import load_encoder
from geosearch.ingest import (
    CALIBRATION_TEXTS,
    RunSettings,
    embedded_calibration_texts,
    ingest,
    look_for_scenes,
)
from geosearch.vocabulary import bank


def measured(folder: Path) -> object:
    (segment,) = geosearch.open(folder).generation.describe().segments
    assert segment.calibration is not None
    return segment.calibration.queries, segment.texts_asked


def test_questions_are_sixty_four_different_texts() -> None:
    assert len(set(CALIBRATION_TEXTS)) == len(CALIBRATION_TEXTS) == 64
    assert all(text == text.strip() != "" for text in CALIBRATION_TEXTS)


def test_an_index_of_an_encoder_that_reads_is_measured_with_the_questions(tmp_path: Path) -> None:
    write_band(tmp_path / "in" / "x.tif", values(1, 512))
    geosearch.build(
        [tmp_path / "in"], tmp_path / "index", encoder="mini", ann="ivfpq",
        chips=geosearch.Chips(stride_px=32),
    )  # fmt: skip
    assert measured(tmp_path / "index") == ("texts", 64)


def test_drawn_vectors_stand_in_where_all_texts_are_alike_to_an_encoder(
    tmp_path: Path,
) -> None:
    assert embedded_calibration_texts(load_encoder("null")) is None
    write_band(tmp_path / "in" / "x.tif", values(1, 448))
    geosearch.build(
        [tmp_path / "in"],
        tmp_path / "index",
        encoder="null",
        chips=geosearch.Chips(stride_px=56),
        ann="ivfpq",
    )
    assert measured(tmp_path / "index") == ("drawn", 0)


class Asked(Colours):
    """It remembers which texts it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        self.texts |= set(texts)
        return super().encode_texts(texts)


def test_an_exact_index_is_measured_with_nothing(tmp_path: Path) -> None:
    write_band(tmp_path / "in" / "x.tif", values(1, 128))
    found, encoder = look_for_scenes([tmp_path / "in"]), Asked()
    cut = ResolvedChips(32, 32)
    ingest(RunSettings(found, tmp_path / "index", encoder, cut))
    (segment,) = geosearch.open(tmp_path / "index").generation.describe().segments
    assert segment.calibration is None
    assert encoder.texts == {phrase.text for phrase in bank()}
