"""`geosearch query`: texts or vectors in, answers in every form out."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.small_index import SPEC, all_chips, best_ids, chips, record, unit

from geosearch.cli.main import run
from geosearch.index import IndexWriter, open_index

TEXTS = ["a river", "a lake among hills", "tennis court between two white buildings"]

Captured = pytest.CaptureFixture[str]


def windows(count: int) -> list[list[int]]:
    return [[64 * column, 0, 64, 64] for column in range(count)]


def asked(path: Path, texts: list[str]) -> Path:
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def test_a_text_a_line_gives_features_that_name_query_and_rank(
    spoken: Path, tmp_path: Path, capsys: Captured
) -> None:
    file = asked(tmp_path / "texts.txt", TEXTS)
    assert run(["query", "--queries", str(file), "-i", str(spoken), "-k", "2"]) == 0
    features = json.loads(capsys.readouterr().out)["features"]
    named = [(f["properties"]["query"], f["properties"]["rank"]) for f in features]
    assert named == [(text, rank) for text in TEXTS for rank in (1, 2)]
    assert [f["properties"]["window"] for f in features[::2]] == windows(3)


def test_a_list_of_one_text_names_it_and_a_text_alone_does_not(
    spoken: Path, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "texts.json"
    file.write_text(json.dumps(TEXTS[:1]))
    assert run(["query", "--queries", str(file), "-i", str(spoken), "-k", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["features"][0]["properties"]["query"] == TEXTS[0]
    assert run(["query", TEXTS[0], "-i", str(spoken), "-k", "1"]) == 0
    assert "query" not in json.loads(capsys.readouterr().out)["features"][0]["properties"]


def test_a_table_has_a_block_a_query(spoken: Path, tmp_path: Path, capsys: Captured) -> None:
    file = asked(tmp_path / "texts.txt", TEXTS)
    arguments = ["query", "--queries", str(file), "-i", str(spoken), "-k", "2", "-f", "table"]
    assert run(arguments) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    assert [block.splitlines()[0].strip() for block in blocks] == TEXTS
    assert all(len(block.strip().splitlines()) == 4 for block in blocks)


def test_json_is_a_line_a_query_with_hits_and_explanation(
    spoken: Path, tmp_path: Path, capsys: Captured
) -> None:
    file, lines = asked(tmp_path / "texts.txt", TEXTS), tmp_path / "answers.jsonl"
    command = ["query", "--queries", str(file), "-i", str(spoken), "-k", "3"]
    assert run([*command, "--json"]) == 0
    assert run([*command, "-o", str(lines)]) == 0
    for text in (capsys.readouterr().out, lines.read_text()):
        answers = [json.loads(line) for line in text.splitlines()]
        assert [answer["query"] for answer in answers] == TEXTS
        assert [answer["hits"][0]["window"] for answer in answers] == windows(3)
        assert answers[0]["hits"][0]["footprint"]["type"] == "Polygon"
        (plan,) = answers[0]["explanation"]["plans"]
        assert (plan["tier"], plan["matching"], plan["recall"]) == ("exact", 100, 1.0)
        steps = answers[0]["explanation"]["milliseconds"]
        assert set(steps) == {
            *("load encoder", "background", "encode text"),
            *("filter", "search", "records"),
        }


def test_explain_says_on_stderr_what_was_done(spoken: Path, capsys: Captured) -> None:
    assert run(["query", "a river", "-i", str(spoken), "--bbox", "0,0,0.05,1", "--explain"]) == 0
    said = capsys.readouterr().err
    assert "100 chips, 10 pass the filter in " in said
    assert "exact: 10 scored, recall 1.000" in said
    for step in ("filter", "search", "records"):
        assert f"{step}  " in said


@pytest.fixture(scope="module")
def scales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of chips of three ground resolutions, and of none that is known."""
    folder = tmp_path_factory.mktemp("query") / "scales"
    gsd_m = np.tile(np.array([0, 0.3, 0.6, 1.2], np.float32), 25)
    with IndexWriter(folder, SPEC) as writer:
        writer.stage(record(0), replace(chips(0), gsd_m=gsd_m))
        writer.publish()
    return folder


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--min-gsd", "0.3"], {0.3, 0.6, 1.2}),
        (["--max-gsd", "0.3"], {0.3}),
        (["--min-gsd", "0.5", "--max-gsd", "1"], {0.6}),
        (["--min-gsd", "2"], set()),
    ],
)
def test_hits_are_of_the_ground_resolution_that_is_asked_for(
    scales: Path, tmp_path: Path, capsys: Captured, asked: list[str], found: set[float]
) -> None:
    np.save(tmp_path / "one.npy", unit(1))
    command = ["query", "--vector", str(tmp_path / "one.npy"), "-i", str(scales), "-k", "200"]
    assert run([*command, "--json", *asked]) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert len(hits) == 25 * len(found)
    assert {round(hit["gsd_m"], 6) for hit in hits} == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--min-gsd", "nan"], "--min-gsd is nan"),
        (["--max-gsd", "0"], "--max-gsd is 0"),
        (["--min-gsd", "2", "--max-gsd", "1"], "--min-gsd 2 is above --max-gsd 1"),
    ],
)
def test_a_ground_resolution_that_cannot_be_meant_is_refused(
    scales: Path, capsys: Captured, asked: list[str], said: str
) -> None:
    assert run(["query", "a river", "-i", str(scales), *asked]) == 2
    captured = capsys.readouterr().err
    assert said in captured
    assert "hint: " in captured


