"""What a score is missing, in words and in rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.cli.explaining import percent
from projections.gaps import Gap, Unused


def missing_words(gaps: Iterable[Gap], unused: Iterable[Unused]) -> list[str]:
    """One sentence for each gap, and one for what has no place in the revision."""
    words = [f"{gap.node}, {percent(gap.lost)} of the weight: {reason_of(gap)}." for gap in gaps]
    names = [f"{one.name} ({one.facts} value(s))" for one in unused]
    if names:
        words.append(f"Stated, but with no place in this revision: {', '.join(names)}.")
    return words


def reason_of(gap: Gap) -> str:
    """Why an indicator is not covered."""
    if gap.coverage:
        words = [f"{percent(1 - gap.coverage)} of its data was not there"] if gap.lost else []
        return "; ".join((*words, *gap.misfits))
    absent = [f"nothing stated for {', '.join(gap.absent)}"] if gap.absent else []
    return "; ".join((*absent, *gap.misfits)) or gap.reason or "no data"


def missing_rows(side: str, body: str, gaps: Iterable[Gap], unused: Iterable[Unused]) -> list[dict[str, Any]]:
    """Rows for programs."""
    rows = [
        {
            "side": side,
            "body": body,
            "what": gap.node,
            "kind": "indicator",
            "absent_inputs": list(gap.absent),
            "coverage": gap.coverage,
            "lost": gap.lost,
            "reason": gap.reason,
        }
        for gap in gaps
    ]
    rows += [
        {
            "side": side,
            "body": body,
            "what": one.name,
            "kind": "unused",
            "absent_inputs": [],
            "coverage": None,
            "lost": None,
            "reason": f"{one.facts} value(s) stated that this revision does not read",
        }
        for one in unused
    ]
    return rows
