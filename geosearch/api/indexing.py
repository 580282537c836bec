"""Scenes into an index, and what that would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geosearch.api.folders import default_index, index_folder
from geosearch.api.index import Index
from geosearch.errors import UsageError
from geosearch.paths import Paths, path_list
from geosearch.reporting import LOG, Reporter

if TYPE_CHECKING:
    from geosearch.encoders import Encoder
    from geosearch.index import IndexSpec
    from geosearch.ingest import AnnKind, ChipSettings, IndexPlan
    from geosearch.scenes import Discovery


def build(
    paths: Paths,
    index: str | Path | None = None,
    *,
    encoder: str | None = None,
    weights: str | Path | None = None,
    activation: str | None = None,
    size: int | None = None,
    stride: int | None = None,
    min_valid: float | None = None,
    bands: tuple[int, int, int] | None = None,
    stretch: str | tuple[float, float] | None = None,
    gsd: float | None = None,
    scales: Sequence[int] | None = None,
    assume_crs: str | None = None,
    ann: AnnKind = "auto",
    prune: bool = False,
    max_memory: str | int | None = None,
    device: str = "auto",
    precision: str = "auto",
    reporter: Reporter = LOG,
) -> Index:
    """Index scenes, and open the index.

    Args:
        paths: One or several: files, folders and patterns (``scenes/**/*.tif``), URLs, STAC
            documents.
        index: The index folder; None for ``indexes/`` with the first path's name.
        encoder: An encoder's name; None for DGTRS-CLIP B/16 where its weights are here or can be
            fetched, else ``mini``.
        weights: The encoder's weights: a file, or the folder it is in.
        activation: ``quickgelu`` or ``gelu``, if the weights were trained with another one than
            the encoder's name stands for; the index remembers it.
        size: Chip edge in pixels; None for the encoder's input.
        stride: Step between chips in pixels; None for half a chip, so that a thing of up to half
            a chip's size is whole in at least one of them.
        min_valid: Least share of valid pixels in a chip, 0..1; None for a quarter.
        bands: Bands shown as red, green, blue, from 1; None to choose for each scene.
        stretch: Values shown as black and as white, ``(0, 3000)``; ``percentile`` for the 2nd and
            the 98th of each band of a scene, ``none`` for values of 0 to 255 as they are; None
            for ``auto``: ``none`` where a scene has 8 bits, else ``percentile``.
        gsd: Metres a pixel of the finest chips, so that chips of all scenes are of one size on
            the ground; a coarser scene is cut at its own resolution. None for each scene's own.
        scales: Multiples of it to cut chips at: ``(1, 2, 4)`` covers the same ground also with
            chips of two and four times the side. None for the finest only.
        assume_crs: The CRS of scenes that have an affine and no CRS, such as ``EPSG:32633``; None
            to refuse them. It is not used where a scene has a CRS.
        ann: ``auto``, ``flat`` (always exact) or ``ivfpq`` (always approximate).
        prune: Remove scenes that were indexed from one of the folders and whose files are gone;
            the report names them anyway.
        max_memory: What the run may take, in bytes or such as ``2GB``, the encoder not counted;
            None stays below 1 GB, mapped vectors of segments above 600,000 chips not counted.
            Codes of large segments are half as long where it is little.
        device: ``auto``, ``cpu``, ``cuda``.
        precision: ``auto``, ``float32``, ``bf16``.
        reporter: Is told which encoder and index were taken, if none was named.

    Returns:
        The open index; its ``report`` says what was indexed and what was left out.

    Raises:
        Interrupted: A KeyboardInterrupt: at Ctrl-C or SIGTERM the current batch is finished, what
            is done is published, and the same call continues; a second Ctrl-C stops at once.
        GeosearchError: Nothing could be indexed; scenes that fail are in the report instead.
    """
    from geosearch.index import open_index
    from geosearch.ingest import ingest, run_memory

    memory = run_memory(max_memory)
    paths = path_list(paths)
    asked = _Asked(
        paths=paths, index=index, ann=ann,
        encoder=encoder, weights=weights, activation=activation,
        size=size, stride=stride, min_valid=min_valid, bands=bands, stretch=stretch,
        gsd=gsd, scales=scales, assume_crs=assume_crs,
        device=device, precision=precision,
    )  # fmt: skip
    work = _prepare(asked, reporter)
    report = ingest(
        work.found,
        work.folder,
        work.encoder,
        work.settings,
        ann=ann,
        weights=None if work.weights is None else str(Path(work.weights).resolve()),
        folders=paths,
        prune=prune,
        memory=memory,
        reporter=reporter,
    )
    return Index(
        open_index(work.folder),
        weights=work.weights,
        device=device,
        precision=precision,
        encoder=work.encoder,
        report=report,
    )


def plan(
    paths: Paths,
    index: str | Path | None = None,
    *,
    encoder: str | None = None,
    weights: str | Path | None = None,
    activation: str | None = None,
    size: int | None = None,
    stride: int | None = None,
    min_valid: float | None = None,
    bands: tuple[int, int, int] | None = None,
    stretch: str | tuple[float, float] | None = None,
    gsd: float | None = None,
    scales: Sequence[int] | None = None,
    assume_crs: str | None = None,
    ann: AnnKind = "auto",
    max_memory: str | int | None = None,
    device: str = "auto",
    precision: str = "auto",
    reporter: Reporter = LOG,
) -> IndexPlan:
    """Say what `build` would do with the same arguments, and write nothing.

    Raises:
        GeosearchError: As `build` would: there is nothing to index, the encoder or the index cannot
            be read, or the index was built in another way.
    """
    from geosearch.index import require_fit
    from geosearch.ingest import index_spec, plan, run_memory

    run_memory(max_memory)
    paths = path_list(paths)
    asked = _Asked(
        paths=paths, index=index, ann=ann,
        encoder=encoder, weights=weights, activation=activation,
        size=size, stride=stride, min_valid=min_valid, bands=bands, stretch=stretch,
        gsd=gsd, scales=scales, assume_crs=assume_crs,
        device=device, precision=precision,
    )  # fmt: skip
    work = _prepare(asked, reporter)
    # as the writer of a run does, which nobody can be beside another
    require_fit(work.folder, index_spec(work.encoder, work.settings, None))
    return plan(
        work.found, work.folder, work.encoder, work.settings, folders=paths, reporter=reporter
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What `build` and `plan` were asked for; None is what was left open."""

    paths: Sequence[str | Path]
    """Where the scenes are."""
    index: str | Path | None
    """The index folder."""
    ann: str
    """``auto``, ``flat`` or ``ivfpq``."""
    encoder: str | None
    """Its name."""
    weights: str | Path | None
    """The encoder's."""
    activation: str | None
    """``quickgelu`` or ``gelu``; None for what the encoder's name stands for."""
    size: int | None
    """Chip edge, pixels."""
    stride: int | None
    """Step between chips, pixels."""
    min_valid: float | None
    """Least share of valid pixels in a chip, 0..1."""
    bands: tuple[int, int, int] | None
    """Shown as red, green, blue, from 1."""
    stretch: str | tuple[float, float] | None
    """Values shown as black and as white, or where they are from."""
    gsd: float | None
    """Metres a pixel of the finest chips."""
    scales: Sequence[int] | None
    """Multiples of it."""
    assume_crs: str | None
    """The CRS of scenes that have an affine and no CRS; None to refuse them."""
    device: str
    """``auto``, ``cpu``, ``cuda``."""
    precision: str
    """``auto``, ``float32``, ``bf16``."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What an indexing run works with."""

    found: Discovery
    """The scenes."""
    folder: Path
    """The index."""
    encoder: Encoder
    """Loaded."""
    settings: ChipSettings
    """How scenes are cut."""
    weights: str | Path | None
    """Where the encoder's weights were given, by the user or by the index."""


