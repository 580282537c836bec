"""What scripts/lib/check_wheel.py lets pass."""

import zipfile
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from check_wheel import check_contents, check_imports, needs

SOURCES = {"geosearch/__init__.py", "geosearch/py.typed", "LICENSE", "tests/test_api.py"}
DESCRIBED = "geosearch_eo-1.dist-info"


def wheel_of(folder: Path, *names: str) -> Path:
    path = folder / "geosearch_eo-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in (*names, f"{DESCRIBED}/METADATA"):
            archive.writestr(name, "")
    return path


PACKAGE = ("geosearch/__init__.py", "geosearch/py.typed")
LICENCE = f"{DESCRIBED}/licenses/LICENSE"


def test_the_package_and_its_licence_pass(tmp_path: Path) -> None:
    check_contents(wheel_of(tmp_path, *PACKAGE, LICENCE), SOURCES)


@pytest.mark.parametrize(
    ("names", "named"),
    [
        ((PACKAGE[0], LICENCE), "py.typed"),
        ((*PACKAGE, LICENCE, "tests/test_api.py"), "test_api"),
        (PACKAGE, "licence LICENSE"),
    ],
)
def test_what_is_lacking_or_too_much_is_named(
    tmp_path: Path, names: tuple[str, ...], named: str
) -> None:
    with pytest.raises(SystemExit, match=named):
        check_contents(wheel_of(tmp_path, *names), SOURCES)


def described(folder: Path, *requirements: str) -> Distribution:
    lines = ["Metadata-Version: 2.1", "Name: some", "Version: 1"]
    lines += [f"Requires-Dist: {one}" for one in requirements]
    (folder / "some-1.dist-info").mkdir()
    (folder / "some-1.dist-info" / "METADATA").write_text("\n".join(lines) + "\n")
    return Distribution.at(folder / "some-1.dist-info")


def test_what_the_needed_needs_is_needed(tmp_path: Path) -> None:
    found = needs(described(tmp_path, "rasterio"), "")
    assert {"rasterio", "affine", "numpy"} <= {one.metadata["Name"] for one in found}


def test_only_the_extra_that_is_asked_for_counts(tmp_path: Path) -> None:
    some = described(tmp_path, 'numpy; extra == "cpu"', 'absent-one; extra == "gpu"')
    assert [one.metadata["Name"] for one in needs(some, "cpu")] == ["numpy"]


@pytest.mark.parametrize("asked", ["absent-one", "numpy<1"])
def test_a_need_that_is_not_met_is_named(tmp_path: Path, asked: str) -> None:
    with pytest.raises(SystemExit, match=asked):
        needs(described(tmp_path, asked), "")


def test_what_a_function_imports_must_be_asked_for(tmp_path: Path) -> None:
    some = described(tmp_path, "rasterio")
    package = tmp_path / "some"
    package.mkdir()
    (package / "late.py").write_text(
        "def late():\n    import json, some\n    import numpy.linalg\n"
    )
    with pytest.raises(SystemExit, match=r"late\.py imports numpy"):
        check_imports(some, package, "")


def test_what_is_asked_for_may_be_imported(tmp_path: Path) -> None:
    some = described(tmp_path, "Pillow", 'numpy; extra == "cpu"')
    package = tmp_path / "some"
    package.mkdir()
    (package / "early.py").write_text("import PIL.Image\nfrom numpy import array\n")
    check_imports(some, package, "cpu")
