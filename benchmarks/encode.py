"""Measure how fast each encoder embeds images and texts on this machine.

Beside it, in the same run and by turns: a plain float32 reading of the same weights by the
library that the encoder's authors used, and the device's matrix multiplication. Weights are
random, but for mini's. Prints a table; --json also writes all figures to a file.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click
import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.encoding.random_checkpoints import can_draw, draw
from benchmarks.encoding.references import Reference, of_clip, of_mini, of_siglip
from benchmarks.machine import processor
from benchmarks.options import PATH
from geosearch.encoders import (
    Encoder,
    EncoderInfo,
    encoder_info,
    encoder_names,
    load_encoder,
    mini,
    resolve_device,
)
from geosearch.encoders.entries import MINI_FAMILY, SIGLIP
from geosearch.errors import UsageError
from geosearch.reporting import CONSOLE

_QUICK = (
    "dgtrs-clip-vit-b-16",
    "remoteclip-vit-b-32",
    "remoteclip-rn50",
    "git-rsclip-base",
    "mini",
)
_PRECISIONS = ("float32", "bf16")
_TYPES = {"float32": torch.float32, "bf16": torch.bfloat16}
_MATMUL_EDGE = {"cpu": 2048}
_MATMUL_EDGE_ELSEWHERE = 8192
_REFERENCE_BATCH = {"cpu": 8}  # of B/16 larger ones leave the caches and are slower
_REFERENCE_BATCH_ELSEWHERE = 256
_CHIPS = {"cpu": 16}
_CHIPS_ELSEWHERE = 2048
_QUERY = "{} tennis courts between two white buildings"
_TEXT_RUNS = 7
_COLUMNS = (  # heading, key
    ("encoder", "encoder"),
    ("GFLOP", "gflop_an_image"),
    ("reference img/s", "reference_images_s"),
    ("float32 img/s", "float32_images_s"),
    ("bf16 img/s", "bf16_images_s"),
    ("bf16/reference", "bf16_to_reference"),
    ("cosine", "bf16_cosine"),
    ("float32 peak", "float32_share"),
    ("bf16 peak", "bf16_share"),
    ("reference text ms", "reference_text_ms"),
    ("float32 text ms", "float32_text_ms"),
    ("bf16 text ms", "bf16_text_ms"),
    ("reference/bf16 text", "text_speedup"),
    ("cached us", "cached_text_us"),
)


class Bench:
    """Encoder, reference and matrix multiplication, measured by turns."""

    def __init__(self, name: str, folder: Path, device: str, chips: int | None, runs: int) -> None:
        self.known: EncoderInfo = encoder_info(name)
        self.device = device
        self.runs = runs
        self.vision: torch.nn.Module
        self.reference, weights = self._prepare(folder)
        self.encoders: dict[str, Encoder] = {
            precision: load_encoder(name, weights=weights, device=device, precision=precision)
            for precision in _PRECISIONS
        }
        how_many = chips or _by_device(_CHIPS, _CHIPS_ELSEWHERE, self.device)
        edge = self.known.image_size
        draws = np.random.default_rng(0)
        self.chips = draws.integers(0, 256, (how_many, edge, edge, 3), np.uint8)

    def _prepare(self, folder: Path) -> tuple[Reference | None, Path | None]:
        if self.known.family == MINI_FAMILY:
            with torch.device("meta"):
                self.vision = mini.ImageTower().eval().requires_grad_(False)
            return of_mini(self.device), None
        drawn = draw(self.known, folder)
        self.vision = drawn.vision.eval().requires_grad_(False)
        build = of_siglip if self.known.family == SIGLIP else of_clip
        return build(self.known, drawn, self.device), drawn.path

    def measure(self) -> dict[str, Any]:
        """Return all figures of the encoder."""
        figures: dict[str, Any] = {"encoder": self.known.name, "chips": len(self.chips)}
        figures["reference"] = self.reference.name if self.reference else "not installed"
        figures["gflop_an_image"] = self._gflop()
        figures |= self._images() | self._texts()
        if torch.device(self.device).type == "cuda":
            figures |= self._towers()
        for precision in _PRECISIONS:
            rate, peak = figures[f"{precision}_images_s"], figures[f"{precision}_peak_gflops"]
            figures[f"{precision}_share"] = rate * figures["gflop_an_image"] / peak
        if self.reference:
            rate = figures["bf16_images_s"]
            figures["bf16_to_reference"] = rate / figures["reference_images_s"]
        if "reference_text_ms" in figures:
            figures["text_speedup"] = figures["reference_text_ms"] / figures["bf16_text_ms"]
        return figures

    def _gflop(self) -> float:
        """Count what geosearch computes for an image, a multiplication and an addition as two."""
        edge = self.known.image_size
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            self.vision(torch.empty(1, 3, edge, edge, device="meta"))
        return float(counter.get_total_flops()) / 1e9

    def _images(self) -> dict[str, Any]:
        ways: dict[str, Callable[[], np.ndarray]] = {}
        if self.reference:
            ways["reference"] = self._reference_images
        for precision, encoder in self.encoders.items():
            ways[precision] = partial(encoder.encode_images, self.chips)
        found = {name: way() for name, way in ways.items()}  # the first run also chooses kernels
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        peaks: dict[str, list[float]] = {precision: [] for precision in _PRECISIONS}
        for _ in range(self.runs):
            for name, way in ways.items():
                seconds[name].append(_seconds(way))
            for precision, measured in peaks.items():
                measured.append(_matmul_gflops(self.device, _TYPES[precision]))
        true = found.get("reference", found["float32"])
        figures: dict[str, Any] = {}
        for name in ways:
            figures[f"{name}_images_s"] = len(self.chips) / median(seconds[name])
        for precision in _PRECISIONS:
            figures[f"{precision}_cosine"] = float((true * found[precision]).sum(1).min())
            figures[f"{precision}_peak_gflops"] = max(peaks[precision])
        return figures

    @torch.inference_mode()
    def _reference_images(self) -> np.ndarray:
        assert self.reference is not None
        step = _by_device(_REFERENCE_BATCH, _REFERENCE_BATCH_ELSEWHERE, self.device)
        found = []
        for start in range(0, len(self.chips), step):
            part = torch.from_numpy(self.chips[start : start + step]).to(self.device)
            found.append(self.reference.images(part).cpu().numpy())
        return np.concatenate(found)

    @torch.inference_mode()
    def _texts(self) -> dict[str, float]:
        """Time one short query; a new number in each, since known ones cost nothing."""
        numbers = count(10)
        ways: dict[str, Callable[[], Any]] = {}
        if self.reference and self.reference.text:
            say_it = self.reference.text
            ways["reference"] = lambda: say_it(_QUERY.format(next(numbers))).cpu()
        for precision, encoder in self.encoders.items():
            ways[precision] = partial(_ask, encoder, numbers)
        for way in ways.values():
            way()
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(_TEXT_RUNS):
            for name, way in ways.items():
                seconds[name].append(_seconds(way))
        figures = {f"{name}_text_ms": median(taken) * 1e3 for name, taken in seconds.items()}
        encoder = self.encoders["float32"]
        known = [_seconds(lambda: encoder.encode_texts(["a river"])) for _ in range(100)]
        return figures | {"cached_text_us": median(known[1:]) * 1e6}

    @torch.inference_mode()
    def _towers(self) -> dict[str, float]:
        """Time the image towers on numbers that lie on the device: without any transfer."""
        figures = {}
        for precision, encoder in self.encoders.items():
            tower: Any = vars(encoder).get("_vision", vars(encoder).get("_image"))
            rate = self._tower_rate(tower, precision)
            peak = _matmul_gflops(self.device, _TYPES[precision])
            figures[f"{precision}_tower_images_s"] = rate
            figures[f"{precision}_tower_share"] = rate * self._gflop() / peak
        return figures

    def _tower_rate(self, tower: Callable[[torch.Tensor], Any], precision: str) -> float:
        edge, step = self.known.image_size, _REFERENCE_BATCH_ELSEWHERE
        # mini's tower takes float32 and changes precision on its way
        kind = torch.float32 if self.known.family == MINI_FAMILY else _TYPES[precision]
        numbers = torch.randn(step, 3, edge, edge, device=self.device, dtype=kind)
        numbers = numbers.to(memory_format=torch.channels_last)
        tower(numbers)
        return step / median(_on_device_seconds(lambda: tower(numbers)) for _ in range(9))


def _ask(encoder: Encoder, numbers: Iterator[int]) -> np.ndarray:
    return encoder.encode_texts([_QUERY.format(next(numbers))])


def _by_device(known: dict[str, int], elsewhere: int, device: str) -> int:
    return known.get(torch.device(device).type, elsewhere)


def _seconds(way: Callable[[], Any]) -> float:
    started = perf_counter()
    way()  # ends with its result on the CPU
    return perf_counter() - started


def _on_device_seconds(way: Callable[[], Any]) -> float:
    torch.cuda.synchronize()
    started = perf_counter()
    way()
    torch.cuda.synchronize()
    return perf_counter() - started


@torch.inference_mode()
def _matmul_gflops(device: str, kind: torch.dtype) -> float:
    """Return the best of a few products of large square matrices, 1e9 operations a second."""
    edge = _by_device(_MATMUL_EDGE, _MATMUL_EDGE_ELSEWHERE, device)
    one, other = (torch.randn(edge, edge, device=device).to(kind) for _ in range(2))
    timed = _on_device_seconds if torch.device(device).type == "cuda" else _seconds
    return 2 * edge**3 / min(timed(lambda: one @ other) for _ in range(3)) / 1e9


def _machine(device: str) -> dict[str, Any]:
    facts = {
        "processor": processor(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "date": date.today().isoformat(),
        "device": device,
    }
    if torch.device(device).type == "cuda":
        facts["gpu"] = torch.cuda.get_device_name(device)
    return facts


def _table(measured: list[dict[str, Any]]) -> str:
    """Return a Markdown table."""
    rows = [[heading for heading, _ in _COLUMNS], ["---"] * len(_COLUMNS)]
    rows += [[_written(key, one.get(key)) for _, key in _COLUMNS] for one in measured]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _written(key: str, value: Any) -> str:
    if value is None:
        return "not installed" if key.startswith("reference_images") else "-"
    if isinstance(value, str):
        return value
    if key.endswith("_share"):
        return f"{value:.0%}"
    if key.endswith("_cosine"):
        return f"{value:.5f}"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _chosen(wanted: tuple[str, ...]) -> list[str]:
    """Return the encoders to measure.

    Raises:
        UsageError: One's architecture is not known without its file.
    """
    drawable = [name for name in encoder_names() if can_draw(encoder_info(name)) or name == "mini"]
    if wanted == ("all",):
        return drawable
    for name in wanted:
        if encoder_info(name).name not in drawable:
            raise UsageError(f"{name} cannot be drawn", hint=f"use {', '.join(drawable)}")
    return list(wanted or _QUICK)


@click.command(short_help="Encoders, beside the libraries of their authors.")
@click.option("--encoder", "wanted", multiple=True, metavar="NAME", help="Repeatable; or all.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--chips", type=int, help="Images per run.")
@click.option("--runs", default=3, show_default=True, help="Medians are of as many.")
@click.option("--json", "json_file", type=PATH, help="Also write the figures here.")
def encode(
    wanted: tuple[str, ...], device: str, chips: int | None, runs: int, json_file: Path | None
) -> None:
    """Time how fast each encoder embeds images and texts on this machine.

    Beside it, in the same run and by turns: a plain float32 reading of the same weights by the
    library that the encoder's authors used, and the device's matrix multiplication.
    """
    device = resolve_device(device)
    machine = _machine(device)
    measured = []
    for name in _chosen(wanted):
        CONSOLE.say(f"measuring {name}")
        with tempfile.TemporaryDirectory() as folder:
            measured.append(Bench(name, Path(folder), device, chips, runs).measure())
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(_table(measured))
    if json_file:
        json_file.write_text(json.dumps({"machine": machine, "encoders": measured}, indent=1))
