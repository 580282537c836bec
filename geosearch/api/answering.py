"""What an index finds becomes an answer: probabilities, places, and what is to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from geosearch.api.hits import Hits

if TYPE_CHECKING:
    from geosearch.index import Background, NoBackground
    from geosearch.search import AnswerOptions, Explanation, Hit, Question


def answer(
    question: Question,
    hits: Sequence[Hit],
    how: Explanation,
    background: Background | NoBackground,
    options: AnswerOptions,
) -> Hits:
    """Return the hits of a question, with their probabilities where these can be told.

    Args:
        question: What was asked.
        hits: Best first.
        how: How they were found.
        background: Of the index, or why none is known.
        options: How the answer is made.
    """
    from geosearch.index import NoBackground
    from geosearch.search import judge

    wording = question.wording
    asked, read_as = (None, None) if wording is None else (wording.asked, wording.read_as)
    notes = how.notes if wording is None else (*wording.notes, *how.notes)
    if isinstance(background, NoBackground):
        notes = (*notes, *_unjudged(background, options))
        return Hits(hits, replace(how, notes=notes), asked, read_as)
    judged = judge(
        hits,
        question.vector,
        background,
        sum(plan.matching for plan in how.plans),
        min_likely=options.min_likely,
        false=options.false,
    )
    how = replace(
        how,
        notes=notes,
        comparisons=judged.comparisons,
        phrases_aside=judged.phrases_aside,
    )
    return Hits(judged.hits, how, asked, read_as, any=judged.any, says=judged.says)


def _unjudged(why: NoBackground, options: AnswerOptions) -> tuple[str, ...]:
    """Return why hits have no probability, where that can be changed or one was asked for."""
    if options.min_likely is not None or options.false is not None:
        return (f"no probability, and no hit is left out: {why.reason}",)
    return (f"no probability: {why.reason}",) if why.can_be_made else ()
