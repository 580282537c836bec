"""Hook of mkdocs: makes pages of the site of files at the root of the repository."""

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
ROOT_PAGES = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "ARCHITECTURE.md": "project/architecture.md",
}
"""Files at the root, by their names in the site."""


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are files at the root."""
    for name, place in ROOT_PAGES.items():
        text = links_from_project((ROOT / name).read_text(encoding="utf-8"))
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links to files at the root lead to their pages."""
    depth = page.file.src_uri.count("/")
    for name, place in ROOT_PAGES.items():
        markdown = markdown.replace(f"]({'../' * (depth + 1)}{name}", f"]({'../' * depth}{place}")
    return markdown


def links_from_project(text: str) -> str:
    """Return the text of a file at the root with its links as they are from ``project/``."""
    for name, place in ROOT_PAGES.items():
        text = text.replace(f"]({name}", f"]({place.partition('/')[2]}")
    return text.replace("](docs/", "](../").replace("](README.md)", "](../index.md)")
