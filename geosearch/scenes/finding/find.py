"""Which files are scenes: folders walked, patterns matched, ids given.

Only names and sizes are looked at; whether a raster can be read and placed is seen
when it is opened.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geosearch.errors import Refusal, SceneError
from geosearch.paths import Paths, path_list
from geosearch.scenes.finding.exclusion import Exclusion
from geosearch.scenes.finding.products import Product, products
from geosearch.scenes.finding.scene_file import Discovery, SceneFile
from geosearch.scenes.finding.scene_ids import item_names, names_below, unique_ids
from geosearch.scenes.finding.stac.assets import item_id, item_scene
from geosearch.scenes.finding.stac.documents import is_stac_document, read_items
from geosearch.scenes.finding.walk import Listing, listing, passed_over_note, walk
from geosearch.scenes.finding.wildcards import Pattern, parse_pattern
from geosearch.scenes.places.file_keys import FileKeys
from geosearch.scenes.places.href import band_files, join_bands
from geosearch.scenes.places.remote import gdal_name, is_remote, without_secrets
from geosearch.text import is_readable, shown

_ONE_SCENE = "a file is one scene: correct the Item's href, or leave the Item out"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A product, and the folder its id is relative to."""

    product: Product
    root: Path

    @property
    def href(self) -> str:
        files = [str(file) for file in self.product.files]
        return files[0] if len(files) == 1 else join_bands(files)


def find_scenes(paths: Paths, exclude: Iterable[str] = ()) -> Discovery:
    """Find the raster files below some folders, and among some files.

    Folders are walked with all their folders; links are followed, a folder is entered once.
    A product whose bands are files of one folder is one scene. Hidden files and sidecars (masks,
    overviews, thumbnails, world files) are not scenes. A path that is not there and has ``*``,
    ``?`` or ``[`` is a pattern; ``**`` is any number of folders.

    Args:
        paths: Files, folders, patterns; STAC documents (``.json``); URLs of
            rasters (https, s3, gs, az) and ``/vsi`` names. One path is one path.
        exclude: Patterns of what is left out, as ``.gitignore`` has them, relative to each folder;
            they decide over the files ``.geosearchignore`` in these folders. Of what is named by
            itself, and of what a STAC document names, they are compared with path, URL and id.

    Raises:
        UsageError: A pattern is none.
    """
    exclusion = Exclusion(exclude)
    refused: list[Refusal] = []
    found: list[_Candidate] = []
    named: list[Path] = []
    remote: list[str] = []
    passed_over: Counter[str] = Counter()
    items: list[SceneFile] = []
    for path in path_list(paths):
        if is_stac_document(str(path)) and (is_remote(str(path)) or os.path.isfile(path)):
            items += _item_files(str(path), refused, exclusion)
            continue
        if is_remote(str(path)):
            if exclusion.leaves_out_named(without_secrets(str(path))):
                exclusion.count(1)
            else:
                remote.append(str(path))
            continue
        start = Path(os.path.abspath(path))
        if start.is_dir():
            walked = walk(start, refused, exclusion, passed_over=passed_over)
            found += _candidates(walked, start)
        elif start.exists():
            if exclusion.leaves_out_named(str(path)):
                exclusion.count(1)
            else:
                named.append(start)
        elif pattern := parse_pattern(str(path)):
            before = exclusion.note
            matched = _candidates(_matched(pattern, refused, exclusion), pattern.root)
            if not matched and exclusion.note == before:
                reason = "no scene matches the pattern"
                refused.append(Refusal(shown(path), reason, "check it with: ls PATTERN"))
            found += matched
        else:
            reason = "there is no such file or folder"
            refused.append(Refusal(shown(path), reason, "check the path"))
    for listed in _by_folder(named):
        found += _candidates([listed], listed.folder)
    # an Item knows more of a file than the file does
    files = [*items, *_scene_files(found, refused), *_remote_files(remote, refused)]
    scenes = _with_ids(_first_of_each(files, refused))
    return Discovery(scenes, tuple(refused), passed_over_note(passed_over), exclusion)


def _item_files(path: str, refused: list[Refusal], exclusion: Exclusion) -> Iterator[SceneFile]:
    """Yield the scenes of a STAC document; items without a raster are refused."""
    start = path if is_remote(path) else os.path.abspath(path)
    for item in read_items(start, refused):
        name = without_secrets(item_id(item))
        try:
            scene = item_scene(item)
            _require_text(scene.id, scene.href)
        except SceneError as error:
            refused.append(Refusal(shown(name), error.message, error.hint))
            continue
        if exclusion.leaves_out_named(name, *map(_below_item, band_files(scene.href))):
            exclusion.count(1)
            continue
        apart = len(band_files(scene.href)) > 1
        yield SceneFile(
            href=scene.href,
            id=name,
            moment=scene.moment,
            band_names=scene.band_names,
            stated_kind=scene.stated_kind,
            platform=scene.platform,
            band_reason="its Item's red, green and blue" if apart else "",
            names=item_names(name, item.base, scene.href),
            item=without_secrets(f"{item.base}#{name}"),
        )


