"""The words that geosearch knows: phrases that a query is compared with, and how large things are.

Data that anyone can read and correct, and what is read from a text without an encoder. Nothing
here knows of vectors, chips or an index.
"""

from geosearch.vocabulary.bank import BANK_VERSION, bank
from geosearch.vocabulary.kinds import KINDS, NO_PICTURES
from geosearch.vocabulary.negation import excluded
from geosearch.vocabulary.sentences import sentences
from geosearch.vocabulary.spelling import spelled

__all__ = ["BANK_VERSION", "KINDS", "NO_PICTURES", "bank", "excluded", "sentences", "spelled"]
