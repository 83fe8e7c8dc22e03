"""What was measured, as tables for people: in the terminal and in `docs/benchmarks.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from tests.bench import answers, bulk
from tests.bench.append import OURS
from tests.bench.catchup import QUARTERS, CatchUp
from tests.bench.measure import Sample, spread

CATCH_UP_TARGET = 25_000
"""Events a second."""
MILLISECONDS_TARGET = {answers.RANKED: 50.0, answers.SCORED: 1.0}

BULK_BODIES, BULK_TARGET = 1_000_000, 60.0
"""So many bodies in so many seconds."""
BULK_MEMORY = 4 * 1_073.741824
"""MB: 4 GiB."""

Samples = dict[tuple[str, str], list[Sample]]


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title, what stands before it, and its columns (the first one text, the others figures)."""

    title: str
    introduction: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def append_section(samples: Samples, remarks: Sequence[str]) -> Section:
    """Events appended a second, each peer beside ours."""
    ours = {workload: spread([one.rate for one in found]) for (workload, who), found in samples.items() if who == OURS}
    rows = []
    for (workload, contender), found in samples.items():
        rate = spread([one.rate for one in found])
        ratio = "" if contender == OURS else f"{ours[workload].median / rate.median:.2f}"
        cpu = spread([one.cpu_microseconds for one in found])
        range_ = f"{rate.least:,.0f} to {rate.most:,.0f}"
        rows.append((workload, contender, f"{rate.median:,.0f}", range_, ratio, f"{cpu.median:,.0f}"))
    introduction = (
        "Every contender stores the same bytes (one usual event), already serialised except for emmett, which takes an "
        "object. Single events go on their writer's stream, each expecting the version before. `100 events a commit`: "
        "with us, the library, INSERT and COPY a hundred streams get their first event; with emmett one stream gets a "
        "hundred. `64 writers` are 64 threads (with emmett 64 concurrent calls): here ours commit in groups. Our "
        "table has an index on time more than the bare one, a trigger against change, a check of every version and a "
        "lock that makes positions follow the order of commits; INSERT and COPY have none of it. "
        "Processor time is the client's alone."
    )
    columns = ("workload", "who", "events/s", "least to most", "ours ÷ theirs", "client CPU, µs/event")
    return Section("Append", " ".join((introduction, *remarks)), columns, rows)


def catch_up_section(runs: Sequence[CatchUp], runner: Sequence[Sample]) -> Section:
    """All projections from nothing, and the library's runner on one table."""
    ours = [run.sample for run in runs]
    rows = [_catch_up_row(f"{OURS}, all read models", ours), _catch_up_row("ProjectionRunner, one table", runner)]
    ratio = spread([one.rate for one in ours]).median / spread([one.rate for one in runner]).median
    met = spread([one.rate for one in ours]).median >= CATCH_UP_TARGET
    memory = "; ".join(
        f"{quarter:.0%} {spread([run.memory[quarter] for run in runs]).median:.0f} MB" for quarter in QUARTERS
    )
    introduction = (
        f"A new process builds all read models (registers, facts, scores with their history, rankings, trail) from the "
        f"first event on. Target {CATCH_UP_TARGET:,} events/s: {'met' if met else 'not met'}. Resident memory on the "
        f"way: {memory}. The library's ProjectionRunner keeps one table of counts, one transaction an event; ours is "
        f"{ratio:.1f} times as fast."
    )
    return Section("Catch-up", introduction, ("who", "events", "events/s", "least to most", "CPU, µs/event"), rows)


def _catch_up_row(name: str, samples: Sequence[Sample]) -> tuple[str, ...]:
    rate = spread([one.rate for one in samples])
    cpu = spread([one.cpu_microseconds for one in samples])
    range_ = f"{rate.least:,.0f} to {rate.most:,.0f}"
    return name, f"{samples[0].things:,}", f"{rate.median:,.0f}", range_, f"{cpu.median:,.0f}"


