"""Cases that fail, each with its reason; all others are expected to pass."""

_FRACTIONS = "two moments that differ by parts of a second are not equal here, since `<` tells them apart"
_BOXED = "a boxed expression refuses what is not boolean, where the same in FEEL text leaves it out"

KNOWN: dict[str, str] = {
    "0068-feel-equality/01-time_005-time_005": _FRACTIONS,
    "0068-feel-equality/01-datetime_003_a-datetime_003_a": _FRACTIONS,
    "1146-feel-context-put-function/01-nested008-nested008": "a list of keys is taken under the name `key` too",
    "1150-boxed-conditional/01-003-decision003": _BOXED,
    "1151-boxed-filter/01-004-decision004": _BOXED,
    "1151-boxed-filter/01-005-decision005": _BOXED,
    "1153-boxed-some/01-006-decision006": _BOXED,
}
