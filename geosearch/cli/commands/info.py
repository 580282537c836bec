"""`geosearch info`: what an index holds."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from geosearch.cli.options import index_option, json_option
from geosearch.cli.output.printing import print_json, print_line
from geosearch.cli.output.report import count_of
from geosearch.cli.output.reporter import CONSOLE
from geosearch.reporting import SILENT

if TYPE_CHECKING:
    from geosearch.index import BankInfo, IndexInfo, SegmentInfo


_PARTS = {1.0: "everything", 0.1: "a tenth", 0.01: "a hundredth"}


@click.command(short_help="Describe an index.")
@index_option
@json_option
def info(index: str | None, as_json: bool) -> None:
    """Describe an index: chips, scenes, place, time, encoder, bytes.

    \b
      geosearch info -i indexes/coast
    """
    from geosearch.api import open

    # the answer says whether a run over the index has not ended
    description = open(index, reporter=CONSOLE if index is None else SILENT).describe()
    if as_json:
        print_json(asdict(description))
        return
    for name, value in _lines(description):
        print_line(f"{name:<8}  {value}")


def _ground(info: "IndexInfo") -> str:
    gsd = "" if info.gsd_m is None else f", {info.gsd_m:g} m per pixel"
    return gsd + ("" if info.scales == (1,) else f", scales {', '.join(map(str, info.scales))}")


def _lines(info: "IndexInfo") -> list[tuple[str, str]]:
    place = "nothing" if info.bounds is None else ", ".join(f"{edge:.5f}" for edge in info.bounds)
    dates = f"{info.first_date or '-'} to {info.last_date or '-'}"
    lines = [
        ("index", f"{info.folder}, generation {info.generation}, updated {info.updated}"),
        ("encoder", f"{info.encoder} ({info.fingerprint}), {info.dim} numbers, {info.precision}"),
        ("scenes", f"{info.scenes:,}, {info.undated_scenes:,} of them without a date"),
        ("kinds", ", ".join(f"{count:,} {kind}" for kind, count in info.kinds.items()) or "none"),
        ("chips", f"{info.chips:,} of {info.chip_px} px, every {info.stride_px} px{_ground(info)}"),
        ("skipped", f"{info.skipped_chips:,} chips: too few valid pixels, or off the Earth"),
        ("place", f"{place} (west, south, east, north)"),
        ("time", dates),
        ("size", f"{info.bytes / 1e6:,.1f} MB"),
        ("likely", _bank(info.bank)),
    ]
    if info.unfinished is not None:
        lines.insert(1, ("state", f"{info.unfinished}; index them again to continue"))
    for segment in info.segments:
        removed = f", {segment.removed_chips:,} removed" if segment.removed_chips else ""
        tier = _tier(segment)
        lines.append(("segment", f"{segment.id}: {segment.chips:,} chips{removed}, {tier}"))
        lines += [("", line) for line in _measured(segment)]
    return lines


def _bank(bank: "BankInfo") -> str:
    if bank.missing is not None:
        return f"no probability: {bank.missing}"
    return f"by {bank.phrases} phrases (bank {bank.version}) and {bank.sample:,} sampled chips"


def _tier(segment: "SegmentInfo") -> str:
    if segment.code_bytes is None:
        return "exact scan"
    return f"IVF-PQ of {segment.code_bytes} bytes per chip, rescored exactly"


def _measured(segment: "SegmentInfo") -> list[str]:
    """Return what was measured when a segment was built: recall, needs, costs."""
    measured = segment.calibration
    if measured is None:
        return []
    texts = count_of(segment.texts_asked, "text") if segment.texts_asked else "drawn vectors"
    recalls = [
        f"{'exact' if one.tier == 'exact' else f'{one.recall:.3f}'} {_part(one.selectivity)}"
        for one in measured.recalls
    ]
    if measured.recalls[-1].tier == "exact":
        recalls[-1] += " or less"
    needs = ", ".join(
        f"{need.fraction:.0%} of the codes and {need.scored:,} of {need.candidates:,} candidates "
        f"{_part(need.selectivity)}"
        for need in measured.needs
    )
    costs = measured.costs
    return [
        f"recall@10 ({texts}): {', '.join(recalls)}",
        f"needs: {needs}",
        f"costs: {costs.row:.0f} ns per row, {costs.gathered_row:.0f} by itself, "
        f"{costs.code:.1f} per code, {costs.candidate:.0f} per candidate",
    ]


def _part(selectivity: float) -> str:
    """Return what part of the chips passes a filter, in words."""
    return f"for {_PARTS.get(selectivity, f'a fraction of {selectivity:g}')}"
