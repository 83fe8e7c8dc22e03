"""The built-in functions of FEEL (DMN 1.5, 10.3.4), by name."""

from domain.feel.builtins.function import Builtin, BuiltinFailure
from domain.feel.builtins.lists import LISTS
from domain.feel.builtins.numbers import NUMBERS
from domain.feel.builtins.strings import STRINGS

BUILTINS: dict[str, Builtin] = {**NUMBERS, **LISTS, **STRINGS}

__all__ = ["BUILTINS", "Builtin", "BuiltinFailure"]
