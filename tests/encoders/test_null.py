"""The encoder that sees nothing is an encoder all the same, and nobody gets it unasked."""

import numpy as np
import pytest

from geosearch.encoders import Encoder, choose_default, encoder_names, load_encoder
from geosearch.errors import EncoderError


def test_every_vector_is_the_same_and_of_unit_length() -> None:
    encoder = load_encoder("null")
    assert isinstance(encoder, Encoder)
    chips = np.random.default_rng(0).integers(0, 256, (3, 50, 60, 3), np.uint8)
    vectors = np.concatenate([encoder.encode_images(chips), encoder.encode_texts(["a", "b"])])
    assert vectors.shape == (5, encoder.dim)
    np.testing.assert_allclose(vectors @ vectors.T, 1, atol=1e-5)


def test_it_is_neither_listed_nor_chosen() -> None:
    assert "null" not in encoder_names()
    assert choose_default().name != "null"


def test_it_refuses_what_is_no_image() -> None:
    with pytest.raises(EncoderError, match="chips"):
        load_encoder("null").encode_images(np.zeros((2, 8, 8), np.uint8))
