"""`python -m tests.tck FOLDER`: the score of FEEL on the OMG's technology compatibility kit."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.tck.cases import read_cases
from tests.tck.judge import Verdict, judge
from tests.tck.known import KNOWN

OUTCOMES = ("passed", "failed", "excluded")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tck", description=__doc__)
    parser.add_argument("folder", type=Path, help="the kit's TestCases folder")
    parser.add_argument("--level", type=int, choices=(2, 3), help="one compliance level only")
    parser.add_argument("--only", metavar="NUMBER", help="groups whose name begins so")
    parser.add_argument("--failures", action="store_true", help="show each case that failed")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    given = parser.parse_args(arguments)
    if not (given.folder / "compliance-level-3").is_dir():
        parser.error(f"{given.folder} holds no compliance-level-3: give the kit's TestCases folder")
    verdicts = [
        judge(case)
        for level in (2, 3)
        if given.level in (None, level)
        for folder in sorted((given.folder / f"compliance-level-{level}").iterdir())
        if folder.is_dir() and folder.name.startswith(given.only or "")
        for case in read_cases(folder, level)
    ]
    unexpected = [one for one in verdicts if one.outcome == "failed" and one.case.key not in KNOWN]
    healed = [one for one in verdicts if one.outcome == "passed" and one.case.key in KNOWN]
    if given.format == "json":
        print(json.dumps(_report(verdicts), indent=2, ensure_ascii=False))
    else:
        _print_table(verdicts)
    if given.failures:
        for one in verdicts:
            if one.outcome == "failed":
                known = KNOWN.get(one.case.key)
                print(f"{one.case.key}: {one.why}" + (f" (known: {known})" if known else ""), file=sys.stderr)
    for one in unexpected if not given.failures else ():
        print(f"tck: {one.case.key} failed", file=sys.stderr)
    for one in healed:
        print(f"tck: {one.case.key} is said to fail, but passes", file=sys.stderr)
    return 1 if unexpected or healed or not verdicts else 0


def _scores(verdicts: list[Verdict]) -> dict[str, Counter[str]]:
    scores: dict[str, Counter[str]] = {}
    for one in verdicts:
        scores.setdefault(f"{one.case.level} {one.case.group}", Counter())[one.outcome] += 1
    return scores


def _report(verdicts: list[Verdict]) -> dict[str, object]:
    total = Counter(one.outcome for one in verdicts)
    return {
        "groups": {
            name: {outcome: score[outcome] for outcome in OUTCOMES} for name, score in _scores(verdicts).items()
        },
        "total": {outcome: total[outcome] for outcome in OUTCOMES},
        "failures": {one.case.key: KNOWN.get(one.case.key) for one in verdicts if one.outcome == "failed"},
        "excluded": dict(Counter(one.why for one in verdicts if one.outcome == "excluded")),
    }


def _print_table(verdicts: list[Verdict]) -> None:
    rows = [(name, score) for name, score in _scores(verdicts).items()]
    rows.append(("in all", Counter(one.outcome for one in verdicts)))
    width = max(len(name) for name, _ in rows)
    print(f"{'level and group':<{width}} " + " ".join(f"{outcome:>8}" for outcome in OUTCOMES))
    for name, score in rows:
        print(f"{name:<{width}} " + " ".join(f"{score[outcome]:>8}" for outcome in OUTCOMES))


sys.exit(main(sys.argv[1:]))