def _prepare(asked: _Asked, reporter: Reporter) -> _Work:
    """Find the scenes, load the encoder, and settle what was left open.

    What can be refused without the encoder is refused before it is loaded.
    """
    from geosearch.encoders import load_encoder
    from geosearch.index import MANIFEST, open_index, require_ann
    from geosearch.ingest import look_for_scenes

    if not asked.paths:
        raise UsageError("no path to index", hint="give a folder of scenes")
    require_ann(asked.ann)
    folder = (
        default_index(asked.paths, reporter) if asked.index is None else index_folder(asked.index)
    )
    before = open_index(folder).spec if (folder / MANIFEST).exists() else None
    if before is not None:
        asked = _as_before(asked, before)
    if asked.weights is not None and asked.encoder is None:
        raise UsageError(
            f"--weights {asked.weights} without --encoder",
            hint="name the encoder that they belong to",
        )
    # which encoder is taken may take the hub's answer: scenes are looked for before
    named = asked.encoder is not None
    if named:
        _require_fit(asked, folder, before)
    found = look_for_scenes(asked.paths)
    if found.passed_over:
        reporter.say(found.passed_over)
    if not named:
        asked = replace(asked, encoder=_default_encoder(reporter))
        _require_fit(asked, folder, before)
    encoder = load_encoder(
        _name(asked), weights=asked.weights, device=asked.device, precision=asked.precision
    )
    settings = _chip_settings(asked, encoder.image_size)
    return _Work(found, folder, encoder, settings, asked.weights)


