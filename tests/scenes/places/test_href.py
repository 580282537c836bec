"""A scene's place as one text, against the shell's own brace expansion."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosearch.errors import SceneError
from geosearch.scenes.places.href import band_files, join_bands, short_name

NAMES = st.text("abB012_./", min_size=1, max_size=12)


@given(st.tuples(NAMES, NAMES, NAMES))
def test_what_is_joined_comes_apart_again(files: tuple[str, ...]) -> None:
    assert band_files(join_bands(files)) == files


def test_joined_bands_are_the_shell_s_pattern() -> None:
    files = [f"/a/LC08_B{number}.TIF" for number in (4, 3, 2)]
    assert join_bands(files) == "/a/LC08_B{4,3,2}.TIF"
    if shell := shutil.which("bash"):
        said = subprocess.check_output([shell, "-c", f"echo {join_bands(files)}"], text=True)
        assert said.split() == files


def test_braces_in_a_name_are_refused_where_they_would_mislead() -> None:
    with pytest.raises(SceneError, match="braces or commas"):
        join_bands(["/a/{4}.tif", "/a/{3}.tif", "/a/2,1.tif"])


def test_a_file_with_braces_in_its_name_is_itself(tmp_path: Path) -> None:
    path = tmp_path / "x{1,2,3}.tif"
    assert len(band_files(str(path))) == 3
    path.write_bytes(b"x")
    assert band_files(str(path)) == (str(path),)


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("/a/b/x.tif", "x.tif"),
        ("/a/b/x_B{4,3,2}.TIF", "x_B{4,3,2}.TIF"),
        ("/a/{b/4,c/3,d/2}.tif", "{b/4,c/3,d/2}.tif"),
    ],
)
def test_a_scene_is_called_by_its_file(href: str, name: str) -> None:
    assert short_name(href) == name
