"""What can be wrong with the text of an expression."""

from __future__ import annotations


class FeelError(ValueError):
    """The text is not a FEEL expression. `line` and `column` count from 1; `message` is a sentence."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.message = message
