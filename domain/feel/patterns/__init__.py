"""Regular expressions of XPath (XQuery and XPath Functions 3.1, 5.6; XML Schema part 2, appendix G).

Matched by an engine of our own, one step at a time, so that each step is counted: no pattern can take longer than an
evaluation may. Python's own engine has other rules, and can be held up for years by a pattern such as `(a+)+b`.
"""

from domain.feel.patterns.errors import PatternError
from domain.feel.patterns.program import Program, compiled
from domain.feel.patterns.search import Match, find_all

__all__ = ["Match", "PatternError", "Program", "compiled", "find_all"]
