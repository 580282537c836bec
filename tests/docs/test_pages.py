"""The pages: short lines, links that lead somewhere, nothing left out."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest
from support.house import FLOORS
from support.scenes_making import write_band

import geosearch

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(
            page
            for folder in ("docs", "geosearch", "workshop", "benchmarks", "indexes")
            for page in (ROOT / folder).rglob("*.md")
        ),
    ]
)
LONGEST_LINE = 120
LONGEST_README = 60
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"#+ +(.*)")
MENTION = re.compile(r"\bdocs/[\w./-]+\.md\b|\bARCHITECTURE\.md\b")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of lines that are neither code, nor of a table, nor a picture."""
    fenced = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith(("    ", "|", "![")):
            yield number, line


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and mkdocs make them."""
    titles = (found.group(1) for _, line in prose(page) if (found := HEADING.fullmatch(line)))
    plain = (re.sub(r"[^\w\- ]", "", title.lower()).strip() for title in titles)
    return {title.replace(" ", "-") for title in plain}


def links(page: Path) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if not re.match(r"[a-z]+:", target):
                    yield number, target


def test_no_line_of_prose_is_too_long() -> None:
    long = [
        f"{name_of(page)}:{number}: {len(line)} columns"
        for page in PAGES
        for number, line in prose(page)
        if len(line) > LONGEST_LINE
    ]
    assert not long, "\n".join(long)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < LONGEST_README


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for page in PAGES:
        for number, target in links(page):
            path, _, anchor = target.partition("#")
            there = (page.parent / path).resolve() if path else page
            if not there.exists() or (anchor and anchor not in anchors(there)):
                broken.append(f"{name_of(page)}:{number}: {target}")
    assert not broken, "\n".join(broken)


def test_every_page_that_is_named_in_code_is_there() -> None:
    gone = []
    for folder in ("geosearch", "scripts", "tests", "workshop", "benchmarks"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in ("", ".py", ".md") and path.is_file() and path != Path(__file__):
                text = path.read_text(encoding="utf-8", errors="replace")
                gone += [
                    f"{name_of(path)}: {mention}"
                    for mention in MENTION.findall(text)
                    if not (ROOT / mention).exists()
                ]
    assert not gone, "\n".join(gone)


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = (page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md"))
    assert [page for page in pages if f" {page}\n" not in navigation] == []


def code(page: Path) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of lines that are code."""
    fenced = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield number, line.strip()


def test_commands_in_the_pages_have_the_options_that_they_show() -> None:
    from geosearch.cli.main import cli

    wrong = []
    for page in PAGES:
        for number, line in code(page):
            words = shlex.split(line, comments=True) if line.startswith("geosearch ") else []
            words = [word for word in words[1:] if word not in ("[OPTIONS]", "COMMAND")]
            command: click.Command = cli
            context = click.Context(cli)
            try:
                while words and isinstance(command, click.Group):
                    name, *words = words
                    inner = command.get_command(context, name)
                    assert inner is not None, f"no command {name}"
                    command = inner
                    context = click.Context(command)
                command.make_parser(context).parse_args(words)
            except (click.UsageError, AssertionError) as error:
                wrong.append(f"{name_of(page)}:{number}: {error}")
    assert not wrong, "\n".join(wrong)


def test_public_names_in_the_pages_are_there() -> None:
    modules = {path.stem for path in (ROOT / "geosearch").iterdir()}
    known = set(geosearch.__all__) | modules | {"__version__"}
    wrong = [
        f"{name_of(page)}:{number}: geosearch.{name}"
        for page in PAGES
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1)
        for name in re.findall(r"\bgeosearch\.(\w+)", line)
        if name not in known
    ]
    assert not wrong, "\n".join(wrong)


def test_every_public_name_is_in_the_reference_and_no_other() -> None:
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^::: geosearch\.(\w+)$", page, re.MULTILINE))
    assert described == set(geosearch.__all__)


def test_every_module_of_the_map_is_there() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    there = [
        path.as_posix()
        for folder in ("geosearch", "tests", "scripts", "workshop", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
    ]
    named = set(re.findall(r"`([\w/]+\.py)`", page))
    assert [name for name in named if not any(path.endswith(f"/{name}") for path in there)] == []


def test_the_floors_of_the_map_are_those_that_are_tested() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| (`[^|]*`) \|", page, re.MULTILINE)
    on_the_map = {room: int(floor) for floor, rooms in rows for room in re.findall(r"\w+", rooms)}
    assert on_the_map == FLOORS


def test_the_reference_of_commands_is_what_the_commands_say() -> None:
    import docs_commands

    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert page == docs_commands.page(), "run scripts/docs, which writes it again"


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://elsewhere.example/x.js"></script>',
        '<link rel="stylesheet" href="//elsewhere.example/x.css">',
        '<img src="http://elsewhere.example/x.png">',
        '<img srcset="x.png 1x, https://elsewhere.example/x.png 2x">',
        "<style>@import url('https://elsewhere.example/x.css');</style>",
        '<div style="background: url(https://elsewhere.example/x.png)"></div>',
    ],
)
def test_what_a_page_would_fetch_from_elsewhere_is_found(tmp_path: Path, markup: str) -> None:
    import docs_check

    page = tmp_path / "page.html"
    page.write_text(markup)
    assert len(list(docs_check.remote_sources(page))) == 1


def test_links_and_files_of_the_site_itself_are_no_such_sources(tmp_path: Path) -> None:
    import docs_check

    page = tmp_path / "page.html"
    page.write_text(
        '<a href="https://elsewhere.example/">there</a><script src="x.js"></script>'
        '<link rel="canonical" href="https://here.example/"><img src="data:image/png;base64,AA==">'
    )
    assert list(docs_check.remote_sources(page)) == []


def test_the_example_of_a_reporter_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "how-to" / "program.md").read_text(encoding="utf-8")
    section = page.split("### Your own reporter\n")[1].split("\n## ")[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ") or not line]
    pixels = np.random.default_rng(1).integers(1, 255, (3, 128, 128), dtype=np.uint8)
    write_band(tmp_path / "scenes" / "one.tif", pixels, nodata=None)
    monkeypatch.chdir(tmp_path)
    exec(compile("\n".join(lines), "program.md", "exec"), {})
    said = capsys.readouterr().out
    assert "indexing 1.0 of 1 scenes 1.0\n" in said
    assert "done: indexing: 1 of 1 scenes in " in said
