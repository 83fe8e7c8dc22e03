"""FEEL, the expression language of OMG DMN 1.5 (chapter 10), in decimal128 arithmetic.

The whole language: numbers, strings, booleans, null, dates, times, durations, lists, contexts, ranges, functions;
arithmetic, comparison, three-valued logic, `if`, `for`, `some`, `every`, filters, paths, `instance of`, and all the
standard's built-in functions. What is covered, and how it is measured, stands in docs/feel.md.

Evaluation is total and bounded: no input or output, no clock, a bound on length, depth, size and steps, and null (with
its reason) wherever the standard says null. Nothing here imports compiled code.
"""

from domain.feel.errors import FeelError
from domain.feel.evaluation import Evaluation, evaluate, evaluate_traced
from domain.feel.parser import Expression, parse
from domain.feel.run import Reason

__all__ = ["Evaluation", "Expression", "FeelError", "Reason", "evaluate", "evaluate_traced", "parse"]
