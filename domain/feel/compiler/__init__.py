"""Compiling FEEL: what each rule of the grammar computes, as closures over its parts, by subject."""

from domain.feel.compiler.arithmetic import Arithmetic
from domain.feel.compiler.comparison import Comparison
from domain.feel.compiler.invocation import Invocation
from domain.feel.compiler.iteration import Iteration
from domain.feel.compiler.literals import Literals
from domain.feel.compiler.logic import Logic
from domain.feel.compiler.part import Part
from domain.feel.compiler.ranges import Ranges
from domain.feel.compiler.selection import Selection

__all__ = ["Compiler", "Part"]


class Compiler(
    Literals,
    Ranges,
    Arithmetic,
    Comparison,
    Logic,
    Iteration,
    Selection,
    Invocation,
):
    """One method for each rule of the grammar; each gives a `Part`."""
