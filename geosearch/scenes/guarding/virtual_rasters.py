"""Which files a virtual raster names, read from its XML without GDAL.

GDAL's VRT names sources, masks, overviews, elevation models; MRF names its data, its index and
what it is a cache of. A document that a strict parser does not understand is refused: GDAL's own
forgives much, and what it then finds there is not known here.
"""

import re
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from geosearch.errors import SceneError
from geosearch.regular_file import TooLargeError, parts_within

_ROOTS = (b"<VRTDataset", b"<MRF_META")
_MAX_BYTES = 256 << 20
_MAX_DEPTH = 64
_MAX_NAME = 1 << 16
_BLANKS = " \t\n\v\f\r"
"""What GDAL strips from the beginning of a text."""
_NAMES = frozenset(
    {
        "sourcefilename",
        "sourcedataset",
        "dempath",
        "source",
        "datafile",
        "indexfile",
        "rpcdem",
        "cutlineds",
    }
)
"""Elements whose text names a file, in lower case: GDAL compares them so."""
_NAMING_KEYS = re.compile(r"overview_file|[xy]_dataset|rpc_?dem|.*filename.*", re.IGNORECASE)
"""Keys of metadata and arguments whose values do."""
_OPTIONS = {
    "ooi": frozenset({"overview_level", "num_threads"}),
    "option": frozenset(
        {"init_dest", "write_flush", "skip_nosource", "unified_src_nodata", "num_threads"}
        | {"sample_grid", "sample_steps", "source_extra", "optimize_size", "streamable_output"}
        | {"src_alpha_max", "dst_alpha_max", "src_coord_precision", "xscale", "yscale"}
        | {"cutline_blend_dist", "cutline_all_touched", "excluded_values", "mode_ties"}
        | {"excluded_values_pct_threshold", "nodata_values_pct_threshold"}
        | {"mult_factor_vertical_shift", "error_out_if_empty_source_window"}
        | {"area_of_interest", "coordinate_epoch", "src_coordinate_epoch", "dst_coordinate_epoch"}
    ),
}
"""Options of drivers, warps and transformers that may be set: others run SQL, or name files."""
_OPTION_VALUE = re.compile(r"[\w.,+\-\s]*")
_CODE = frozenset({"pixelfunctioncode", "pixelfunctionlanguage"})
_OF_TRANSFORMERS = frozenset({"sourcesrs", "targetsrs"})
_CRS = re.compile(
    r"\s*(?:\w+\s*\[|(?:epsg|esri|ogc|iau\w*):[\w:]+\s*\Z|urn:ogc:|\Z)", re.IGNORECASE
)
"""A CRS that is written out or has a code: anything else GDAL takes for a file's name."""
_FREE = frozenset({"mdi", "srs", "geogcs", "description", "category", "unittype", "projection"})
"""Elements with texts for people, or definitions of CRSs: whatever is in there is not opened."""
_ELSEWHERE = re.compile(r"\s*(?:<|\{|[A-Za-z][A-Za-z0-9+.-]+://|/vsi)")
"""What a text begins with that GDAL could take for a way to something else."""


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A file as a document names it."""

    name: str
    """As it is written."""
    relative: bool = False
    """Whether it is relative to the document's folder, not to the process's."""


def is_virtual(head: bytes) -> bool:
    """Return whether GDAL takes a file with these first bytes for a virtual raster."""
    return any(root.lower() in head.lower() for root in _ROOTS)


def named_sources(file: BinaryIO, name: str) -> tuple[NamedSource, ...]:
    """Return the files that a virtual raster names, each once.

    Args:
        file: The document, at its beginning.
        name: What it is called in errors.

    Raises:
        SceneError: It is too large or too deep, not well-formed XML, or has entities of its own.
    """
    reader = _Reader(name)
    document = _content(file, name).removeprefix(b"\xef\xbb\xbf").rstrip(b"\0")
    try:
        document.decode()
        parser = expat.ParserCreate("utf-8")
    except UnicodeDecodeError:  # names of files in another encoding: their bytes are kept
        parser = expat.ParserCreate("iso-8859-1")
        reader.keeps_bytes = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.entity
    parser.CommentHandler = reader.split
    parser.ProcessingInstructionHandler = reader.split
    parser.StartCdataSectionHandler = reader.split
    parser.EndCdataSectionHandler = reader.split
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, ValueError) as error:
        raise SceneError(
            f"{name} is not well-formed XML: {error}",
            hint="make it again: gdalbuildvrt, or gdal_translate",
        ) from error
    return tuple(dict.fromkeys(reader.found))


def _content(file: BinaryIO, name: str) -> bytes:
    try:
        return b"".join(parts_within(file.read, _MAX_BYTES, name))
    except TooLargeError as error:
        raise SceneError(
            f"{name} is {error.strerror}", hint="make a virtual raster of fewer files"
        ) from error


@dataclass(slots=True)
class _Element:
    """An element that is open."""

    name: str
    names: bool
    """Whether its text names a file."""
    relative: bool
    parts: list[str]
    is_split: bool = False
    """Whether something stands between parts of its text: readers differ in what they take then."""


class _Reader:
    """Collects names while a document is parsed."""

    def __init__(self, name: str) -> None:
        self.found: list[NamedSource] = []
        self.keeps_bytes = False
        self._name = name
        self._root = ""
        self._open: list[_Element] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) == _MAX_DEPTH:
            raise SceneError(
                f"{self._name} is nested more than {_MAX_DEPTH} deep", hint="make it again"
            )
        self.split()
        values = {key.lower(): value for key, value in attributes.items()}
        name = tag.lower()
        self._root = self._root or name
        key = values.get("key") or values.get("name") or ""
        self._require_known(name, values)
        relative = self._root == "mrf_meta" or _is_true(values.get("relativetovrt", "0"))
        names = name in _NAMES or bool(_NAMING_KEYS.fullmatch(key))
        self._open.append(_Element(name, names, relative, []))
        for other, value in values.items():
            is_free = other.startswith("xmlns") or other.endswith("schemalocation")
            # GDAL takes an attribute for an element
            if other in _NAMES or (_ELSEWHERE.match(value) and not is_free):
                self._add(value, relative)

    def _require_known(self, tag: str, values: dict[str, str]) -> None:
        """Refuse an option that is not known to be harmless.

        GDAL takes the first attribute of an option for its name, whatever that is called.
        """
        for kind, allowed in _OPTIONS.items():
            keys = [*values.values()] if tag.rpartition(":")[2] == kind else []
            keys += [value for key, value in values.items() if key == kind]
            for key in keys:
                if key.strip().lower() not in allowed:
                    raise self._not_set(key)
        if code := next((key for key in values if key in _CODE), None):
            self._require_harmless(code, values[code])

    def _require_harmless(self, tag: str, text: str) -> None:
        local = tag.rpartition(":")[2]
        if local in _OPTIONS and not _OPTION_VALUE.fullmatch(text):
            raise self._not_set(text)
        if local in _CODE and text.strip().lower() not in ("c", ""):
            raise SceneError(
                f"{self._name} contains code, which is not run",
                hint="make a file of its pixels: gdal_translate IN OUT.tif",
            )
        if local in _OF_TRANSFORMERS and not _CRS.match(text):
            raise SceneError(
                f"{self._name} has {text[:80]!r}, which is not a CRS written out or a code",
                hint="make it again with -t_srs EPSG:CODE: gdalwarp -of VRT",
            )

    def _not_set(self, option: str) -> SceneError:
        return SceneError(
            f"{self._name} sets {option[:80]!r}, which is not an option that a file may set",
            hint="take it out of the file, or make a file of its pixels: gdal_translate IN OUT.tif",
        )

    def split(self, *_: object) -> None:
        if self._open:
            self._open[-1].is_split = True

    def text(self, text: str) -> None:
        if self._open:
            self._open[-1].parts.append(text)

    def end(self, _: str) -> None:
        element = self._open.pop()
        text = "".join(element.parts).lstrip(_BLANKS)
        self._require_harmless(element.name, text)
        if not text or (element.name in _FREE and not element.names):
            return
        if element.names and element.is_split:
            raise SceneError(
                f"{self._name} has a file name in several parts: {text[:80]!r}",
                hint="make it again: gdalbuildvrt, or gdal_translate",
            )
        if element.names or _ELSEWHERE.match(text):
            self._add(text, element.relative)

    def entity(self, *_: object) -> None:
        raise SceneError(
            f"{self._name} declares entities of its own", hint="make it again without a DOCTYPE"
        )

    def _add(self, text: str, relative: bool) -> None:
        if len(text) > _MAX_NAME:
            raise SceneError(
                f"{self._name} has a file name of {len(text):,} characters",
                hint="make it again: gdalbuildvrt, or gdal_translate",
            )
        if self.keeps_bytes:
            text = text.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
        self.found.append(NamedSource(text.lstrip(_BLANKS), relative))


def _is_true(text: str) -> bool:
    return text.strip().lower() not in ("0", "no", "false", "off", "")
