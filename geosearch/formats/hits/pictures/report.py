"""Hits as an HTML page that is a single file: no script, no request, in light and dark."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from geosearch import __version__
from geosearch.errors import Refusal
from geosearch.formats.hits.answers import Answer, Answers, hits_of
from geosearch.formats.hits.pictures.figures import FIGURE_STYLE, figure, plain
from geosearch.formats.hits.pictures.thumbnails import MOST_PICTURES, thumbnails

_NO_PICTURE = f"no picture: the best {MOST_PICTURES:,} hits have one"
_STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8") + FIGURE_STYLE


def report(answers: Answers) -> tuple[bytes, tuple[Refusal, ...]]:
    """Return a page that shows hits with pictures, and how likely they are.

    It holds all that it shows: its policy lets it fetch nothing and run nothing.

    Returns:
        The file, and scenes that cannot be read any more, each once: their hits say why.
    """
    refused: dict[str, Refusal] = {}
    sections = []
    for number, (name, answer) in enumerate(zip(answers.names, answers.each, strict=True), start=1):
        body, lost = _section(answer, name or "hits", number, heading=2 if answers.several else 1)
        sections.append(body)
        for one in lost:
            refused.setdefault(one.input, one)
    names = [name or "hits" for name in answers.names]
    title = names[0] if len(names) == 1 else f"{len(names)} questions"
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{plain(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f'<body class="geosearch">\n<main>\n{_contents(names) if answers.several else ""}'
        f"{''.join(sections)}</main>\n"
        f"<footer>geosearch {plain(__version__)}. A score is a cosine; likely is the "
        "probability that a hit is right.</footer>\n</body>\n</html>\n"
    )
    return page.encode(), tuple(refused.values())


def _policy() -> str:
    """Return what the page may do: show its own pictures, in its own style (CSP 3)."""
    style = b64encode(sha256(_STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _contents(names: list[str]) -> str:
    links = "".join(
        f'<li><a href="#question-{number}">{plain(name)}</a></li>\n'
        for number, name in enumerate(names, start=1)
    )
    return f"<h1>{len(names):,} questions</h1>\n<nav><ol>\n{links}</ol></nav>\n"


def _section(
    answer: Answer, name: str, number: int, *, heading: int
) -> tuple[str, tuple[Refusal, ...]]:
    hits = hits_of(answer)
    pictures, refused = thumbnails(hits)
    reasons = {one.input: one.reason for one in refused}
    figures = "".join(
        figure(hit, picture or reasons.get(hit.scene, _NO_PICTURE))
        for hit, picture in zip(hits, pictures, strict=True)
    )
    says = "" if answer.says is None else f'<p class="says">{plain(answer.says)}</p>\n'
    notes = "".join(f'<p class="few">{plain(one)}</p>\n' for one in answer.explanation.notes)
    places = {hit.place for hit in hits} - {None}
    count = f"{len(hits):,} hit{'' if len(hits) == 1 else 's'}"
    if places:
        count += f" in {len(places):,} place{'' if len(places) == 1 else 's'}"
    encoders = sorted({hit.encoder for hit in hits})
    by = f", by {plain(', '.join(encoders))}" if encoders else ""
    return (
        f'<section id="question-{number}">\n<h{heading}>{plain(name)}</h{heading}>\n{says}'
        f'<p class="few">{count}{by}</p>\n{notes}'
        f'<div class="hits">\n{figures}</div>\n</section>\n',
        refused,
    )
