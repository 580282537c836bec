"""What a command did and what it left out: the end of `geosearch index`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from geosearch.cli.output.printing import print_json, print_line
from geosearch.cli.output.reporter import CONSOLE
from geosearch.errors import Refusal

if TYPE_CHECKING:
    from geosearch.ingest import BuildReport, IndexingEstimate


def print_build_report(report: "BuildReport", folder: str, *, as_json: bool) -> None:
    """Print what was done to stderr, or all of it as JSON to stdout."""
    print_refusals(report.refused)
    if as_json:
        numbers = asdict(report) | {"chips": report.chips, "index": folder}
        print_json(numbers)
        return
    for scene in report.missing:
        CONSOLE.say(f"missing: {scene}")
    for line in _summary(report, folder):
        CONSOLE.say(line)


def print_estimate(estimate: "IndexingEstimate", *, as_json: bool) -> None:
    """Print what an indexing run would do to stdout."""
    print_refusals(estimate.refused)
    if as_json:
        print_json(asdict(estimate) | {"seconds": estimate.seconds})
        return
    for scene in estimate.missing:
        CONSOLE.say(f"missing: {scene}")
    for scene in estimate.changed:
        CONSOLE.say(f"changed: {scene}")
    print_line(
        f"scenes  {estimate.scenes:,} to read, {len(estimate.changed):,} of them again since they "
        f"changed, {estimate.scene_bytes / 1e6:,.1f} MB"
    )
    print_line(
        f"kept    {estimate.unchanged:,} unchanged, {len(estimate.missing):,} missing or left out"
    )
    print_line(f"chips   {estimate.chips:,} at most")
    print_line(
        f"time    {estimate.seconds:,.0f} s to embed them at {estimate.chips_per_second:,.0f} "
        "chips/s, measured now on noise; reading comes on top"
    )
    print_line(f"index   {estimate.index_bytes / 1e6:,.1f} MB more, about")


def print_refusals(refused: Sequence[Refusal]) -> None:
    """Name on stderr each input that was left out, why, and what to do about it."""
    for refusal in refused:
        CONSOLE.say(f"refused: {refusal.input}: {refusal.reason}")
        CONSOLE.say(f"   hint: {refusal.hint}")


def _summary(report: "BuildReport", folder: str) -> list[str]:
    total = report.seconds["total"]
    rate = report.chips / total if total else 0.0
    lines = [
        f"indexed {count_of(len(report.indexed), 'scene')}, {count_of(report.chips, 'chip')} "
        f"in {total:.1f} s ({rate:.0f} chips/s)"
    ]
    if report.unchanged or report.resumed:
        lines.append(f"kept    {report.unchanged} unchanged, {report.resumed} of an earlier run")
    if report.relocated:
        number = count_of(len(report.relocated), "scene")
        lines.append(f"linked  {number} relocated or touched, not embedded again")
    empty = sum(scene.mostly_invalid for scene in report.indexed)
    beyond = sum(scene.off_earth for scene in report.indexed)
    if empty or beyond:
        lines.append(
            f"skipped {count_of(empty, 'chip')} with too few valid pixels, {beyond} off the Earth"
        )
    coarser = sum(scene.coarser for scene in report.indexed)
    if coarser:
        lines.append(
            f"coarse  {count_of(coarser, 'scene')} at their own resolution: coarser than --gsd"
        )
    if report.missing and report.pruned:
        lines.append(
            f"pruned  {count_of(len(report.missing), 'scene')} whose files are gone or left out"
        )
    elif report.missing:
        lines.append(
            f"missing {count_of(len(report.missing), 'scene')} whose files are gone or left out; "
            "--prune removes them from the index"
        )
    if report.refused:
        lines.append(f"refused {count_of(len(report.refused), 'input')}, named above")
    stages = ", ".join(
        f"{stage} {seconds:.1f}" for stage, seconds in report.seconds.items() if stage != "total"
    )
    lines.append(f"seconds {stages}")
    lines.append(f"index   {folder}: {count_of(report.chips_total, 'chip')}")
    if report.mergeable_tiers:
        lines.append(f"compact {compaction_advice(report.mergeable_tiers)}")
    return lines


def compaction_advice(tiers: int) -> str:
    """Return what to do about an index of many large segments, in a line."""
    return f"{tiers} large segments are searched one by one; `geosearch compact` makes that faster"


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun: `1 chip`, `2,000 chips`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
