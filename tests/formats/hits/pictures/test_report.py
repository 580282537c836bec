"""Hits as an HTML page: one file, nothing fetched, nothing run, all escaped."""

import base64
import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.odd_hits import ODD_NAMES, answer, hit, odd_hits, written_scene

from geosearch.formats.hits.answers import Answers
from geosearch.formats.hits.pictures.report import report

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "footer", "section", "nav", "ol",
    "li", "a", "h1", "h2", "p", "div", "figure", "figcaption", "img", "span", "b", "svg", "rect",
}  # fmt: skip


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(answers: Answers) -> Page:
    data, _ = report(answers)
    return Page(data.decode())


def test_each_hit_is_a_figure_with_its_facts() -> None:
    made = page(Answers.of(answer(odd_hits())))
    assert len(made.all("figure")) == len(odd_hits())
    for fact in ("a river", "likely here", "2020-06-01", "no date", "32 × 32 m", "0.5 m per pixel"):
        assert fact in made.text
    assert "50.0500°\u00a0N, 10.0500°\u00a0E" in made.text


def test_pictures_are_in_the_page_and_scenes_that_are_gone_are_named(tmp_path: Path) -> None:
    there = replace(hit(1, "a.tif", written_scene(tmp_path / "a.tif")), stretch=None)
    refused = answer([there, hit(2, "gone.tif"), hit(3, "gone.tif")]).to_html(tmp_path / "h.html")
    assert [one.input for one in refused] == ["gone.tif"]
    made = Page((tmp_path / "h.html").read_text(encoding="utf-8"))
    (picture,) = made.all("img")
    kind, _, data = picture["src"].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data)[:2] == b"\xff\xd8"
    assert len(re.findall("No such file", made.text)) == 2


@given(st.text(), st.text())
def test_what_comes_from_outside_is_text(question: str, name: str) -> None:
    hits = [replace(hit(1, name), id=name, encoder=name)]
    made = page(Answers.of(answer(hits, text=question, says=name)))
    assert {tag for tag, _ in made.tags} <= ALLOWED
    assert not [name for _, named in made.tags for name in named if name.startswith("on")]


def test_odd_names_become_no_elements() -> None:
    made = page(Answers.of(answer(odd_hits(), text="<script>alert(1)</script>")))
    assert {tag for tag, _ in made.tags} <= ALLOWED
    assert "<script>alert(1)</script>" in made.text
    assert ODD_NAMES[6].rpartition("/")[2] in made.text


def test_the_policy_allows_its_own_style_and_nothing_else() -> None:
    data, _ = report(Answers.of(answer(odd_hits())))
    text = data.decode()
    policy = next(one["content"] for one in Page(text).all("meta") if "http-equiv" in one)
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "url(" not in style
    assert 'style="' not in text


def test_nothing_in_the_page_is_fetched(tmp_path: Path) -> None:
    there = replace(hit(1, "a.tif", written_scene(tmp_path / "a.tif")), stretch=None)
    made = page(Answers.of(answer([there])))
    values = [value for _, named in made.tags for value in named.values()]
    assert not [one for one in values if re.match(r"(https?:)?//", one)]


def test_several_questions_are_sections_with_links() -> None:
    answers = Answers(("a lake", "a town"), (answer([hit()]), answer([])), several=True)
    made = page(answers)
    targets = [one["href"] for one in made.all("a")]
    assert targets == [f"#{one['id']}" for one in made.all("section")]
    assert "0 hits" in made.text


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no chromium here")
def test_a_browser_shows_it_with_its_style(tmp_path: Path) -> None:
    there = replace(hit(1, "a.tif", written_scene(tmp_path / "a.tif")), stretch=None)
    answer([there]).to_html(tmp_path / "h.html")
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", f"file://{tmp_path / 'h.html'}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "<figure>" in done.stdout
    assert "Content Security Policy" not in done.stderr
