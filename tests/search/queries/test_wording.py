"""What a text is read as, by the encoders that there are."""

from geosearch.encoders import load_encoder
from geosearch.search.queries.wording import read_wording


def test_the_bundled_encoder_gets_mended_words() -> None:
    wording = read_wording("an aiport beside a rivver", load_encoder("mini"))
    assert wording.read_as == "an airport beside a river"
    assert wording.notes[0] == 'taking "aiport" for "airport"; `as_written` keeps it'


def test_a_text_is_taken_as_it_is_written_where_that_is_asked_for() -> None:
    wording = read_wording("an aiport", load_encoder("mini"), as_written=True)
    assert (wording.read_as, wording.notes) == ("an aiport", ())


def test_an_encoder_that_tells_no_words_apart_mends_none() -> None:
    assert read_wording("an aiport", load_encoder("null")).read_as == "an aiport"


def test_words_of_another_language_are_named() -> None:
    notes = read_wording("ein Flughafen", load_encoder("mini")).notes
    assert notes == ('words that the encoder does not know: "Flughafen"',)


def test_a_text_that_excludes_something_gets_a_remark() -> None:
    notes = read_wording("a lake without a town", load_encoder("null")).notes
    assert notes == ('encoders ignore words such as without: give `avoid` "town" instead',)