def _name(asked: _Asked) -> str:
    from geosearch.encoders import with_activation

    assert asked.encoder is not None
    return with_activation(asked.encoder, asked.activation)


def _require_fit(asked: _Asked, folder: Path, before: IndexSpec | None) -> None:
    """Refuse settings that cannot be meant, or are not those of the index.

    Args:
        asked: With what was left open as it was before.
        folder: The index.
        before: How it was built; None for a new one.

    Raises:
        UsageError: A setting cannot be meant.
        IndexFolderError: The index was built in another way, or cannot be written.
    """
    from geosearch.encoders import encoder_info
    from geosearch.index import require_fit

    known = encoder_info(_name(asked))
    if asked.size is None and asked.weights is not None:
        require_fit(folder, None)  # the weights decide how large a chip is
        return
    settings = _chip_settings(asked, known.image_size)
    if before is not None:
        before = replace(
            before,
            size_px=settings.size_px,
            stride_px=settings.stride_px,
            bands=settings.bands,
            gsd_m=settings.gsd_m,
            scales=settings.scales,
        )
    require_fit(folder, before)


def _as_before(asked: _Asked, before: IndexSpec) -> _Asked:
    """Return it with what was left open as it was: what is added is cut and embedded alike."""
    encoder = asked.encoder or before.encoder
    own_weights = asked.weights is not None or encoder != before.encoder
    return replace(
        asked,
        encoder=encoder,
        weights=asked.weights if own_weights else before.weights,
        size=before.size_px if asked.size is None else asked.size,
        stride=before.stride_px if asked.stride is None else asked.stride,
        min_valid=before.min_valid if asked.min_valid is None else asked.min_valid,
        bands=asked.bands or before.bands,
        stretch=asked.stretch or before.stretch,
        gsd=before.gsd_m if asked.gsd is None else asked.gsd,
        scales=before.scales if asked.scales is None else asked.scales,
    )


def _chip_settings(asked: _Asked, image_size: int) -> ChipSettings:
    from geosearch.ingest import MIN_VALID, ChipSettings

    size = image_size if asked.size is None else asked.size
    return ChipSettings(
        size_px=size,
        stride_px=max(size // 2, 1) if asked.stride is None else asked.stride,
        min_valid=MIN_VALID if asked.min_valid is None else asked.min_valid,
        bands=asked.bands,
        stretch=_stretch_text(asked.stretch),
        gsd_m=None if asked.gsd is None else float(asked.gsd),
        scales=(1,) if asked.scales is None else tuple(asked.scales),
        assume_crs=asked.assume_crs,
    )


def _stretch_text(stretch: str | tuple[float, float] | None) -> str:
    if stretch is None or isinstance(stretch, str):
        return stretch or "auto"
    return ",".join(map(str, stretch))


def _default_encoder(reporter: Reporter) -> str:
    from geosearch.encoders import choose_default

    choice = choose_default()
    reporter.say(f"encoder: {choice.name} ({choice.reason})")
    return choice.name
