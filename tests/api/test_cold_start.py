"""The first question of a fresh process loads no library that it does not need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import geosearch
from geosearch.encoders import mini

if not mini.bundled_weights().exists():
    pytest.skip("the embedded weights are not in this checkout", allow_module_level=True)

ASIDE = ("torch", "rasterio", "pyproj", "pyarrow", "PIL", "rich.progress", "huggingface_hub")
SAY = f"import json, sys; print(json.dumps([name for name in {ASIDE} if name in sys.modules]))"


def loaded_by(script: str, *arguments: object) -> list[str]:
    """Return which libraries a fresh process has loaded after a script."""
    command = [sys.executable, "-c", f"{script}; {SAY}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names


def test_a_query_from_the_shell_loads_no_torch(spoken: geosearch.Index, tmp_path: Path) -> None:
    script = "import sys; from geosearch.cli.main import run; assert run(sys.argv[1:]) == 0"
    answer = tmp_path / "hits.geojson"
    assert not loaded_by(
        script, "query", "a river", "-i", spoken.generation.folder, "-k", 2, "-o", answer
    )
    assert len(json.loads(answer.read_text())["features"]) == 2


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_a_search_from_python_loads_no_torch(spoken: geosearch.Index, device: str) -> None:
    script = (
        "import sys, geosearch; choice = geosearch.EncoderChoice(device=sys.argv[2]);"
        "found = geosearch.open(sys.argv[1], encoder=choice).search('a river. a mill', k=2);"
        "assert len(found) == 2"
    )
    assert not loaded_by(script, spoken.generation.folder, device)


def test_a_text_without_torch_has_the_vector_that_it_has_beside_it(
    spoken: geosearch.Index,
) -> None:
    script = (
        "import sys, json, geosearch; index = geosearch.open(sys.argv[1]);"
        "print(json.dumps(index.encoder.encode_texts(['a river'])[0].tolist()))"
    )
    command = [sys.executable, "-c", script, str(spoken.generation.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    beside = mini.load(device="cpu").encode_texts(["a river"])[0].tolist()
    assert json.loads(done.stdout) == pytest.approx(beside, abs=1e-5)
