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
from geosearch.api.texts import require_queries
from geosearch.errors import EncoderError, UsageError
from geosearch.reporting import LOG, Reporter
from geosearch.stopwatch import Stopwatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geosearch.encoders import Encoder
    from geosearch.index import Background, DeviceScan, Generation, IndexInfo, NoBackground
    from geosearch.ingest import BuildReport
    from geosearch.search import AnswerOptions, Asking, Explanation, Hit, Preference, Question

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
                hint="query by a vector, or import them again and name the `encoder`",
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
                hint="give the `weights` it was built with, or index the scenes again",
            )
        return encoder

    @overload
    def search(self, query: str | Vector, *, k: int = ..., **asking: Unpack[Asking]) -> Hits: ...
    @overload
    def search(
        self, query: list[str] | tuple[str, ...] | Vectors, *, k: int = ...,
        **asking: Unpack[Asking],
    ) -> list[Hits]: ...  # fmt: skip
    def search(
        self,
        query: str | list[str] | tuple[str, ...] | NDArray[np.floating[Any]],
        *,
        k: int = 10,
        **asking: Unpack[Asking],
    ) -> Hits | list[Hits]:
        """Find the chips that look most like what a text says, or that lie next to a vector.

        Several texts or vectors are answered together, under one filter that is applied once.

        Args:
            query: A text, short or long, or a list of them; or a vector of the index's encoder,
                float16, float32 or float64 [dim], or several [q, dim], of any length. Vectors
                need no encoder: none is loaded.
            k: Maximum number of hits per query.
            **asking: What chips must meet, and how the answer is made; `geosearch.Asking`
                describes each keyword.

        How an ambiguous filter was read, and where the index lies if nothing matches, is in
        ``explanation.notes`` of the hits.

        Returns:
            The hits; for several queries a list of them, in the order of the queries.

        Raises:
            UsageError: A text is empty or not UTF-8, a vector is not of this index's encoder, or a
                filter cannot be applied.
            EncoderError: The encoder of the index cannot be loaded here, or the device that was
                named is not there.
        """
        from geosearch.search import (
            hit_count,
            make_filter,
            search_many,
            split_asking,
            without_others,
        )

        options, conditions = split_asking(asking)
        k, filter = hit_count(k), make_filter(**conditions)
        if isinstance(query, list | tuple) and not query:
            return []
        watch = Stopwatch()
        questions = self._questions(query, options, watch)
        if conditions.get("kind") is None and any(one.wording for one in questions):
            with watch.time("kinds"):
                filter = without_others(self.generation, filter)
        answers = search_many(
            self.generation,
            [question.vector for question in questions],
            filter=filter,
            k=k,
            tier="exact" if options.exact else "auto",
            distinct=options.distinct,
            device=self._scanner(),
            preferences=[self._preference(question, options) for question in questions],
        )
        hits_of_each = [
            self._answer(question, *answer, options, watch)
            for question, answer in zip(questions, answers, strict=True)
        ]
        is_one = isinstance(query, str) or getattr(query, "ndim", 2) == 1
        return hits_of_each[0] if is_one else hits_of_each

    def _answer(
        self,
        question: Question,
        hits: Sequence[Hit],
        how: Explanation,
        options: AnswerOptions,
        watch: Stopwatch,
    ) -> Hits:
        from geosearch.api.answering import answer
        from geosearch.api.where import with_places
        from geosearch.index import NoBackground

        own = Stopwatch(dict(watch.seconds))
        background = self._background(question)
        if isinstance(background, NoBackground):
            found = answer(question, hits, how, background, options)
        else:
            with own.time("judge"):
                found = answer(question, hits, how, background, options)
        if options.where:
            with own.time("where"):
                found = with_places(found, question.vector, self.encoder, self.generation)
        before = {step: 1000 * seconds for step, seconds in own.seconds.items()}
        return found.with_times(before)

    def _background(self, question: Question) -> Background | NoBackground:
        from geosearch.encoders import WordReader
        from geosearch.index import NoBackground

        if question.wording is None:
            return NoBackground("only hits of texts have one", can_be_made=False)
        if not isinstance(self.encoder, WordReader):  # it embeds all texts alike
            return NoBackground("the encoder does not tell texts apart", can_be_made=False)
        return self.generation.background

    def _preference(self, question: Question, options: AnswerOptions) -> Preference | None:
        from geosearch.index import NoBackground
        from geosearch.search import preference

        background = self._background(question)
        if not options.scale or isinstance(background, NoBackground):
            return None
        return preference(question.vector, background)

    def _scanner(self) -> DeviceScan | None:
        """Return what scans on a GPU; None where there is none, or the CPU was chosen."""
        from geosearch.index import DeviceScan

        with self._lock:
            if self._device_scan is None:
                device = scan_device(self._choice.device)
                if device is not None:
                    self._device_scan = DeviceScan(device, at_once=self._choice.device != "auto")
            return self._device_scan

    def _questions(
        self,
        query: str | Sequence[str] | NDArray[np.floating[Any]],
        options: AnswerOptions,
        watch: Stopwatch,
    ) -> list[Question]:
        from geosearch.index import NoBackground
        from geosearch.search import Question, ask_texts, unit_queries

        texts = [query] if isinstance(query, str) else query
        if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
            vectors = unit_queries(query, self.generation.spec.dim)
            return [Question(vector) for vector in vectors]
        require_queries(texts)
        require_queries(options.avoid)
        with watch.time("load encoder"):
            encoder = self.encoder
        with watch.time("background"):
            background = self.generation.background
        with watch.time("encode text"):
            return ask_texts(
                texts,
                encoder,
                None if isinstance(background, NoBackground) else background,
                avoid=options.avoid,
                as_written=options.as_written,
            )


def open(
    path: str | Path | None = None,
    *,
    encoder: EncoderChoice | None = None,
    reporter: Reporter = LOG,
) -> Index:
    """Open an index for searching.

    Args:
        path: The index folder; None for the one in the environment, or the newest in ``indexes/``.
        encoder: Where its weights are, if not where the index says, and what it computes in; the
            name is the index's. With the device ``cuda``, segments that fit into its memory are
            scanned there from the first search on; with ``auto``, where an encoder has been loaded
            and there is CUDA, once that pays.
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
