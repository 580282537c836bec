"""`geosearch eval`: data sets in, a table or JSON out."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.commands import Ran, command

from geosearch.encoders import load_encoder, read_image

SAID = {"red": (190, 40, 30), "green": (40, 150, 40), "blue": (30, 60, 170)}


def run(*arguments: object) -> Ran:
    return command("eval", *arguments)


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Two noisy images of each of three colours, in folders."""
    rng = np.random.default_rng(1)
    for name, colour in SAID.items():
        (tmp_path / "classes" / name).mkdir(parents=True)
        for number in (1, 2):
            noise = rng.integers(-30, 30, (140, 150, 3))
            pixels = (np.asarray(colour) + noise).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "classes" / name / f"{name}{number}.png")
    return tmp_path / "classes"


@pytest.fixture
def captions(tmp_path: Path, classes: Path) -> Path:
    images = [
        {
            "filename": f"{name}{number}.png",
            "split": "test",
            "sentences": [{"raw": f"a {name} roof"}, {"raw": f"{name} ground number {number} ."}],
        }
        for name in SAID
        for number in (1, 2)
    ]
    (tmp_path / "dataset_drawn.json").write_text(json.dumps({"images": images}))
    return tmp_path / "dataset_drawn.json"


def test_retrieval_reports_what_the_vectors_give(captions: Path, classes: Path) -> None:
    result = run("retrieval", captions, "--images", classes, "--encoder", "mini", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["set_name"] == "drawn test"
    assert report["counts"] == {"images": 6, "captions": 12, "texts": 12}
    encoder = load_encoder("mini", device="cpu", precision="float32")
    names = sorted(f"{name}{number}" for name in SAID for number in (1, 2))
    files = [classes / name[:-1] / f"{name}.png" for name in names]
    images = encoder.encode_images(np.stack([encoder.fit(read_image(file)) for file in files]))
    hits = []
    for owner, name in enumerate(names):
        for text in (f"A {name[:-1]} roof", f"{name[:-1]} ground number {name[-1]} ."):
            scores = images @ encoder.encode_texts([text])[0]
            hits.append((scores > scores[owner] + 1e-6).sum() < 5)
    assert report["figures"]["retrieval-text2image-R@5"] == round(100 * np.mean(hits), 2)


def test_retrieval_as_a_table_names_all_hashes(captions: Path, classes: Path) -> None:
    arguments = ("retrieval", captions, "--images", classes, "--encoder", "mini")
    result = run(*arguments, "--protocol", "skyscript", "-o", captions.with_name("report.json"))
    assert result.returncode == 0, result.stderr
    written = json.loads(captions.with_name("report.json").read_text())
    assert "I2T R@100" in result.stdout
    for digest in (*written["data_sha256"].values(), written["prompts_sha256"]):
        assert digest in result.stdout
    assert written["encoder"]["fingerprint"] in result.stdout


def test_classification_draws_its_confusion(classes: Path, tmp_path: Path) -> None:
    result = run("classification", classes, "--encoder", "mini", "--picture", tmp_path / "c.png")
    assert result.returncode == 0, result.stderr
    assert "ours: mini" in result.stdout
    assert "theirs" not in result.stdout
    with Image.open(tmp_path / "c.png") as picture:
        assert picture.width > 3 * 36


def test_a_note_names_the_option_that_it_means(classes: Path) -> None:
    result = run("classification", classes, "--encoder", "mini", "--protocol", "skyscript")
    assert "authors may call them otherwise (--names)" in result.stdout


def test_published_rows_are_marked_as_theirs(classes: Path) -> None:
    arguments = ("classification", classes, "--encoder", "mini", "--protocol", "skyscript")
    result = run(*arguments, "--set", "AID")
    assert "theirs: SkyCLIP B/32" in result.stdout
    assert "FarSLIP" in result.stdout


def test_localization_runs_on_a_drawn_picture(tmp_path: Path) -> None:
    (tmp_path / "imgs").mkdir()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)).save(
        tmp_path / "imgs" / "one.jpg"
    )
    square = [[50, 50], [200, 50], [200, 200], [50, 200]]
    entry = {"caption": "a river\n", "jpg_name": "one.jpg", "points": [square]}
    (tmp_path / "anno.json").write_text(json.dumps([entry]))
    arguments = ("localization", tmp_path / "anno.json", "--images", tmp_path / "imgs")
    result = run(*arguments, "--encoder", "mini", "--json")
    assert result.returncode == 0, result.stderr
    assert set(json.loads(result.stdout)["figures"]) == {"Rsu", "Rda", "Ras", "Rmi"}


def test_a_mistake_is_two_lines_and_a_status(captions: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("retrieval", captions, "--images", tmp_path / "empty", "--encoder", "mini")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-2].startswith("error: there is no image in")
    assert result.stderr.splitlines()[-1].startswith("hint: ")


@pytest.mark.parametrize("command", ["retrieval", "classification", "localization", "recall"])
def test_every_command_shows_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.returncode == 0
    assert f"geosearch eval {command}" in result.stdout


def test_a_class_cannot_write_on_the_terminal_nor_is_its_name_cut(classes: Path) -> None:
    hostile = f"a[red]\x1b[2J{'x' * 120}"
    (classes / "red").rename(classes / hostile)
    ran = run("classification", classes, "--encoder", "null")
    assert ran.returncode == 0
    assert "\x1b" not in ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("a[red]")]
    assert line.startswith(f"a[red]\\x1b[2J{'x' * 120} ")
    assert line.split()[2] == "2"


@pytest.mark.parametrize(
    "outputs", [["-o", "report.csv"], ["-o", "no/r.json"], ["--picture", "c.jpg"]], ids=" ".join
)
def test_what_cannot_be_written_is_refused_before_weights_are_read(
    classes: Path, outputs: list[str]
) -> None:
    ran = run("classification", classes, "--encoder", "mini", "--weights", "none.pt", *outputs)
    assert ran.returncode == 2
    assert outputs[1] in ran.stderr
