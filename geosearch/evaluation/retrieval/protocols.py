"""Retrieval between images and their captions, by the protocols that papers report.

The counting is in ``retrieval.py``; here is what each protocol takes for a query, what it says
before a caption, and what it does with equal captions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geosearch.arguments import checked
from geosearch.encoders import Encoder
from geosearch.errors import UsageError
from geosearch.evaluation.encoder_source import EncoderSource, load_source
from geosearch.evaluation.pictures import Pictures, embed_pictures
from geosearch.evaluation.published import published_retrieval
from geosearch.evaluation.report import EncoderUsed, Protocol, Report, hash_of_texts
from geosearch.evaluation.retrieval.captions import CaptionedSet, first_line_of
from geosearch.evaluation.retrieval.recall import (
    pooled_recall,
    recalls_with_ties_lost,
    retrieval_recall,
)
from geosearch.reporting import LOG, Reporter

RETRIEVAL_PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            "remoteclip",
            "RemoteCLIP's: every caption is a query, answered by its own image only; no prefix",
        ),
        Protocol(
            "skyscript",
            'SkyScript\'s: the prefix "a satellite image. "; equal captions are one query, '
            "answered by any of their images",
        ),
        Protocol(
            "long-text",
            "Long-CLIP's Urban1k scheme: one caption an image, its first line",
        ),
    )
}
"""By name."""

_PREFIX = "a satellite image. "
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Queries:
    """Texts of a protocol, and which images each is of."""

    texts: tuple[str, ...]
    """As given to the encoder."""
    pairs: NDArray[np.int64]
    """int64 [m, 2], text and image, each pair once."""


@checked
def evaluate_retrieval(
    encoder: EncoderSource,
    captioned: CaptionedSet,
    pictures: Pictures,
    protocol: str = "remoteclip",
    *,
    reporter: Reporter = LOG,
) -> Report:
    """Judge an encoder by retrieval in both directions.

    Args:
        encoder: The encoder to judge, or a function that loads it.
        captioned: Images by name with their captions.
        pictures: Where those images are.
        protocol: A name in :data:`RETRIEVAL_PROTOCOLS`.
        reporter: Receives the progress.

    Raises:
        UsageError: The protocol is unknown, or an image is not there.
        EncoderError: An image cannot be read.
    """
    chosen = _protocol(protocol)
    queries = queries_of(captioned, protocol)
    by_stem = captioned.split == "all"  # text files say no ending
    names = (pictures.find_stems if by_stem else pictures.find)(captioned.images)
    encoder = load_source(encoder)
    embedded = embed_pictures(encoder, pictures, names, reporter=reporter)
    texts = embed_in_batches(encoder, queries.texts, reporter=reporter)
    scores = texts @ embedded.vectors.T
    counts = {"images": len(names), "captions": len(queries.pairs), "texts": len(queries.texts)}
    return Report(
        task="retrieval",
        protocol=chosen,
        set_name=f"{captioned.name} {captioned.split}",
        counts=counts,
        figures=recall_of(scores, queries, protocol),
        unit="percent",
        data_sha256={"captions": captioned.sha256, "images": embedded.sha256},
        prompts_sha256=hash_of_texts(queries.texts),
        encoder=EncoderUsed.of(encoder),
        notes=(_about_ties(scores, queries, protocol),),
        published=published_retrieval(protocol, captioned.name, captioned.split, counts),
    )


def queries_of(captioned: CaptionedSet, protocol: str) -> Queries:
    """Return the texts of a set as a protocol asks them, with the images of each.

    Raises:
        UsageError: The protocol is unknown.
    """
    _protocol(protocol)
    said = [(text, i) for i, texts in enumerate(captioned.captions) for text in texts]
    if protocol == "skyscript":
        return _distinct([(_PREFIX + text, image) for text, image in said])
    if protocol == "remoteclip":
        asked = [(text.capitalize(), image) for text, image in said]
    else:
        firsts = [(texts[0], i) for i, texts in enumerate(captioned.captions) if texts]
        asked = [(first_line_of(text), image) for text, image in firsts]
    pairs = np.asarray([(row, image) for row, (_, image) in enumerate(asked)], np.int64)
    return Queries(tuple(text for text, _ in asked), pairs)


def _distinct(said: list[tuple[str, int]]) -> Queries:
    texts = sorted({text for text, _ in said})
    row_of = {text: row for row, text in enumerate(texts)}
    pairs = sorted({(row_of[text], image) for text, image in said})
    return Queries(tuple(texts), np.asarray(pairs, np.int64))


def recall_of(scores: NDArray[np.floating], queries: Queries, protocol: str) -> Mapping[str, float]:
    """Return the figures of a protocol, scores [texts, images]."""
    if protocol != "skyscript":
        return retrieval_recall(scores, queries.pairs[:, 1])
    positive = np.zeros(scores.shape, np.bool_)
    positive[queries.pairs[:, 0], queries.pairs[:, 1]] = True
    return pooled_recall(scores, positive)


def _about_ties(scores: NDArray[np.floating], queries: Queries, protocol: str) -> str:
    if protocol == "skyscript":
        return "a tie counts for the right one"
    lost = recalls_with_ties_lost(scores, queries.pairs[:, 1])
    return (
        "a tie counts for the right one; if every tie were lost, I2T R@1 would be "
        f"{lost.image_to_text[0]:.2f}, T2I R@1 {lost.text_to_image[0]:.2f}, mR {lost.mean:.2f}"
    )


def embed_in_batches(
    encoder: Encoder, texts: tuple[str, ...], *, reporter: Reporter = LOG
) -> NDArray[np.float32]:
    """Embed texts, float32 [n, dim], unit length, with a bar on stderr."""
    vectors = []
    with reporter.step("embedding", len(texts), "texts") as advance:
        for start in range(0, len(texts), _BATCH):
            vectors.append(encoder.encode_texts(texts[start : start + _BATCH]))
            advance(len(vectors[-1]))
    return np.concatenate(vectors)


def _protocol(name: str) -> Protocol:
    if name not in RETRIEVAL_PROTOCOLS:
        raise UsageError(
            f"unknown retrieval protocol {name!r}",
            hint=f"choose one of {', '.join(RETRIEVAL_PROTOCOLS)}",
            parameter="protocol",
        )
    return RETRIEVAL_PROTOCOLS[name]
