"""Tables and paragraphs made for people: narrow columns, words that wrap under themselves, 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.cli.explaining import shown


def print_grid(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a table; a column whose heading begins with `>` is aligned to the right, one with `|` never wraps."""
    console.print(title, style="bold", highlight=False)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column in columns:
        table.add_column(
            Text(column.lstrip(">|")),
            justify="right" if ">" in column else "left",
            overflow="fold",
            no_wrap="|" in column,
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table, highlight=False)


def print_indented(console: Console, words: str, indent: int = 5, style: str = "") -> None:
    """Writes a paragraph that wraps under its own first line."""
    console.print(Padding(Text(words, style=style), (0, 0, 0, indent)), highlight=False)


def signed(difference: Decimal | None) -> str:
    """A difference in points with its sign."""
    if difference is None:
        return "–"
    return f"+{shown(difference)}" if difference > 0 else shown(difference).replace("-", "−")


def points(value: Decimal | None) -> str:
    """Points as people read them, with at most four decimals."""
    if value is None:
        return "–"
    rounded = value.quantize(Decimal("0.0001"))
    return shown(value if rounded == value else rounded)


def whole(share: Decimal) -> str:
    """A share as percent, one decimal."""
    return f"{(share * 100).quantize(Decimal('0.1'))}%"
