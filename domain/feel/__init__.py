"""FEEL, the expression language of OMG DMN 1.5 (chapter 10), in decimal128 arithmetic.

The part of the language that scores need: numbers, strings, booleans, null, lists, contexts, ranges, arithmetic,
comparison, three-valued logic, `if`, `between`, `in`, `for`, `some`, `every`, filters, paths and the numeric, rounding,
list, string and boolean built-ins. Dates, durations and user-defined functions are not there yet.

Evaluation is total and bounded: no input or output, a bound on length, depth and steps, and null (with its reason)
wherever the standard says null. Nothing here imports compiled code.
"""

from domain.feel.evaluation import Evaluation, evaluate, evaluate_traced
from domain.feel.parser import Expression, FeelError, parse
from domain.feel.run import Reason

__all__ = ["Evaluation", "Expression", "FeelError", "Reason", "evaluate", "evaluate_traced", "parse"]
