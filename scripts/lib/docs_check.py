"""Refuses a built site of which a page would fetch something from elsewhere.

Run by scripts/docs.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_FETCHING = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
"""Attributes by which a browser fetches something, by element."""
_LINKS_THAT_FETCH_NOTHING = {"canonical", "next", "prev", "alternate", "author", "license"}
_REMOTE = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)
_REMOTE_IN_STYLE = re.compile(
    r"(?:@import\s+|url\(\s*)[\"']?\s*((?:https?:)?//[^\"')\s]+)", re.IGNORECASE
)


def remote_sources(path: Path) -> Iterator[str]:
    """Yield the URLs elsewhere that a page or a style sheet fetches from."""
    if path.suffix == ".html":
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        yield from page.remote
    elif path.suffix == ".css":
        yield from _REMOTE_IN_STYLE.findall(path.read_text(encoding="utf-8"))


class _Page(HTMLParser):
    """Gathers what a page fetches from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.remote: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the sources of an element."""
        self._in_style = tag == "style"
        given = {name: value or "" for name, value in attrs}
        self.remote += _REMOTE_IN_STYLE.findall(given.get("style", ""))
        if tag == "link" and set(given.get("rel", "").split()) & _LINKS_THAT_FETCH_NOTHING:
            return
        for name in _FETCHING.get(tag, ()):
            sources = given.get(name, "").split(",") if name == "srcset" else [given.get(name, "")]
            self.remote += [source for source in sources if _REMOTE.match(source)]

    def handle_endtag(self, tag: str) -> None:
        """Leave a style element."""
        self._in_style = False

    def handle_data(self, data: str) -> None:
        """Note what a style element fetches."""
        if self._in_style:
            self.remote += _REMOTE_IN_STYLE.findall(data)


def main() -> int:
    """Check the site in the folder named; the exit status is 1 if a page would fetch."""
    site = Path(sys.argv[1])
    found = [
        f"{path.relative_to(site)}: {source}"
        for path in sorted(site.rglob("*"))
        for source in remote_sources(path)
    ]
    for line in found:
        print(f"fetches from elsewhere: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
