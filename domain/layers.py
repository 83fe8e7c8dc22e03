"""Layers: the stages of a year at which the same score tree is computed.

A fact stated at one layer stands at every later layer until a later layer states the same subject again. The difference
between two layers is therefore exactly what happened between them.
"""

from __future__ import annotations

from enum import StrEnum


class Layer(StrEnum):
    """From what the body reported to what the Commission decided, in the order of the process."""

    REPORTED = "reported"
    CONCLUDED = "concluded"
    AFTER_OBJECTIONS = "after_objections"
    EXPERT = "expert"
    FINAL = "final"


LAYERS: tuple[Layer, ...] = tuple(Layer)
ORDINAL: dict[Layer, int] = {layer: ordinal for ordinal, layer in enumerate(LAYERS)}


def up_to(layer: Layer) -> tuple[Layer, ...]:
    """The layers that count at `layer`, earliest first."""
    return LAYERS[: ORDINAL[layer] + 1]
