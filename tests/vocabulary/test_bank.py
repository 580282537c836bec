"""The bank is what its file says, and its file is sound."""

from geosearch.vocabulary import BANK_VERSION, bank


def test_it_has_the_phrases_of_version_1() -> None:
    kinds = [phrase.kind for phrase in bank()]
    assert BANK_VERSION == 1
    assert [kinds.count(kind) for kind in ("thing", "other", "look")] == [165, 22, 19]
    assert len(kinds) == 206


def test_no_phrase_comes_twice() -> None:
    texts = [phrase.text for phrase in bank()]
    assert len(set(texts)) == len(texts)


def test_every_thing_has_a_range_of_widths_and_nothing_else_has() -> None:
    for phrase in bank():
        assert (phrase.width_m is not None) == (phrase.kind == "thing"), phrase
        if phrase.width_m is not None:
            narrowest, widest = phrase.width_m
            assert 1 < narrowest < widest <= 4e7, phrase
