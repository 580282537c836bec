"""An open index that can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack, overload

from geosearch.api.conditions import takes_conditions
from geosearch.api.devices import scan_device
from geosearch.api.folders import named_index
from geosearch.api.hits import Hits
from geosearch.api.questions import require_queries
from geosearch.errors import EncoderError
from geosearch.reporting import LOG, Reporter
from geosearch.stopwatch import Stopwatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosearch.encoders import Encoder
    from geosearch.index import DeviceScan, Generation
    from geosearch.ingest import BuildReport
    from geosearch.search import Conditions

    Vector: TypeAlias = np.ndarray[tuple[int], np.dtype[np.floating[Any]]]
    Vectors: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]


class Index:
    """An open index with the encoder that it was built with.

    It holds the generation that was published when it was opened; open it again
    to see a newer one. It can be pickled, for `multiprocessing`: it is then opened again by its
    folder, as it is at that time.
    """

    def __init__(
        self,
        index: Generation,
        *,
        weights: str | Path | None = None,
        device: str = "auto",
        precision: str = "auto",
        encoder: Encoder | None = None,
        report: BuildReport | None = None,
    ) -> None:
        self.index = index
        """The generation that is searched."""
        self.report = report
        """What the run did that built it, if this process did."""
        self._weights = weights
        self._device = device
        self._precision = precision
        self._encoder = encoder
        self._device_scan: DeviceScan | None = None
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Open the index again where this is unpickled, in another process as a rule.

        Its folder and its options are pickled; `report` is not, nor an encoder: it is loaded anew
        when it is first asked for.
        """
        folder = self.index.folder.absolute()
        return _opened, (folder, self._weights, self._device, self._precision)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index, loaded when first asked for.

        Raises:
            EncoderError: Its weights are missing, or are not those the index was built with.
        """
        if self._encoder is None:
            self._encoder = self._load_encoder()
        return self._encoder

    def _load_encoder(self) -> Encoder:
        from geosearch.encoders import load_encoder
        from geosearch.index import UNKNOWN_ENCODER

        spec = self.index.spec
        if spec.encoder == UNKNOWN_ENCODER:
            raise EncoderError(
                f"nobody has said what made the vectors of {self.index.folder}",
                hint="ask by a vector, or import them anew with --encoder NAME",
            )
        weights = self._weights or spec.weights
        encoder = load_encoder(
            spec.encoder,
            weights=weights,
            device=self._device,
            precision=self._precision,
        )
        if encoder.fingerprint != spec.fingerprint:
            raise EncoderError(
                f"the index {self.index.folder} was built with {spec.fingerprint}, "
                f"the weights here are {encoder.fingerprint}",
                hint="give the weights it was built with: --weights FILE, or index anew",
            )
        return encoder

    @overload
    def search(
        self, query: str | Vector, *, k: int = ..., exact: bool = ..., distinct: bool = ...,
        **conditions: Unpack[Conditions],
    ) -> Hits: ...  # fmt: skip
    @overload
    def search(
        self, query: list[str] | tuple[str, ...] | Vectors, *, k: int = ..., exact: bool = ...,
        distinct: bool = ..., **conditions: Unpack[Conditions],
    ) -> list[Hits]: ...  # fmt: skip
    @takes_conditions
    def search(
        self,
        query: str | list[str] | tuple[str, ...] | NDArray[np.floating[Any]],
        *,
        k: int = 10,
        exact: bool = False,
        distinct: bool = False,
        **conditions: Unpack[Conditions],
    ) -> Hits | list[Hits]:
        """Find the chips that look most like what a text says, or that lie next to a vector.

        Several texts or vectors are asked at once, under one filter that is applied once.

        Args:
            query: A text, short or long, or a list of them; or a vector of the index's encoder,
                float16, float32 or float64 [dim], or several [q, dim], of any length. Vectors
                need no encoder: none is loaded.
            k: How many hits at most, for each query.
            exact: Score every matching chip, however many there are.
            distinct: Leave out chips that overlap a better one, so that each hit is a new place.
            **conditions: What chips must meet, as `Conditions` describes it.

        What is to be said of how a filter was read, and of where the index lies if nothing
        matches it, is in ``explanation.notes`` of the hits.

        Returns:
            The hits; for several queries a list of them, in the order asked.

        Raises:
            UsageError: A text is empty or not UTF-8, a vector is none of this index, or a filter
                cannot be applied.
            EncoderError: The encoder of the index cannot be loaded here, or the device that was
                named is not there.
        """
        from geosearch.search import hit_count, make_filter, search_many

        k, filter = hit_count(k), make_filter(**conditions)
        if isinstance(query, list | tuple) and not query:
            return []
        watch = Stopwatch()
        vectors, texts = self._asked(query, watch)
        answers = search_many(
            self.index,
            vectors,
            filter=filter,
            k=k,
            tier="exact" if exact else "auto",
            distinct=distinct,
            device=self._scanner(),
        )
        before = {step: 1000 * seconds for step, seconds in watch.seconds.items()}
        found = [
            Hits(hits, replace(how, milliseconds=before | how.milliseconds), text)
            for (hits, how), text in zip(answers, texts, strict=True)
        ]
        one = isinstance(query, str) or getattr(query, "ndim", 2) == 1
        return found[0] if one else found

    def _scanner(self) -> DeviceScan | None:
        """Return what scans on a GPU; None where there is none, or nobody asked for it."""
        from geosearch.index import DeviceScan

        with self._lock:
            if self._device_scan is None:
                device = scan_device(self._device)
                if device is not None:
                    self._device_scan = DeviceScan(device, at_once=self._device != "auto")
            return self._device_scan

    def _asked(
        self, query: str | Sequence[str] | NDArray[np.floating[Any]], watch: Stopwatch
    ) -> tuple[list[NDArray[np.float32]], list[str] | list[None]]:
        """Return what is asked as vectors float32 [dim], and the texts that they stand for."""
        from geosearch.search import unit_queries

        texts = [query] if isinstance(query, str) else query
        if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
            vectors = unit_queries(query, self.index.spec.dim)
            return list(vectors), [None] * len(vectors)
        require_queries(texts)
        with watch.time("load encoder"):
            encoder = self.encoder
        with watch.time("encode text"):
            return list(encoder.encode_texts(texts)), list(texts)


def open(
    path: str | Path | None = None,
    *,
    weights: str | Path | None = None,
    device: str = "auto",
    precision: str = "auto",
    reporter: Reporter = LOG,
) -> Index:
    """Open an index for searching.

    Args:
        path: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        weights: The encoder's weights, where they are not where the index says.
        device: Where the encoder computes: ``auto``, ``cpu``, ``cuda``. With ``cuda``, segments
            that fit into its memory are scanned there from the first search on; with ``auto``,
            where an encoder has been loaded and there is CUDA, once that pays.
        precision: ``auto``, ``float32``, ``bf16``.
        reporter: Is told which index was taken, if none was named.

    Raises:
        IndexFolderError: There is no index, or it cannot be read.
    """
    return _opened(named_index(path, reporter), weights, device, precision)


def _opened(folder: Path, weights: str | Path | None, device: str, precision: str) -> Index:
    from geosearch.index import open_index

    return Index(open_index(folder), weights=weights, device=device, precision=precision)
