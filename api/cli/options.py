"""The options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer

from api.cli.output import Format
from api.services import Services
from domain.layers import Layer

Open = Callable[[], AbstractContextManager[Services]]

Cycle = Annotated[int, typer.Option(help="The reporting year, such as 2022.")]
Body = Annotated[str, typer.Option(help="Code of a body, such as min-health.")]
Group = Annotated[str, typer.Option(help="central or local")]
LayerOption = Annotated[Layer, typer.Option(help="The stage at which the score is taken.")]
Methodology = Annotated[
    str | None, typer.Option(help="A revision's id or the beginning of its SHA-256; else the one in force.")
]
AsOf = Annotated[
    str | None,
    typer.Option(help="What the record knew: a position (120), a date (2023-06-20) or a time with its offset."),
]
Effective = Annotated[
    str | None,
    typer.Option(help="What counted: only events effective by this date or time. Replays the events."),
]
Output = Annotated[Format, typer.Option("--format", help="How the answer comes out.")]
