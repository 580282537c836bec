"""Image files of many kinds become RGB, or are refused by name."""

import contextlib
import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from geosearch.encoders import read_image
from geosearch.encoders.images.image_files import decode_image
from geosearch.errors import EncoderError

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


def written(picture: Image.Image, path: Path, **options: Any) -> np.ndarray:
    picture.save(path, **options)
    found = read_image(path)
    assert found.dtype == np.uint8
    assert found.shape == (20, 30, 3)
    return found


@pytest.mark.parametrize("ending", [".png", ".tif", ".bmp", ".ppm"])
def test_rgb_files_are_read_as_they_are(ending: str, tmp_path: Path) -> None:
    found = written(Image.fromarray(PIXELS), tmp_path / f"a{ending}")
    np.testing.assert_array_equal(found, PIXELS)


def test_alpha_is_dropped(tmp_path: Path) -> None:
    rgba = np.concatenate([PIXELS, np.zeros((20, 30, 1), np.uint8)], axis=2)
    np.testing.assert_array_equal(written(Image.fromarray(rgba), tmp_path / "a.png"), PIXELS)


def test_grey_images_get_three_equal_bands(tmp_path: Path) -> None:
    found = written(Image.fromarray(PIXELS[..., 0]), tmp_path / "a.png")
    np.testing.assert_array_equal(found, np.repeat(PIXELS[..., :1], 3, axis=2))


@pytest.mark.parametrize("options", [{}, {"transparency": 3}])
def test_palette_images_get_their_colours(options: dict[str, int], tmp_path: Path) -> None:
    picture = Image.fromarray(PIXELS).quantize(16)
    found = written(picture, tmp_path / "a.png", **options)
    np.testing.assert_array_equal(found, np.asarray(picture.convert("RGB")))


def test_greys_of_16_bits_are_stretched_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(300, 3000, 600).astype(np.uint16).reshape(20, 30)
    found = written(Image.fromarray(ramp), tmp_path / "a.tif")[..., 0].ravel()
    assert (np.diff(found.astype(int)) >= 0).all()
    assert found[0] == 0
    assert found[-1] == 255
    assert 120 < found[300] < 136


def test_a_flat_or_broken_float_image_is_no_crash(tmp_path: Path) -> None:
    flat = np.full((20, 30), np.nan, np.float32)
    assert not written(Image.fromarray(flat), tmp_path / "a.tif").any()


def test_files_that_are_no_images_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not an image")
    Image.fromarray(PIXELS).save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:200])
    for name in ("words.png", "cut.png", "missing.png", "."):
        with pytest.raises(EncoderError, match=name) as caught:
            read_image(tmp_path / name)
        assert caught.value.hint


def test_an_image_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(EncoderError, match="too large") as caught:
        read_image(tmp_path / "a.png")
    assert "geosearch.build(" in caught.value.hint


# strangers' files


def claimed_png(width: int, height: int) -> bytes:
    """Return a picture of a few bytes that claims a size, all black."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    packed = zlib.compress(bytes((3 * width + 1) * min(height, 1000)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8193, 8192), (13_000, 13_000), (60_000, 60_000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_by_its_size(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(claimed_png(*size) if size[0] < 2**20 else claimed_png(1, 1).replace(
        struct.pack(">II", 1, 1), struct.pack(">II", *size)))  # fmt: skip
    with pytest.raises(EncoderError, match=r"too large|cannot read"):
        read_image(path)


def test_a_program_is_not_run_for_a_picture(tmp_path: Path) -> None:
    """Pillow hands PostScript to Ghostscript, whatever the file is called."""
    path = tmp_path / "x.png"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    with pytest.raises(EncoderError, match="cannot identify image file"):
        read_image(path)


@pytest.mark.parametrize("path", ["pipe.png", "/dev/zero", "."])
def test_what_is_not_a_file_is_refused_at_once(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.png")
    with pytest.raises(EncoderError, match="not a file"):
        read_image(path)


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it forgives
@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "gif", "webp", "jp2", "bmp", "ppm"])
@settings(deadline=None)
@given(data=st.data())
def test_a_damaged_picture_is_read_or_refused(ending: str, data: st.DataObject) -> None:
    file = io.BytesIO()
    picture = Image.fromarray(PIXELS)
    picture.save(file, Image.registered_extensions()[f".{ending}"])
    content = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, min(len(content), 300) - 1))] = data.draw(
            st.integers(0, 255)
        )
    with contextlib.suppress(EncoderError):
        decode_image(bytes(content[: data.draw(st.integers(0, len(content)))]), "x")
