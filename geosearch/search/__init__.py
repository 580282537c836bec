"""Search: a query vector and a filter in, ranked hits out.

Rooms, each of which imports only from those before it:

- ``conditions``: what may be asked of chips, in the words that users write
- ``asking``: what may be asked beside them
- ``filters``: these words become a filter
- ``hits``: hits, how they were found, which of them show one place; chips by their ids
- ``likely``: how likely hits are right, and whether there is a right one at all
- ``queries``: what is asked, as vectors
- ``ranking``: the best rows of all segments become hits

What computes is imported when it is first used: naming what may be asked costs nothing heavy.
"""

from typing import TYPE_CHECKING

from geosearch.lazy import lazy_names
from geosearch.search.asking import AnswerOptions, Asking, split_asking
from geosearch.search.conditions import QUANTITIES, Conditions, require_fraction

if TYPE_CHECKING:
    from geosearch.search.filters.make_filter import make_filter, read_near_date
    from geosearch.search.filters.notes import notes_on, nothing_matches, without_others
    from geosearch.search.hits.chip import Chip, window_pixels
    from geosearch.search.hits.explanation import Explanation
    from geosearch.search.hits.find_chip import find_chip, read_chip
    from geosearch.search.hits.hit import Hit
    from geosearch.search.hits.places import Place, places_of, with_place_numbers
    from geosearch.search.hits.sifting import Sifting
    from geosearch.search.hits.where import MARKED, Where
    from geosearch.search.likely.counting import place_count
    from geosearch.search.likely.judging import MarkedChips, judge
    from geosearch.search.likely.probability import likelihood
    from geosearch.search.likely.saying import NONE_BELOW, likely_enough
    from geosearch.search.likely.yardstick import yardstick
    from geosearch.search.queries.compound import Centres, first_term
    from geosearch.search.queries.examples import Examples, read_examples
    from geosearch.search.queries.marks import Marks, read_marks
    from geosearch.search.queries.question import Asked, Question
    from geosearch.search.queries.sentence_weights import weighed
    from geosearch.search.queries.unit_vectors import unit_queries
    from geosearch.search.queries.wording import Wording, read_wording
    from geosearch.search.ranking.history import history
    from geosearch.search.ranking.scale import Preference, preference
    from geosearch.search.ranking.search import hit_count, search, search_many

__all__ = [
    "MARKED",
    "NONE_BELOW",
    "QUANTITIES",
    "AnswerOptions",
    "Asked",
    "Asking",
    "Centres",
    "Chip",
    "Conditions",
    "Examples",
    "Explanation",
    "Hit",
    "MarkedChips",
    "Marks",
    "Place",
    "Preference",
    "Question",
    "Sifting",
    "Where",
    "Wording",
    "find_chip",
    "first_term",
    "history",
    "hit_count",
    "judge",
    "likelihood",
    "likely_enough",
    "make_filter",
    "notes_on",
    "nothing_matches",
    "place_count",
    "places_of",
    "preference",
    "read_chip",
    "read_examples",
    "read_marks",
    "read_near_date",
    "read_wording",
    "require_fraction",
    "search",
    "search_many",
    "split_asking",
    "unit_queries",
    "weighed",
    "window_pixels",
    "with_place_numbers",
    "without_others",
    "yardstick",
]

_HOME = {
    "Asked": "queries.question",
    "Centres": "queries.compound",
    "Chip": "hits.chip",
    "Examples": "queries.examples",
    "Explanation": "hits.explanation",
    "Hit": "hits.hit",
    "MARKED": "hits.where",
    "MarkedChips": "likely.judging",
    "Marks": "queries.marks",
    "NONE_BELOW": "likely.saying",
    "Place": "hits.places",
    "judge": "likely.judging",
    "likelihood": "likely.probability",
    "likely_enough": "likely.saying",
    "yardstick": "likely.yardstick",
    "Preference": "ranking.scale",
    "Question": "queries.question",
    "Sifting": "hits.sifting",
    "Where": "hits.where",
    "Wording": "queries.wording",
    "find_chip": "hits.find_chip",
    "first_term": "queries.compound",
    "history": "ranking.history",
    "hit_count": "ranking.search",
    "make_filter": "filters.make_filter",
    "without_others": "filters.notes",
    "notes_on": "filters.notes",
    "nothing_matches": "filters.notes",
    "place_count": "likely.counting",
    "places_of": "hits.places",
    "preference": "ranking.scale",
    "read_chip": "hits.find_chip",
    "read_examples": "queries.examples",
    "read_marks": "queries.marks",
    "read_near_date": "filters.make_filter",
    "read_wording": "queries.wording",
    "search": "ranking.search",
    "search_many": "ranking.search",
    "unit_queries": "queries.unit_vectors",
    "window_pixels": "hits.chip",
    "weighed": "queries.sentence_weights",
    "with_place_numbers": "hits.places",
}

__getattr__ = lazy_names(__name__, _HOME)
