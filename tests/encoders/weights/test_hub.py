"""Weights are found in the hub's cache, and nothing hangs where there is no hub."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch

from geosearch.encoders.weights.hub import checkpoint_name

REPO = "MitsuiChen14/DGTRS-CLIP-ViT-B-16"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"README.md": 9, "LRSCLIP_ViT-B-16.pt": 600, ".gitattributes": 1}, "LRSCLIP_ViT-B-16.pt"),
        ({"DGTRS-CLIP-ViT-B-16": 600, "config.json": 2, "LICENSE": 11}, "DGTRS-CLIP-ViT-B-16"),
        ({"a.pt": 600, "optimizer.pt": 1200, "b.jpg": 9000}, "optimizer.pt"),
        ({"model.pt": 600, "model.safetensors": 600}, "model.safetensors"),
        ({"weights/model.bin": 600, ".cache/x.pt": 900}, "weights/model.bin"),
        ({"README": 100, "figure.png": 3}, None),
        ({}, None),
    ],
)
def test_the_checkpoint_of_a_repository_is_its_largest_file_of_weights(
    sizes: Mapping[str, int], expected: str | None
) -> None:
    assert checkpoint_name(sizes) == expected


def python(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={k: v for k, v in os.environ.items() if not k.startswith("HF_")} | environment,
    )


def fill_cache(home: Path, state: dict[str, torch.Tensor], *, reference: bool = True) -> Path:
    """Lay a repository into a cache as `hf download` does it."""
    folder = home / "hub" / f"models--{REPO.replace('/', '--')}"
    snapshot = folder / "snapshots" / COMMIT
    (folder / "blobs").mkdir(parents=True)
    snapshot.mkdir(parents=True)
    torch.save(state, folder / "blobs" / "b0")
    (snapshot / "any name").symlink_to(folder / "blobs" / "b0")
    (snapshot / "README.md").write_text("# a card")
    (snapshot / "gone.pt").symlink_to(folder / "blobs" / "interrupted")
    if reference:
        (folder / "refs").mkdir()
        (folder / "refs" / "main").write_text(COMMIT)
    return snapshot / "any name"


LOAD = """
from geosearch.encoders import choose_default, load_encoder
from geosearch.encoders.weights import hub
choice = choose_default()
encoder = load_encoder(choice.name, device="cpu", precision="float32")
print(choice.name, encoder.dim, encoder.weights_path, hub.cached("{repo}"))
"""


@pytest.mark.parametrize("reference", [True, False])
def test_weights_in_the_cache_are_taken_without_a_network(
    reference: bool, smallest: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    path = fill_cache(tmp_path, smallest, reference=reference)
    done = python(LOAD.format(repo=REPO), HF_HOME=str(tmp_path), HF_HUB_OFFLINE="1")
    assert done.stdout.strip() == f"dgtrs-clip-vit-b-16 32 None {path}", done.stderr


MISSING = """
import time
from geosearch.encoders import choose_default, load_encoder
from geosearch.errors import WeightsError
started = time.perf_counter()
print(choose_default().name, time.perf_counter() - started)
try:
    load_encoder("dgtrs-clip-vit-b-16")
except WeightsError as error:
    print(error.message)
    print(error.hint)
"""


@pytest.mark.parametrize(
    "environment",
    [
        {"HF_HUB_OFFLINE": "1"},
        {"HF_ENDPOINT": "http://127.0.0.1:9"},  # nothing listens there
        {"HF_ENDPOINT": "http://192.0.2.1"},  # nobody answers there (RFC 5737)
    ],
    ids=["offline", "refused", "silent"],
)
def test_without_weights_mini_is_chosen_soon_and_the_error_says_what_to_do(
    environment: dict[str, str], tmp_path: Path
) -> None:
    if environment.get("HF_ENDPOINT") == "http://192.0.2.1":
        # the listing itself would wait longer than this test should: only the choice is asked
        script = MISSING.split("try:")[0]
    else:
        script = MISSING
    done = python(script, HF_HOME=str(tmp_path), **environment)
    name, seconds = done.stdout.splitlines()[0].split()
    assert name == "mini", done.stderr
    assert float(seconds) < 4
    if script is MISSING:
        _, message, hint = done.stdout.splitlines()
        assert REPO in message
        assert f"hf download {REPO}" in hint
        assert "as `weights`" in hint


def test_who_asked_for_no_network_is_not_told_that_the_hub_did_not_answer(tmp_path: Path) -> None:
    script = (
        "from geosearch.encoders import choose_default, load_encoder\n"
        "print(choose_default().reason)\n"
        "try: load_encoder('dgtrs-clip-vit-b-16')\n"
        "except OSError as error: print(error.message)\n"
    )
    done = python(script, HF_HOME=str(tmp_path), HF_HUB_OFFLINE="1")
    reason, message = done.stdout.splitlines()
    for told in (reason, message):
        assert "HF_HUB_OFFLINE is set" in told
        assert "answer" not in told


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as listing and fetching one file take."""

    content = b""

    def do_GET(self) -> None:
        if self.path.startswith(f"/api/models/{REPO}"):
            files = [("README.md", 7), ("LRSCLIP.pt", len(self.content))]
            listing = {"id": REPO, "sha": COMMIT, "private": False, "tags": [], "downloads": 0}
            listing["siblings"] = [{"rfilename": name, "size": size} for name, size in files]
            self.answer(json.dumps(listing).encode(), "application/json")
        elif self.path.endswith("/LRSCLIP.pt"):
            self.answer(self.content, "application/octet-stream")
        else:
            self.send_error(404)

    do_HEAD = do_GET  # noqa: N815 - the server calls it so

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"e0"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def test_weights_on_the_hub_are_fetched_into_its_cache_once(
    smallest: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    torch.save(smallest, tmp_path / "served.pt")
    handler = type("Served", (Hub,), {"content": (tmp_path / "served.pt").read_bytes()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        "HF_HOME": str(tmp_path / "home"),
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "NO_PROXY": "127.0.0.1",
    }
    try:
        first = python(LOAD.format(repo=REPO), **environment)
    finally:
        server.shutdown()
        server.server_close()
    assert first.stdout.startswith("dgtrs-clip-vit-b-16 32 None"), first.stderr
    again = python(LOAD.format(repo=REPO), **environment)  # the hub is gone
    assert again.stdout == first.stdout
