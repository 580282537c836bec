"""An encoder whose answers are known, and images for it."""

import io
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

WORDS = ("red", "green", "blue")
Colour = tuple[int, int, int]


class Colours:
    """The vector of an image is its mean colour, that of a text counts the colours it names."""

    name = "colours"
    fingerprint = "colours-0"
    precision = "float32"
    device = "cpu"
    dim, image_size, text_length = 3, 16, 8

    def fit(self, image: np.ndarray) -> np.ndarray:
        return np.asarray(Image.fromarray(image).resize((self.image_size, self.image_size)))

    def encode_images(self, chips: np.ndarray) -> np.ndarray:
        return unit(chips.reshape(len(chips), -1, 3).mean(axis=1) + 1e-3)

    def encode_texts_raw(self, texts: Sequence[str]) -> np.ndarray:
        counts = [[text.lower().count(word) for word in WORDS] for text in texts]
        return np.asarray(counts, np.float32) + np.float32(0.01)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        return unit(self.encode_texts_raw(texts))


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))


@pytest.fixture
def colours() -> Colours:
    return Colours()


@pytest.fixture
def paint(tmp_path: Path) -> Callable[[Mapping[str, Colour]], tuple[Path, Path]]:
    """Write plain images of a colour each, as a folder and as a tar file of the same bytes."""

    def write(images: Mapping[str, Colour]) -> tuple[Path, Path]:
        folder, archive = tmp_path / "images", tmp_path / "images.tar"
        with tarfile.open(archive, "w") as tar:
            for name, colour in images.items():
                data = io.BytesIO()
                Image.new("RGB", (24, 20), colour).save(data, "PNG")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data.getvalue())
                member = tarfile.TarInfo(name)
                member.size = len(data.getvalue())
                tar.addfile(member, io.BytesIO(data.getvalue()))
        return folder, archive

    return write
