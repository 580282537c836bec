"""What a notebook shows of hits: the first, small, harmless, and whatever is gone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from support.odd_hits import AFFINE, CRS, answer, hit, odd_hits

from geosearch.scenes import write_geotiff


def test_the_first_twelve_are_shown_and_the_rest_is_counted() -> None:
    text = answer(odd_hits())._repr_html_()
    assert text.count("<figure>") == 12
    assert "and 2 more" in text
    assert "No such file" in text


def test_it_is_small_whatever_the_pixels_are(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    write_geotiff(tmp_path / "noise.tif", noise, crs=CRS, affine=AFFINE)
    one = replace(hit(1, "n" * 5000, str(tmp_path / "noise.tif")), stretch=None)
    hits = [replace(one, rank=rank) for rank in range(1, 100)]
    text = answer(hits, text="q" * 100_000)._repr_html_()
    assert len(text.encode()) <= 150_000
    assert 0 < text.count("<img ") < 12
    assert text.count("<figure>") == 12


def test_nothing_of_it_runs() -> None:
    text = answer(odd_hits(), text="<script>alert(1)</script>")._repr_html_()
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "&lt;script&gt;" in text


def test_no_hits_say_so() -> None:
    assert "no hits" in answer([])._repr_html_()
