"""What an index finds becomes an answer: probabilities, places, and what is to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from geosearch.api.asking.again import AskingAgain
from geosearch.api.hits import Hits
from geosearch.stopwatch import Stopwatch

if TYPE_CHECKING:
    from geosearch.api.index import Index
    from geosearch.index import Background, Filter, NoBackground
    from geosearch.search import (
        AnswerOptions,
        Explanation,
        Hit,
        MarkedChips,
        Preference,
        Question,
        Sifting,
    )


def answers(
    index: Index,
    questions: Sequence[Question],
    k: int,
    filter: Filter,
    options: AnswerOptions,
    watch: Stopwatch,
) -> list[Hits]:
    """Answer questions, as `Index.answer` describes it."""
    from geosearch.api.where import with_places
    from geosearch.search import search_many

    marks = [question.marked(index.generation) for question in questions]
    vectors = [question.vector(marked) for question, marked in zip(questions, marks, strict=True)]
    backgrounds = [_background(index, question) for question in questions]
    found = search_many(
        index.generation,
        vectors,
        filter=filter,
        k=k,
        tier="exact" if options.exact else "auto",
        sifting=_sifting(questions, options),
        device=index.scanner(),
        preferences=[
            _preference(question, background, options)
            for question, background in zip(questions, backgrounds, strict=True)
        ],
    )
    answered = []
    for question, marked, vector, background, one_found in zip(
        questions, marks, vectors, backgrounds, found, strict=True
    ):
        own = Stopwatch(dict(watch.seconds))
        one = _judged(question, marked, one_found, background, options, own)
        if options.where:
            with own.time("where"):
                one = with_places(one, vector, index.encoder, index.generation)
        before = {step: 1000 * seconds for step, seconds in own.seconds.items()}
        again = AskingAgain(index, question, k, filter, options)
        answered.append(one.with_times(before).asked_again_by(again))
    return answered


def _background(index: Index, question: Question) -> Background | NoBackground:
    from geosearch.encoders import WordReader
    from geosearch.index import NoBackground

    if question.text is None:
        return NoBackground("only hits of texts have one", can_be_made=False)
    if not isinstance(index.encoder, WordReader):  # it embeds all texts alike
        return NoBackground("the encoder does not tell texts apart", can_be_made=False)
    return index.generation.background


def _preference(
    question: Question, background: Background | NoBackground, options: AnswerOptions
) -> Preference | None:
    from geosearch.index import NoBackground
    from geosearch.search import preference

    words = question.words
    if not options.scale or words is None or isinstance(background, NoBackground):
        return None
    return preference(words, background)


def _with_reason(
    how: Explanation, background: Background | NoBackground, options: AnswerOptions
) -> Explanation:
    """Return how an answer was found, with why scale did not count where nothing is preferred."""
    from geosearch.index import NoBackground

    if not options.scale:
        return replace(how, scale_off="`scale` is off, or the resolution is chosen")
    if isinstance(background, NoBackground):
        return replace(how, scale_off=background.reason)
    return how


def _sifting(questions: Sequence[Question], options: AnswerOptions) -> Sifting:
    from geosearch.search import Sifting, hit_count, read_near_date

    marked = questions[0].asked.marks.ids if questions else frozenset[str]()
    maximum, near = options.per_place, options.near_date
    return Sifting(
        left_out=marked,
        distinct=options.distinct,
        per_place=None if maximum is None else hit_count(maximum, "per_place"),
        nearest_to=None if near is None else read_near_date(near),
    )


def _judged(
    question: Question,
    marked: MarkedChips | None,
    found: tuple[Sequence[Hit], Explanation],
    background: Background | NoBackground,
    options: AnswerOptions,
    watch: Stopwatch,
) -> Hits:
    """Return the hits of a question, with their probabilities where these can be told.

    Args:
        question: What was asked.
        marked: Chips that were marked for it.
        found: Hits, best first, and how they were found.
        background: Of the index, or why none is known.
        options: How the answer is made.
        watch: Receives the time that it takes to tell probabilities.
    """
    from geosearch.index import NoBackground
    from geosearch.search import judge

    hits, how = found
    how = _with_reason(how, background, options)
    notes, words = (*question.notes, *how.notes), question.words
    if words is None or isinstance(background, NoBackground):
        if isinstance(background, NoBackground):
            notes = (*notes, *_unjudged(background, options))
        return Hits(_numbered(hits, options), replace(how, notes=notes), question.asked)
    with watch.time("judge"):
        judged = judge(
            hits,
            words,
            background,
            sum(plan.matching for plan in how.plans),
            min_likely=options.min_likely,
            false=options.false,
            marked=marked,
        )
    how = replace(
        how,
        notes=notes,
        comparisons=judged.comparisons,
        phrases_aside=judged.phrases_aside,
    )
    ranked = _numbered(judged.hits, options)
    return Hits(ranked, how, question.asked, any=judged.any, says=judged.says)


def _numbered(hits: Sequence[Hit], options: AnswerOptions) -> Sequence[Hit]:
    from geosearch.search import with_place_numbers

    return with_place_numbers(hits) if options.places else hits


def _unjudged(why: NoBackground, options: AnswerOptions) -> tuple[str, ...]:
    """Return why hits have no probability, where that can be changed or one was asked for."""
    if options.min_likely is not None or options.false is not None:
        return (f"no probability, and no hit is left out: {why.reason}",)
    return (f"no probability: {why.reason}",) if why.can_be_made else ()