def answers_section(samples: Samples) -> Section:
    """Milliseconds an answer."""
    rows = []
    for (question, _), found in samples.items():
        took = spread([one.milliseconds for one in found])
        target = MILLISECONDS_TARGET.get(question)
        verdict = "" if target is None else f"{target:g} ms: {'met' if took.median <= target else 'not met'}"
        rows.append((question, f"{took.median:.2f}", f"{took.least:.2f} to {took.most:.2f}", verdict))
    return Section("Answers", "One process, one connection.", ("what", "ms", "least to most", "target"), rows)


def matrix_section(samples: Sequence[Sample], bodies: int) -> Section:
    """Seconds for the whole matrix."""
    whole, cell = spread([one.seconds for one in samples]), spread([one.milliseconds for one in samples])
    row = (f"{samples[0].things} cells of {bodies} bodies, {answers.INDICATORS} indicators each",)
    figures = (f"{whole.median:.2f}", f"{whole.least:.2f} to {whole.most:.2f}", f"{cell.median:.1f}")
    introduction = (
        "Every cycle of the made-up history under every revision: facts are read once a cycle from the stored read "
        "models, all scores and ranks computed anew. One process, one connection."
    )
    return Section("Matrix", introduction, ("what", "s", "least to most", "ms/cell"), [(*row, *figures)])


def bulk_section(found: bulk.Comparison) -> Section:
    """Seconds and memory for a file of bodies, each contender beside ours."""
    rows, ours = [], spread([run.sample.seconds for run in found.runs[bulk.OURS]]).median
    for who, runs in found.runs.items():
        seconds = spread([run.sample.milliseconds * found.bodies / 1_000 for run in runs])
        least_to_most = f"{seconds.least:,.1f} to {seconds.most:,.1f}"
        cpu = spread([run.sample.cpu_microseconds for run in runs]).median
        peaks = [run.peak for run in runs if run.peak is not None]
        memory = f"{max(peaks):,.0f}" if peaks else ""
        ratio = "" if who == bulk.OURS else f"{seconds.median / ours:.2f}"
        rows.append((who, f"{seconds.median:,.1f}", least_to_most, ratio, f"{cpu:.1f}", memory))
    peak = max(run.peak or 0 for run in found.runs[bulk.OURS])
    sample = found.runs[bulk.ONE_BY_ONE][0].sample.things
    met = "met" if ours <= BULK_TARGET else "not met"
    target = f"Target {BULK_TARGET:g} s: {met}" if found.bodies == BULK_BODIES else "No target for so few"
    introduction = (
        f"{found.bodies:,} bodies with {bulk.INDICATORS} figures each (text in Parquet, 0 to 110, two decimals, one "
        f"in {bulk.ABSENT} missing) are checked, scored and written, start of the command included. {target}; memory "
        f"under 4 GiB: {'met' if peak < BULK_MEMORY else 'not met'} (the most of all its processes together, shared "
        f"pages counted in each). `score` is measured over {sample:,} of the bodies and extrapolated; its scores are "
        f"held equal to the file's. In floats {found.differing:,} totals come out otherwise in their last digit, and "
        "nothing is checked."
    )
    columns = ("who", "s", "least to most", "theirs ÷ ours", "CPU, µs/body", "peak, MB")
    return Section("Bulk", introduction, columns, rows)


def shown(section: Section, console: Console) -> None:
    """The table in the terminal."""
    table = Table(title=section.title, caption=section.introduction, caption_justify="left")
    for number, column in enumerate(section.columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in section.rows:
        table.add_row(*row)
    console.print(table)


def written(sections: Sequence[Section], machine: dict[str, str], command: str, rounds: int, moment: datetime) -> str:
    """The page `docs/benchmarks.md`."""
    lines = [
        "# Benchmarks",
        "",
        f"Measured {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC by `{command}` (`make bench` runs it without options), "
        f"rounds: {rounds}; all contenders took turns in each, on one server. Figures are medians of the rounds, "
        "with the least and the most. Compare ratios, not machines.",
        "",
        *(f"* {name}: {fact}" for name, fact in machine.items()),
    ]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.introduction, "", _line(section.columns)]
        lines.append("|" + "---|" + "---:|" * (len(section.columns) - 1))
        lines += [_line(row) for row in section.rows]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
