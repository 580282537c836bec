"""Items of a STAC document: an Item, an ItemCollection, or a Catalog and all that it links to.

A GeoParquet file of Items is one as well. STAC 1.0 and 1.1 core; links `item`, `items`, `child`
and `next` are followed. What strangers wrote is bounded in size, number and depth, and a catalog on
the web leads to no local file.
"""

import json
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from geosearch.errors import Refusal, SceneError, first_line
from geosearch.regular_file import TooLargeError, parts_within, remedy
from geosearch.scenes.finding.stac.geoparquet import is_item_table, read_item_table
from geosearch.scenes.places.buckets import is_s3
from geosearch.scenes.places.fetching import open_document
from geosearch.scenes.places.remote import gdal_name, is_remote, is_web, without_secrets
from geosearch.text import is_readable, shown

_MAX_BYTES = 64 << 20
_MAX_DOCUMENTS = 10_000
_MAX_ITEMS = 1_000_000
_MAX_DEPTH = 16
_FILE_URL = re.compile(r"file:(?://(?P<host>[^/]*))?(?P<path>.*)", re.IGNORECASE | re.DOTALL)
"""RFC 8089: with or without a host."""
_THIS_MACHINE = {"", "localhost", "127.0.0.1"}
_FOLLOWED = {"item", "items", "child", "next"}


@dataclass(frozen=True, slots=True)
class StacItem:
    """A STAC Item, and the document that it is in."""

    base: str
    """The document that it is in; its hrefs are relative to it."""
    content: Mapping[str, Any]
    """The JSON object."""


def is_stac_document(path: str) -> bool:
    """Return whether a path is that of a STAC document, by its name."""
    if is_web(path):
        last = urlsplit(path).path.rstrip("/").rpartition("/")[2]
        is_document = last.lower().endswith((".json", ".geojson")) or "." not in last
        return is_document or is_item_table(last)
    is_document = path.lower().endswith((".json", ".geojson")) or is_item_table(path)
    return is_document and (is_s3(path) or not is_remote(path))


def read_items(path: str, refused: list[Refusal]) -> Iterator[StacItem]:
    """Yield the Items of a STAC document, and of those that it links to.

    Args:
        path: A local file, absolute, or a URL.
        refused: Gets the documents that cannot be read.
    """
    if is_item_table(urlsplit(path).path if is_remote(path) else path):
        yield from _table_items(path, refused)
        return
    seen = {path}
    queue = deque([(path, 0)])
    items = 0
    while queue:
        here, depth = queue.popleft()
        try:
            document = _read(here)
            for content in _items(document):
                items += 1
                yield StacItem(here, content)
            links = _links(document, here, refused)
        except SceneError as error:
            refused.append(Refusal(without_secrets(here), error.message, error.hint))
            continue
        new = [link for link in dict.fromkeys(links) if link not in seen]
        full = len(seen) + len(new) > _MAX_DOCUMENTS or items > _MAX_ITEMS
        if new and (full or depth == _MAX_DEPTH):
            reason = (
                f"it links to more than {_MAX_DOCUMENTS:,} documents or deeper than {_MAX_DEPTH}"
            )
            refused.append(Refusal(without_secrets(here), reason, "name its parts one by one"))
            continue
        seen.update(new)
        queue.extend((link, depth + 1) for link in new)


def _table_items(path: str, refused: list[Refusal]) -> Iterator[StacItem]:
    try:
        for content in read_item_table(path, refused):
            yield StacItem(path, content)
    except SceneError as error:
        refused.append(Refusal(without_secrets(path), error.message, error.hint))


def resolve(href: object, base: str) -> str:
    """Return where an href of a STAC document leads: a URL, an absolute path, a ``/vsi`` name.

    It is a URI reference (RFC 3986). Where several files could be meant, that which is called as
    it is written comes first: ``a%20b.tif`` may be a file's name.

    Raises:
        SceneError: It is not text, a URL of another kind, or leads from the web to a local file.
    """
    if not isinstance(href, str) or not href or "\0" in href or not is_readable(href):
        text = href if isinstance(href, str | int | float) else type(href).__name__
        raise SceneError(f"'{shown(text)[:80]}' is not an href", hint="correct the STAC document")
    target = _on_the_web(href, base) if is_remote(base) else _on_this_machine(href, base)
    gdal_name(target)  # says which URLs can be read
    return target