def _below_item(file: str) -> str:
    """Return what patterns see of an Item's file: of a local one its name, not where it lies."""
    return without_secrets(file) if is_remote(file) else Path(file).name


def _first_of_each(files: Iterable[SceneFile], refused: list[Refusal]) -> list[SceneFile]:
    """Return each file once, as it was met first; two Items of one file are not one scene."""
    keys, first = FileKeys(), dict[tuple[str, ...], SceneFile]()
    for file in files:
        known = first.setdefault(keys.key(file.href), file)
        if known.item and file.item and known.id != file.id:
            reason = f"its file is already the scene {shown(known.id)}: {shown(known.name)}"
            refused.append(Refusal(shown(file.id), reason, _ONE_SCENE))
    return list(first.values())


def _with_ids(files: Sequence[SceneFile]) -> tuple[SceneFile, ...]:
    ids = unique_ids([file.names for file in files], frozenset())
    named = [replace(file, id=name) for file, name in zip(files, ids, strict=True)]
    return tuple(sorted(named, key=lambda file: file.id))


def _remote_files(hrefs: list[str], refused: list[Refusal]) -> list[SceneFile]:
    """Take what is not local as it is named; its id is its URL without what is secret in it."""
    files = []
    for href in hrefs:
        name = without_secrets(href)
        try:
            gdal_name(href)
            _require_text(href)
            files.append(SceneFile(href, name, names=(name,)))
        except SceneError as error:
            refused.append(Refusal(shown(name), error.message, error.hint))
    return files


def _scene_files(found: list[_Candidate], refused: list[Refusal]) -> list[SceneFile]:
    files = []
    once = _without_duplicates(found)
    called = Counter(candidate.product.named_after for candidate in once)
    for candidate in once:
        product = candidate.product
        # a product may be given in parts: they are called by their files
        named = product.named_after if called[product.named_after] == 1 else product.files[0]
        names = names_below(named, candidate.root)
        try:
            _require_text(*map(str, product.files), names[0])
            href, reason = candidate.href, product.band_reason
            files.append(SceneFile(href, names[0], band_reason=reason, names=names))
        except SceneError as error:
            refused.append(Refusal(shown(names[0]), error.message, error.hint))
    return files


def _without_duplicates(found: list[_Candidate]) -> list[_Candidate]:
    keys, first = FileKeys(), dict[tuple[str, ...], _Candidate]()
    for candidate in found:
        first.setdefault(keys.of_files(map(str, candidate.product.files)), candidate)
    return list(first.values())


def _require_text(*names: str) -> None:
    """Refuse names that cannot be written: an index keeps them as text.

    Raises:
        SceneError: One holds bytes that are not UTF-8.
    """
    if not all(map(is_readable, names)):
        raise SceneError(
            "its name is not UTF-8 text",
            hint="rename it, or all files below a folder: convmv -r -f latin1 -t utf8 FOLDER",
        )


def archive_name(path: str | Path) -> str:
    """Return what an archive is called: its folder's name, or its file's without the ending."""
    if is_remote(str(path)):
        return Path(without_secrets(str(path)).partition("?")[0]).stem
    start = Path(os.path.abspath(path))
    if not start.exists() and (pattern := parse_pattern(str(path))):
        start = pattern.root
    return start.stem if start.is_file() else start.resolve().name


def _candidates(listings: Iterable[Listing], root: Path) -> list[_Candidate]:
    return [_Candidate(product, root) for listed in listings for product in products(listed)]


def _matched(pattern: Pattern, refused: list[Refusal], exclusion: Exclusion) -> Iterator[Listing]:
    """Yield the scenes that match a pattern, and those below the folders that do."""
    files: list[Path] = []
    for place in pattern.places():
        is_folder = place.is_dir()
        if exclusion.leaves_out_below(pattern.root, place, is_folder=is_folder):
            exclusion.count(1, is_folder=is_folder)
            continue
        if not is_folder:
            files.append(place)
            continue
        for listed in walk(place, refused, exclusion, root=pattern.root):
            names = (n for n in listed.names if pattern.accepts(listed.folder / n, place))
            yield Listing(listed.folder, tuple(names))
    for matched in _by_folder(files):
        scenes = listing(matched.folder, os.listdir(matched.folder)).names
        yield Listing(matched.folder, tuple(name for name in matched.names if name in scenes))


def _by_folder(files: Iterable[Path]) -> Iterator[Listing]:
    names: dict[Path, list[str]] = {}
    for file in files:
        names.setdefault(file.parent, []).append(file.name)
    for folder, inside in names.items():
        yield Listing(folder, tuple(sorted(inside)))
