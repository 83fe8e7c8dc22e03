"""The built-in functions of FEEL (DMN 1.5, 10.3.4), by name."""

from domain.feel.builtins.contexts import CONTEXTS
from domain.feel.builtins.conversion import CONVERSION
from domain.feel.builtins.dates import DATES
from domain.feel.builtins.lists import LISTS
from domain.feel.builtins.numbers import NUMBERS
from domain.feel.builtins.ranges import RANGES
from domain.feel.builtins.statistics import STATISTICS
from domain.feel.builtins.strings import STRINGS
from domain.feel.values import Builtin

BUILTINS: dict[str, Builtin] = {
    **NUMBERS,
    **STATISTICS,
    **LISTS,
    **CONTEXTS,
    **STRINGS,
    **CONVERSION,
    **DATES,
    **RANGES,
}
"""All of them."""

__all__ = ["BUILTINS"]