def _on_the_web(href: str, base: str) -> str:
    try:
        target = _joined(base, href.replace("\\", "/"))
    except ValueError as error:
        raise SceneError(
            f"{without_secrets(href)} is not a URL: {error}", hint="correct the STAC document"
        ) from None
    if target.startswith("/vsi") or not is_remote(target) or target[:5].lower() == "file:":
        raise SceneError(
            f"{without_secrets(href)} leads from a catalog on the web to a local file",
            hint="download the catalog beside its files, and name it there",
        )
    return target.replace(" ", "%20") if is_web(target) else target


def _joined(base: str, href: str) -> str:
    # urljoin knows no buckets
    scheme, colon, place = base.partition("://")
    if not colon or is_remote(href) or is_web(base):
        return urljoin(base, href)
    return scheme + urljoin(f"https://{place}", href).removeprefix("https")


def _on_this_machine(href: str, base: str) -> str:
    reference = href
    if match := _FILE_URL.fullmatch(href):
        if (match["host"] or "").lower() not in _THIS_MACHINE:
            raise SceneError(
                f"{href} is on another machine, {match['host']}",
                hint="give the path of its files on this machine",
            )
        reference = match["path"]
    folder = Path(base).parent
    places = [os.path.normpath(folder / one) for one in _possible_paths(reference)]
    found = next((place for place in places if os.path.lexists(place)), None)
    if found is None and match is None and is_remote(href):
        return href
    return found or places[-1]


def _possible_paths(reference: str) -> list[str]:
    """Return the paths that a reference can mean: as it is written first, as the RFC says last."""
    plain = re.split(r"[?#]", reference, maxsplit=1)[0] or reference
    written = (reference, plain, _decoded(reference), _decoded(plain))
    # of catalogs made on Windows; on other systems a name may have one
    slashes = (one.replace("\\", "/") for one in written)
    return [one for one in dict.fromkeys((*written, *slashes)) if "\0" not in one] or [plain]


def _decoded(path: str) -> str:
    return os.fsdecode(unquote_to_bytes(path))


def _read(path: str) -> Mapping[str, Any]:
    try:
        with open_document(path, _MAX_BYTES) as file:
            content = b"".join(parts_within(file.read, _MAX_BYTES, path))
    except SceneError:
        raise
    except TooLargeError as error:
        raise SceneError(f"it is {error.strerror}", hint="split it into parts") from None
    except OSError as error:
        reason = without_secrets(error.strerror or str(error))
        hint = remedy(error, "check the path and the network")
        raise SceneError(f"it cannot be read: {reason}", hint=hint) from None
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = shown(first_line(error))
        raise SceneError(f"it is not JSON: {reason}", hint="check what it holds") from error
    if not isinstance(document, dict):
        raise SceneError(
            "it is not a JSON object", hint="give a STAC Item, ItemCollection or Catalog"
        )
    return document


def _items(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        for feature in features if isinstance(features, list) else []:
            if isinstance(feature, dict):
                yield feature
    elif kind == "Feature":
        yield document
    elif kind not in ("Catalog", "Collection") and "stac_version" not in document:
        raise SceneError(
            f"it is not a STAC document: its type is {str(kind)[:40]!r}",
            hint="give a STAC Item, ItemCollection, Collection or Catalog",
        )


def _links(document: Mapping[str, Any], here: str, refused: list[Refusal]) -> list[str]:
    links = document.get("links") if document.get("type") != "Feature" else None
    found = []
    for link in links if isinstance(links, list) else []:
        if not isinstance(link, dict) or link.get("rel") not in _FOLLOWED:
            continue
        if link.get("method", "GET") != "GET":
            continue  # the next page of a search by POST: the document is what was asked for
        try:
            found.append(resolve(link.get("href"), here))
        except SceneError as error:
            refused.append(Refusal(without_secrets(here), error.message, error.hint))
    return found