@pytest.mark.parametrize("content", ["  \n", "", "\r\n\r\n", "\ufeff"])
def test_a_file_of_empty_texts_is_an_error(
    spoken: Path, tmp_path: Path, capsys: Captured, content: str
) -> None:
    file = tmp_path / "texts.txt"
    file.write_text(content, encoding="utf-8")
    assert run(["query", "--queries", str(file), "-i", str(spoken)]) == 2
    assert f"line 1 of {file} is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("texts.txt", "a river\n\na lake among hills\n", "line 2"),
        ("texts.txt", "a river\na lake among hills\n\n", "line 3"),
        ("texts.json", '["a river", "a \\ud83d lake", "a lake among hills"]', "entry 2"),
        ("texts.json", '["a river", 5, "a lake among hills"]', "entry 2"),
    ],
)
def test_a_text_that_cannot_be_asked_is_named_and_the_others_are_asked(
    spoken: Path, tmp_path: Path, capsys: Captured, name: str, content: str, told: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    assert run(["query", "--queries", str(file), "-i", str(spoken), "-k", "1"]) == 3
    captured = capsys.readouterr()
    assert f"refused: {told} of {file}: " in captured.err
    features = json.loads(captured.out)["features"]
    assert [f["properties"]["query"] for f in features] == TEXTS[:2]


def test_a_vector_without_a_direction_is_named_and_the_others_are_asked(
    unknown: Path, tmp_path: Path, capsys: Captured
) -> None:
    np.save(tmp_path / "v.npy", np.stack([unit(1), 0 * unit(1), unit(2)]))
    assert run(["query", "--vector", str(tmp_path / "v.npy"), "-i", str(unknown), "--json"]) == 3
    captured = capsys.readouterr()
    answers = [json.loads(line) for line in captured.out.splitlines()]
    assert [answer["query"] for answer in answers] == ["v.npy[0]", "v.npy[2]"]
    assert "refused: v.npy[1]: " in captured.err


def test_where_the_index_lies_is_said_when_nothing_matches(
    unknown: Path, tmp_path: Path, capsys: Captured
) -> None:
    np.save(tmp_path / "one.npy", unit(1))
    command = ["query", "--vector", str(tmp_path / "one.npy"), "-i", str(unknown), "--json"]
    assert run([*command, "--bbox", "100,50,101,51", "--datetime", "1999"]) == 0
    captured = capsys.readouterr()
    said = (
        "no chip matches the filter; the index lies within 0,0,5,1 (W,S,E,N), "
        "from 2020-01-01T00:00:00Z to 2020-01-05T00:00:00Z"
    )
    assert captured.err.splitlines() == [said]
    assert json.loads(captured.out)["explanation"]["notes"] == [said]
    assert run([*command, "--bbox", "100,50,101,51"]) == 0
    assert capsys.readouterr().err.splitlines() == [said.partition(", from")[0]]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "no query given"),
        (["a river", "--queries", "x.txt"], "several queries given"),
        (["--queries", "x.txt", "--vector", "x.npy"], "several queries given"),
        (["--queries", "nowhere.txt"], "nowhere.txt"),
        (["--vector", "nowhere.npy"], "nowhere.npy"),
        (["a river", "--json", "-f", "geojson"], "--json and -f geojson"),
        (["a river", "-f", "png"], "standard output"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    spoken: Path, capsys: Captured, arguments: list[str], word: str
) -> None:
    assert run(["query", *arguments, "-i", str(spoken)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert word in captured.err
    assert "hint: " in captured.err


def test_a_text_that_is_not_utf_8_is_refused(spoken: Path, capsys: Captured) -> None:
    assert run(["query", "sc\udce8ne", "-i", str(spoken)]) == 2
    assert "the query is not UTF-8 text: sc\\xe8ne" in capsys.readouterr().err


def test_how_an_area_was_read_is_said_before_anything_is_removed(
    unknown: Path, tmp_path: Path, capsys: Captured
) -> None:
    square = {"type": "Polygon", "coordinates": [[[9, 9], [9.1, 9], [9.1, 9.1], [9, 9]]]}
    features = [{"type": "Feature", "geometry": one} for one in (None, square)]
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    lines = [
        f"--intersects {path}: 1 of 2 features cannot be used and are left out: "
        "feature 1 has no geometry",
        "no chip matches the filter; the index lies within 0,0,5,1 (W,S,E,N)",
    ]
    np.save(tmp_path / "one.npy", unit(1))
    for command in (
        ["query", "--vector", str(tmp_path / "one.npy")],
        ["remove", "--yes"],
        ["export", "-o", str(tmp_path / "out.parquet")],
    ):
        assert run([*command, "-i", str(unknown), "--intersects", str(path)]) == 0
        assert capsys.readouterr().err.splitlines()[:2] == lines


def test_a_picture_of_several_queries_is_refused(
    spoken: Path, tmp_path: Path, capsys: Captured
) -> None:
    file = asked(tmp_path / "texts.txt", TEXTS)
    arguments = ["query", "--queries", str(file), "-i", str(spoken)]
    assert run([*arguments, "-o", str(tmp_path / "hits.png")]) == 2
    assert "one query" in capsys.readouterr().err


def test_a_vector_finds_what_brute_force_finds_without_an_encoder(
    unknown: Path, tmp_path: Path, capsys: Captured
) -> None:
    np.save(tmp_path / "one.npy", 3 * unit(1))
    command = ["query", "--vector", str(tmp_path / "one.npy"), "-i", str(unknown), "--json"]
    assert run(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["query"] == "one.npy"
    assert [hit["id"] for hit in answer["hits"]] == best_ids(all_chips(), unit(1), 10)
    assert set(answer["explanation"]["milliseconds"]) == {"filter", "search", "records"}


def test_several_vectors_are_called_by_their_number(
    unknown: Path, tmp_path: Path, capsys: Captured
) -> None:
    np.save(tmp_path / "two.npy", np.stack([unit(1), unit(2)]).astype(np.float64))
    assert run(["query", "--vector", str(tmp_path / "two.npy"), "-i", str(unknown), "--json"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["query"] for answer in answers] == ["two.npy[0]", "two.npy[1]"]
    assert [hit["id"] for hit in answers[1]["hits"]] == best_ids(all_chips(), unit(2), 10)


def test_what_embed_wrote_is_asked_by_its_texts(
    spoken: Path, tmp_path: Path, capsys: Captured
) -> None:
    file, vectors = asked(tmp_path / "texts.txt", TEXTS), tmp_path / "texts.npz"
    assert run(["embed", "--texts", str(file), "--encoder", "mini", "-o", str(vectors)]) == 0
    assert run(["query", "--vector", str(vectors), "-i", str(spoken), "-k", "1"]) == 0
    features = json.loads(capsys.readouterr().out)["features"]
    assert [f["properties"]["query"] for f in features] == TEXTS
    assert [f["properties"]["window"] for f in features] == windows(3)


def test_an_index_whose_encoder_is_not_here_refuses_a_text(unknown: Path, capsys: Captured) -> None:
    assert run(["query", "a river", "-i", str(unknown)]) != 0
    assert "hint: " in capsys.readouterr().err
    assert open_index(unknown).chip_count == 500
