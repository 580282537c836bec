"""A run over an archive of which little changed reads little of it."""

from pathlib import Path

import numpy as np
import pytest
from support.colours import Colours
from support.scenes_making import write_band

from geosearch.chips import ResolvedChips
from geosearch.ingest import BuildReport, RunSettings, ingest, look_for_scenes

FILES = 200


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rerun") / "archive"
    for number in range(FILES):
        draw(folder / f"{number % 7}" / f"{number}.tif", number)
    run(folder, Colours())
    return folder


def draw(path: Path, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(1, 255, (3, 32, 32), dtype=np.uint8)
    write_band(path, pixels)


def run(archive: Path, encoder: Colours) -> BuildReport:
    cut = ResolvedChips(size_px=32, stride_px=32)
    folder = archive.parent / "index"
    return ingest(RunSettings(look_for_scenes([archive]), folder, encoder, cut, paths=[archive]))


def test_nothing_is_embedded_or_published_where_nothing_changed(archive: Path) -> None:
    manifest = (archive.parent / "index" / "manifest.json").read_bytes()
    encoder = Colours()
    report = run(archive, encoder)
    assert (report.unchanged, encoder.chips) == (FILES, 0)
    assert (archive.parent / "index" / "manifest.json").read_bytes() == manifest


def test_what_changed_is_embedded_and_nothing_else(archive: Path) -> None:
    changed = sorted(archive.glob("3/*.tif"))[:3]
    for number, path in enumerate(changed):
        draw(path, FILES + number)
    encoder = Colours()
    report = run(archive, encoder)
    assert {one.scene for one in report.indexed} == {f"3/{path.name}" for path in changed}
    assert encoder.chips == 3
    assert (report.unchanged, report.chips_total) == (FILES - 3, FILES)
