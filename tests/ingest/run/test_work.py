"""What scenes take, before they are opened."""

from pathlib import Path

from geosearch.ingest.run.work import scene_work
from geosearch.scenes import SceneFile


def test_a_scene_takes_what_its_files_have_in_bytes(tmp_path: Path) -> None:
    for name, size in {"a.tif": 100, "b4.tif": 10, "b3.tif": 20, "b2.tif": 30}.items():
        (tmp_path / name).write_bytes(bytes(size))
    files = [SceneFile(str(tmp_path / name), name) for name in ("a.tif", "b{4,3,2}.tif")]
    assert scene_work(files) == [100, 60]


def test_a_scene_elsewhere_counts_as_the_others_on_average(tmp_path: Path) -> None:
    for name, size in {"a.tif": 100, "b.tif": 300}.items():
        (tmp_path / name).write_bytes(bytes(size))
    hrefs = [str(tmp_path / "a.tif"), "https://example.org/x.tif", str(tmp_path / "b.tif"), "a\0b"]
    assert scene_work([SceneFile(href, href) for href in hrefs]) == [100, 200, 300, 200]


def test_without_any_size_all_scenes_are_alike() -> None:
    assert scene_work([SceneFile("s3://x/1.tif", "1"), SceneFile("s3://x/2.tif", "2")]) == [1, 1]
    assert scene_work([]) == []
