"""Text cleaning of the CLIP family: what happens to a text before it is split into tokens."""

import html

import ftfy


def clean(text: str) -> str:
    """Repair encoding mishaps, resolve HTML entities, collapse white space, lower the case.

    Equal to ``whitespace_clean(basic_clean(text)).lower()`` of OpenAI CLIP's
    ``simple_tokenizer.py``. Entities are resolved twice, since scraped captions are often
    escaped twice.
    """
    text = html.unescape(html.unescape(ftfy.fix_text(text)))
    return " ".join(text.split()).lower()
