"""An open index that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack, overload

from geosearch.api.default_paths import named_index
from geosearch.api.devices import scan_device
from geosearch.api.encoder_choice import EncoderChoice, encoder_choice
from geosearch.api.hits import Hits
from geosearch.arguments import checked
from geosearch.errors import EncoderError, UsageError
from geosearch.message import Message
from geosearch.paths import PathLike
from geosearch.reporting import LOG, Reporter
from geosearch.stopwatch import Stopwatch
from geosearch.text import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosearch.api.asking.questions import AnyQuery
    from geosearch.encoders import Encoder
    from geosearch.index import (
        DeviceScan,
        Filter,
        Generation,
        IndexInfo,
    )
    from geosearch.ingest import BuildReport
    from geosearch.search import (
        AnswerOptions,
        Asking,
        Chip,
        Conditions,
        Question,
    )

    Vector: TypeAlias = np.ndarray[tuple[int], np.dtype[np.floating[Any]]]
    Vectors: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]


class Index:
    """An open index with the encoder that it was built with.

    It holds the generation that was published when it was opened; open it again to see a newer one.
    It can be pickled, for `multiprocessing`: where it is unpickled, what its folder holds then is
    opened.
    """

    def __init__(
        self,
        generation: Generation,
        encoder: EncoderChoice,
        *,
        loaded: Encoder | None = None,
        report: BuildReport | None = None,
    ) -> None:
        self.generation = generation
        """The generation that is searched."""
        self.report = report
        """What the run did that built it, if this process built it."""
        self._choice = encoder
        self._encoder = loaded
        self._device_scan: DeviceScan | None = None
        self._lock = Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Open the index again where this is unpickled, in another process as a rule.

        Its folder and the choice of the encoder are pickled; `report` is not, nor the encoder: it
        is loaded again when it is first needed.
        """
        return _opened, (self.generation.folder.absolute(), self._choice)

    def __repr__(self) -> str:
        held = self.generation
        return (
            f"<Index {shown(held.folder)}: {held.chip_count:,} chips of {held.scene_count:,} "
            f"scenes, encoder {shown(held.spec.encoder)}, generation {held.number}>"
        )

    @property
    def encoder(self) -> Encoder:
        """The encoder of the index, loaded when it is first needed.

        Raises:
            EncoderError: Its weights are missing, or are not those the index was built with.
        """
        if self._encoder is None:
            self._encoder = self._load_encoder()
        return self._encoder

    def describe(self) -> IndexInfo:
        """Return what the index holds: chips, scenes, place, time, encoder, bytes."""
        return self.generation.describe()

    def _load_encoder(self) -> Encoder:
        from geosearch.index import UNKNOWN_ENCODER

        spec = self.generation.spec
        if spec.encoder == UNKNOWN_ENCODER:
            raise EncoderError(
                f"the encoder of the vectors in {self.generation.folder} is unknown",
                hint=Message("search by a vector, or import them again and name the `encoder`"),
            )
        choice = replace(
            self._choice,
            name=spec.encoder,
            activation=None,  # the recorded name has it
            weights=self._choice.weights or spec.weights,
        )
        encoder = choice.load()
        if encoder.fingerprint != spec.fingerprint:
            raise EncoderError(
                f"the index {self.generation.folder} was built with {spec.fingerprint}, "
                f"the weights here are {encoder.fingerprint}",
                hint=Message("give the `weights` it was built with, or index the scenes again"),
            )
        return encoder

    @overload
    def search(
        self, query: str | Vector | None = ..., *, k: int = ..., **asking: Unpack[Asking]
    ) -> Hits: ...
    @overload
    def search(
        self, query: list[str] | tuple[str, ...] | Vectors, *, k: int = ...,
        **asking: Unpack[Asking],
    ) -> list[Hits]: ...  # fmt: skip
    def search(
        self, query: AnyQuery = None, *, k: int = 10, **asking: Unpack[Asking]
    ) -> Hits | list[Hits]:
        """Find the chips that look most like what a text says, or that lie next to a vector.

        Several texts or vectors are answered together, under one filter that is applied once.

        Args:
            query: A text, short or long, or a list of them; or a vector of the index's encoder,
                float16, float32 or float64 [dim], or several [q, dim], of any length. Vectors
                need no encoder: none is loaded. None where ``like`` or ``marks`` say what is
                looked for.
            k: Maximum number of hits per query.
            **asking: What chips must meet, what is asked beside the query, and how the answer is
                made; `geosearch.Asking` describes each keyword.

        How an ambiguous filter was read, and where the index lies if nothing matches, is in
        ``explanation.notes`` of the hits.

        Returns:
            The hits; for several queries a list of them, in the order of the queries.

        Raises:
            UsageError: A text is empty or not UTF-8, a vector is not of this index's encoder, an
                image cannot be read, a chip is not in the index, marks contradict each other, or a
                filter cannot be applied.
            EncoderError: The encoder of the index cannot be loaded here, or the device that was
                named is not there.
        """
        from geosearch.search import hit_count, make_filter, split_asking, without_others

        options, conditions = split_asking(asking)
        k, filter = hit_count(k), make_filter(**conditions)
        if isinstance(query, list | tuple) and not query:
            return []
        watch = Stopwatch()
        questions = self.read(query, options, watch)
        if conditions.get("kind") is None and any(one.text is not None for one in questions):
            with watch.time("filter"):
                filter = without_others(self.generation, filter)
        answers = self.answer(questions, k, filter, options, watch=watch)
        is_one = query is None or isinstance(query, str) or getattr(query, "ndim", 2) == 1
        return answers[0] if is_one else answers

    def answer(
        self,
        questions: Sequence[Question],
        k: int,
        filter: Filter,
        options: AnswerOptions,
        *,
        watch: Stopwatch | None = None,
    ) -> list[Hits]:
        """Answer questions that have been read: `search` reads them, and hits ask them again.

        Args:
            questions: All with the same marks.
            k: Maximum number of hits per question.
            filter: What chips must satisfy.
            options: How the answer is made.
            watch: Has the time of what was done before; None for nothing.
        """
        from geosearch.api.asking.answering import answers

        return answers(self, questions, k, filter, options, watch or Stopwatch())

    @checked
    def chip(self, chip_id: str) -> Chip:
        """Return what is known of a chip, by its id: footprint, scene, vector, and its pixels.

        Raises:
            UsageError: The index has no such chip, or it was removed.
        """
        from geosearch.search import read_chip

        return read_chip(self.generation, chip_id)

    @checked
    def vector(self, chip_id: str) -> NDArray[np.float32]:
        """Return a chip's vector, float32 [dim], of unit length but for the rounding to 16 bits.

        Raises:
            UsageError: The index has no such chip, or it was removed.
        """
        from geosearch.search import find_chip

        return find_chip(self.generation, chip_id).stored.read()

    def history(
        self,
        place: str | tuple[float, float],
        query: AnyQuery = None,
        *,
        distinct: bool = False,
        **conditions: Unpack[Conditions],
    ) -> Hits:
        """Return all chips of a place as hits by time, the earliest first, the undated last.

        Args:
            place: The id of a chip, for all chips that share more than a fifth of its ground, it
                too; or longitude and latitude, for all chips there.
            query: What ``score`` tells of each chip: a text, or a vector. None for the chip that
                is named; of a point, for the chip that was taken last.
            distinct: Of chips of one scene that overlap, keep the one that shares the most ground.
            **conditions: What chips must meet; `geosearch.Conditions` describes each keyword.

        Raises:
            UsageError: There is no such chip or place, or the query or a filter cannot be applied.
            EncoderError: The query is a text, and the encoder of the index cannot be loaded here.
        """
        from geosearch.api.asking.history import history_hits
        from geosearch.search import make_filter

        filter = make_filter(**conditions)
        return history_hits(self, place, query, filter, distinct=distinct)

    def read(
        self, query: AnyQuery, options: AnswerOptions, watch: Stopwatch | None = None
    ) -> list[Question]:
        """Return what is asked as questions, one per text or vector; `answer` answers them.

        Args:
            query: As in `search`.
            options: What is asked beside it.
            watch: Receives the time of each step.

        Raises:
            UsageError: As in `search`.
            EncoderError: The encoder of the index cannot be loaded here.
        """
        from geosearch.api.asking.questions import Reading

        reading = Reading(self.generation, lambda: self.encoder, watch or Stopwatch())
        return reading.questions(query, options)

    def scanner(self) -> DeviceScan | None:
        """Return what scans on a GPU; None where there is none, or the CPU was chosen."""
        with self._lock:
            if self._device_scan is None:
                device = scan_device(self._choice.device)
                if device is not None:
                    from geosearch.index import DeviceScan

                    self._device_scan = DeviceScan(device, at_once=self._choice.device != "auto")
            return self._device_scan


@checked
def open(
    path: PathLike | None = None,
    *,
    encoder: EncoderChoice | str | None = None,
    reporter: Reporter = LOG,
) -> Index:
    """Open an index for searching.

    Args:
        path: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        encoder: Where its weights are, if not where the index says, and what it computes in; the
            name is the index's. With the device ``cuda``, segments that fit into its memory are
            scanned there from the first search on; with ``auto``, where an encoder has loaded
            PyTorch (`mini` does for images only) and there is CUDA, once that pays.
        reporter: Receives which index was chosen, if none was named.

    Raises:
        UsageError: Another encoder is named than the index's.
        IndexFolderError: There is no index, or it cannot be read.
    """
    choice = encoder_choice(encoder)
    opened = _opened(named_index(path, reporter), choice)
    recorded = opened.generation.spec.encoder
    if choice.name is not None and choice.full_name != recorded:
        raise UsageError(
            f"{opened.generation.folder} was built with {recorded}, not {choice.full_name}",
            hint="omit the encoder's name",
            parameter="encoder",
        )
    return opened


def _opened(folder: Path, choice: EncoderChoice) -> Index:
    from geosearch.index import open_index

    return Index(open_index(folder), choice)
