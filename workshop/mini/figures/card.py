"""The table of the model card, from the figures of ``python -m workshop.mini bench``."""

from collections.abc import Mapping
from typing import Any


def card_table(figures: Mapping[str, Any]) -> str:
    """Return the table as Markdown; where a figure is missing its line says so."""
    wild, others = figures["wild"], figures["other_questions"]
    relation = figures["relation"]
    draws = len(relation["ranks"])
    lines = [
        ("EuroSAT, 1,000 held out: top-1 by CLIP's names and templates", figures["eurosat_top1"]),
        (
            "UC Merced, val: mean recall (mR) of captions; by class name top-1, "
            "precision of the first ten",
            f"{figures['ucm_mr']:.1f}; {figures['ucm_top1']:.3f}, {figures['ucm_p10']:.3f}",
        ),
        (
            "RSICD, 885 held out: the same",
            f"{figures['rsicd_mr']:.1f}; {figures['rsicd_top1']:.3f}, {figures['rsicd_p10']:.3f}",
        ),
        (f"{wild['scenes']} real scenes, the 20 shared questions: success@5; MRR", _found(wild)),
        (f"the same scenes, {len(others['ranks'])} other questions", _found(others)),
        (
            f'fresh demo archives searched for "{figures["example"]}": right chip first',
            f"{sum(rank == 1 for rank in relation['ranks'])} of {draws} "
            f"(of {relation['chips']:,} chips each)",
        ),
        ("chips of other demo draws: mean average precision", f"{figures['demo_mean_ap']:.3f}"),
        (
            f"chips per second, {figures['threads']} threads of {figures['processor']}: "
            + " and ".join(figures["chips_a_second"]),
            " and ".join(str(value) for value in figures["chips_a_second"].values()),
        ),
        ("weights", f"{figures['megabytes']} MB"),
    ]
    head = f"| `{figures['fingerprint']}`, {figures['precision']}, {figures['date']} | |"
    return "\n".join([head, "| --- | --- |", *(f"| {what} | {value} |" for what, value in lines)])


def _found(wild: Mapping[str, Any]) -> str:
    return f"{wild['success_at_5']:.2f}; {wild['mean_reciprocal_rank']:.2f}"
