"""Images are found by name and never by path; a folder and a tar file of it are the same."""

import gc
import hashlib
import io
import tarfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geosearch.errors import GeosearchError, UsageError
from geosearch.evaluation import open_pictures
from geosearch.evaluation.pictures import embed_pictures

Paint = Callable[[dict[str, tuple[int, int, int]]], tuple[Path, Path]]
IMAGES = {"b/2.png": (200, 30, 30), "a/1.png": (30, 200, 30), "b/10.png": (30, 30, 200)}


def test_folder_and_tar_give_the_same_vectors_in_the_order_asked(
    paint: Paint, colours: Any
) -> None:
    found = []
    for place in paint(IMAGES):
        with open_pictures(place) as pictures:
            assert pictures.names == ("a/1.png", "b/10.png", "b/2.png")
            found.append(embed_pictures(colours, pictures, ["b/10.png", "a/1.png", "b/2.png"]))
    assert found[0].vectors.argmax(axis=1).tolist() == [2, 1, 0]
    np.testing.assert_array_equal(found[0].vectors, found[1].vectors)
    assert found[0].sha256 == found[1].sha256


def test_the_hash_is_that_of_sha256sum_s_lines(paint: Paint, colours: Any) -> None:
    folder, _ = paint(IMAGES)
    with open_pictures(folder) as pictures:
        found = embed_pictures(colours, pictures, ["b/2.png", "a/1.png"]).sha256
    lines = "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("a/1.png", "b/2.png")
    )
    assert found == hashlib.sha256(lines.encode()).hexdigest()


def test_a_name_is_found_without_its_folder(paint: Paint) -> None:
    with open_pictures(paint(IMAGES)[1]) as pictures:
        assert pictures.find(["2.png", "a/1.png", "elsewhere/10.png"]) == [
            "b/2.png",
            "a/1.png",
            "b/10.png",
        ]
        assert pictures.find_stems(["10"]) == ["b/10.png"]


def test_names_that_lead_outside_are_only_names(paint: Paint, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"no business of a data set")
    with open_pictures(paint(IMAGES)[0]) as pictures:
        for name in ("../secret.png", str(tmp_path / "secret.png")):
            with pytest.raises(UsageError, match="not in"):
                pictures.find([name])


def test_what_is_missing_is_counted_and_what_is_unclear_is_named(paint: Paint) -> None:
    folder, _ = paint({"a/1.png": (1, 2, 3), "b/1.png": (4, 5, 6)})
    with open_pictures(folder) as pictures:
        with pytest.raises(UsageError, match="2 of 3 images"):
            pictures.find(["a/1.png", "3.png", "4.png"])
        with pytest.raises(UsageError, match=r"a/1\.png or b/1\.png"):
            pictures.find(["1.png"])


def test_links_in_an_archive_are_no_images(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "links.tar", "w") as tar:
        link = tarfile.TarInfo("passwd.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(UsageError, match="no image"):
        open_pictures(tmp_path / "links.tar")


def test_an_image_that_cannot_be_read_is_named(tmp_path: Path, colours: Any) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with open_pictures(tmp_path) as pictures, pytest.raises(GeosearchError, match=r"bad\.png"):
        embed_pictures(colours, pictures, ["bad.png"])


def test_an_archive_that_ends_early_is_refused(tmp_path: Path, paint: Paint) -> None:
    _, archive = paint(IMAGES)
    short = tmp_path / "short.tar"
    short.write_bytes(archive.read_bytes()[:700])
    with pytest.raises(UsageError, match=r"short\.tar"), open_pictures(short) as pictures:
        dict(pictures.in_order(pictures.names))


@pytest.mark.parametrize("kept", [700, 5000], ids=["torn", "no image"])
def test_an_archive_that_is_refused_is_closed(tmp_path: Path, paint: Paint, kept: int) -> None:
    _, archive = paint({f"{kept}.txt": (1, 2, 3)})
    archive.write_bytes(archive.read_bytes()[:kept])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ResourceWarning)
        with pytest.raises(UsageError):
            open_pictures(archive)
        gc.collect()
    assert said == []


def test_a_file_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    member = tarfile.TarInfo("huge.png")
    member.size = 1 << 40
    (tmp_path / "huge.tar").write_bytes(member.tobuf() + io.BytesIO(b"x" * 512).getvalue())
    with pytest.raises(UsageError, match="huge"), open_pictures(tmp_path / "huge.tar") as pictures:
        dict(pictures.in_order(pictures.names))
