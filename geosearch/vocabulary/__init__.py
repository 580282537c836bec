"""The words that geosearch knows: phrases that a query is compared with, and how large things are.

Data that anyone can read and correct; nothing here knows of vectors, chips or an index.
"""

from geosearch.vocabulary.bank import BANK_VERSION, Phrase, bank

__all__ = ["BANK_VERSION", "Phrase", "bank"]
