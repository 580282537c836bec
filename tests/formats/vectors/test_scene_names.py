"""Each file is a scene of its own, by its own name."""

from pathlib import Path

import pyarrow as pa
from support.vector_files import columns_of, write

import geosearch


def parts_in_folders(folder: Path) -> list[Path]:
    """Return files of one name, as partitioned data sets have them."""
    paths = []
    for year, count in (("2020", 60), ("2021", 40)):
        (folder / year).mkdir()
        columns = columns_of(count)
        columns["id"] = pa.array([f"{year}/{row}" for row in range(count)])
        paths.append(write(folder / year / "part-0.parquet", columns))
    return paths


def test_files_of_one_name_are_scenes_of_their_own(tmp_path: Path) -> None:
    paths = parts_in_folders(tmp_path)
    done = geosearch.import_vectors(paths, tmp_path / "together")
    assert (done.files, done.chips_total) == (("2020/part-0.parquet", "2021/part-0.parquet"), 100)
    totals = [geosearch.import_vectors([path], tmp_path / "one by one") for path in paths]
    assert [one.chips_total for one in totals] == [60, 100]
    again = geosearch.import_vectors(paths[::-1], tmp_path / "one by one")
    assert again.unchanged == ("2021/part-0.parquet", "part-0.parquet")


def test_a_file_that_moved_takes_its_own_place(tmp_path: Path) -> None:
    paths = parts_in_folders(tmp_path)
    geosearch.import_vectors(paths, tmp_path / "index")
    (tmp_path / "later").mkdir()
    moved = paths[0].rename(tmp_path / "later" / "part-0.parquet")
    done = geosearch.import_vectors([moved], tmp_path / "index")
    assert (done.unchanged, done.chips_total) == (("2020/part-0.parquet",), 100)


def test_a_link_to_a_file_is_called_by_its_own_name(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.parquet"
    link.symlink_to(file)
    assert geosearch.import_vectors([link], tmp_path / "index").files == ("link.parquet",)
    assert geosearch.import_vectors([link], tmp_path / "index").unchanged == ("link.parquet",)


def test_a_file_that_is_named_twice_is_imported_once(file: Path, tmp_path: Path) -> None:
    beside = file.parent / "." / ".." / file.parent.name / file.name
    done = geosearch.import_vectors([file, beside], tmp_path / "index")
    assert (done.files, done.chips) == (("rows.parquet",), 200)
