"""Hits as a table, on terminals of any width."""

import re
import unicodedata

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from geosearch.formats.hits.documents.table import hits_table
from geosearch.geo import PixelWindow
from geosearch.search import Hit

WIDTHS = [40, 60, 80, 100, 200]
ANY_TEXT = st.text(st.characters(categories=("Cs", "Cc", "Cf", "Zl", "Zp")) | st.characters())


def hit(rank: int = 1, scene: str = "field_a/odm_orthophoto/odm_orthophoto.tif") -> Hit:
    return Hit(
        id=f"{scene}@{rank}", rank=rank, score=1 / (rank + 1), scene=scene, href=scene,
        window=PixelWindow(12_672, 4_096, 128, 128), size_m=(76.8, 76.8), gsd_m=0.6,
        pixel_m=(0.6, 0.6),
        datetime="2020-06-01T10:00:00Z", encoder="mini-0",
        footprint=shapely.box(-120.5, 50.25, -120.25, 50.5), bands=(1, 2, 3), stretch=None,
    )  # fmt: skip


HITS = [hit(rank, f"a/long/way/{'x' * rank}/scene_{rank}.tif") for rank in range(1, 12)]


def on_console(text: str, width: int) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(Text(text), end="")
    return capture.get().splitlines()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_hit_is_one_line_of_a_terminal(width: int) -> None:
    lines = on_console(hits_table(HITS, width), width)
    assert len(lines) == 1 + len(HITS)
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
def test_rank_and_scene_are_always_told(width: int) -> None:
    heading, *lines = hits_table(HITS, width).splitlines()
    assert heading.split()[0] == "rank"
    assert "scene" in heading
    for rank, line in enumerate(lines, start=1):
        assert line.split()[0] == str(rank)
        assert f"_{rank}.tif" in line


@pytest.mark.parametrize("width", WIDTHS)
def test_a_number_is_whole_or_not_told(width: int) -> None:
    table = hits_table(HITS[:1], width)
    for number in re.findall(r"[-\d.,]{5,}", table.splitlines()[1].replace("scene_1.tif", "")):
        assert number in {"0.500", "-120.37500", "50.37500", "2020-06-01", "12672,4096,128,128"}


def test_a_place_has_both_of_its_numbers_or_none() -> None:
    for width in range(10, 220):
        heading = hits_table(HITS, width).splitlines()[0]
        assert ("longitude" in heading) == ("latitude" in heading)


@pytest.mark.parametrize("width", [60, 80])
def test_where_a_hit_lies_is_told_on_usual_terminals(width: int) -> None:
    assert {"rank", "score", "longitude", "latitude", "scene"} <= set(
        hits_table(HITS, width).splitlines()[0].split()
    )


def test_off_a_terminal_nothing_is_left_out() -> None:
    long = "x" * 5000
    line = hits_table([hit(1, long)]).splitlines()[1]
    assert line.split() == [
        "1", "0.500", "-120.37500", "50.37500", "77x77", "m", "2020-06-01", long,
        "12672,4096,128,128",
    ]  # fmt: skip


@given(ANY_TEXT, st.integers(40, 200))
def test_any_name_is_one_line_that_fits(name: str, width: int) -> None:
    text = hits_table([hit(1, name)], width)
    text.encode()
    heading, line = text.split("\n")[:-1]
    assert Text(line).cell_len <= width
    assert Text(heading).cell_len <= width
    assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in line)
