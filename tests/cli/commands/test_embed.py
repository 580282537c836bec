"""`geosearch embed`: files in, vectors out."""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from support.commands import Ran, command

from geosearch.encoders import load_encoder


def embed(*arguments: object) -> Ran:
    return command("embed", "--encoder", "mini", *arguments)


def picture(path: Path, seed: int, size: tuple[int, int] = (200, 150)) -> Path:
    rng = np.random.default_rng(seed)
    Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8)).save(path)
    return path


def stored(path: Path) -> tuple[list[str], np.ndarray]:
    with np.load(path) as file:
        return file["items"].tolist(), file["vectors"]


def test_texts_of_a_text_file_come_back_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("a lake\n\n水 a très long text\n", encoding="utf-8")
    result = embed("--texts", tmp_path / "texts.txt", "-o", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    items, vectors = stored(tmp_path / "out.npz")
    assert items == ["a lake", "", "水 a très long text"]
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    expected = load_encoder("mini", precision="float32").encode_texts(["a lake"])
    np.testing.assert_allclose(vectors[:1], expected, atol=1e-5)


def test_a_json_file_is_a_list_of_texts_with_their_line_ends(tmp_path: Path) -> None:
    texts = ["two\nlines", "one"]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    assert embed("--texts", tmp_path / "texts.json", "-o", tmp_path / "out.npz").returncode == 0
    assert stored(tmp_path / "out.npz")[0] == texts


def test_several_images_and_folders_of_any_size_are_embedded(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    files = [
        picture(tmp_path / "b.png", 1),
        picture(tmp_path / "a.png", 2, (90, 300)),
        picture(tmp_path / "folder" / "c.jpg", 3),
    ]
    result = embed("--images", files[0], files[1], tmp_path / "folder", "-o", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    items, vectors = stored(tmp_path / "out.npz")
    assert items == [str(file) for file in files]
    assert vectors.shape == (3, 512)


def test_an_image_that_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png", 1)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    result = embed("--images", good, "--images", tmp_path / "bad.png", "-o", tmp_path / "out.npz")
    assert result.returncode == 3
    assert "bad.png" in result.stderr
    assert stored(tmp_path / "out.npz")[0] == [str(good)]
