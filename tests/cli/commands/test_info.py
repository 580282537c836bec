"""`geosearch info`: what was measured when an index was built, in words and as JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
from support.indexes.sealing import reseal
from support.small_index import DIM, SPEC, build, chips, record

from geosearch.cli.main import run
from geosearch.index import IndexWriter
from geosearch.vocabulary import bank

Captured = pytest.CaptureFixture[str]


def put_plan(index: Path, recalls: list[tuple[float, str, float]], queries: str) -> None:
    (path,) = index.glob("segments/*/ann/plan.json")
    plan = json.loads(path.read_text())
    plan["queries"] = queries
    plan["recalls"] = [
        {"selectivity": fraction, "tier": tier, "recall": recall}
        for fraction, tier, recall in recalls
    ]
    path.write_text(json.dumps(plan))
    reseal(index)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build(tmp_path / "index", segments=1, ann="ivfpq")
    return tmp_path / "index"


def test_recall_is_told_by_selectivity_and_by_what_was_asked(index: Path, capsys: Captured) -> None:
    put_plan(index, [(1.0, "ivfpq", 0.998), (0.1, "ivfpq", 0.9961), (0.01, "exact", 1.0)], "drawn")
    assert run(["info", "-i", str(index)]) == 0
    told = capsys.readouterr().out
    assert (
        "recall@10 (drawn vectors): 0.998 for everything, 0.996 for a tenth, "
        "exact for a hundredth or less"
    ) in told
    assert "needs: " in told
    assert "costs: " in told


def test_json_has_all_that_was_measured(index: Path, capsys: Captured) -> None:
    put_plan(index, [(1.0, "ivfpq", 0.5)], "drawn")
    assert run(["info", "-i", str(index), "--json"]) == 0
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert segment["calibration"]["recalls"] == [
        {"selectivity": 1.0, "tier": "ivfpq", "recall": 0.5}
    ]
    assert segment["texts_asked"] == 0
    assert {"row", "code", "candidate"} <= segment["calibration"]["costs"].keys()
    needs = segment["calibration"]["needs"][0]
    assert {"selectivity", "fraction", "candidates", "scored"} == needs.keys()
    assert {"usual", "deviations"} == segment["calibration"]["errors"].keys()


def test_the_length_of_a_code_is_told(index: Path, capsys: Captured) -> None:
    assert run(["info", "-i", str(index)]) == 0
    assert (
        "IVF-PQ of 4 bytes per chip" in capsys.readouterr().out
    )  # of 16 numbers, half a byte a pair
    assert run(["info", "-i", str(index), "--json"]) == 0
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert segment["code_bytes"] == 4


def test_an_exact_index_has_nothing_to_measure(tmp_path: Path, capsys: Captured) -> None:
    build(tmp_path / "index")
    assert run(["info", "-i", str(tmp_path / "index")]) == 0
    told = capsys.readouterr().out
    assert "exact scan" in told
    assert "recall" not in told


def test_what_hits_are_judged_by_is_told(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "index"
    phrases = np.eye(DIM, dtype=np.float32)[np.arange(len(bank())) % DIM]
    with IndexWriter(folder, SPEC, phrases=lambda: phrases) as writer:
        writer.stage(record(0), chips(0))
        writer.publish()
    assert run(["info", "-i", str(folder)]) == 0
    assert "likely    by 206 phrases (bank 1) and 100 sampled chips\n" in capsys.readouterr().out


def test_an_index_without_probabilities_says_what_to_do(index: Path, capsys: Captured) -> None:
    assert run(["info", "-i", str(index)]) == 0
    said = "likely    no probability: run `geosearch index` or `geosearch compact` once\n"
    assert said in capsys.readouterr().out
