"""The standing ranking of each group: the order in which its bodies stand now, each by its latest layer.

Kept in order incrementally: only the bodies between a body's old and new place can change rank. A property test holds
it equal to `domain.ranking.rank` over the whole group.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, field

from domain.cycle import Cycle
from domain.events import Event
from domain.ranking import Key, Standing, order_of, rank
from domain.revision import TieRule, revision_of
from projections.cases import ScoreChange, from_tie_values
from projections.tables import CYCLES, RANKINGS, REVISIONS, SCORES, ReadModels


@dataclass
class _Group:
    """A group's bodies in order, and where each stands in it."""

    rule: TieRule
    standings: dict[str, Standing] = field(default_factory=dict)
    entries: dict[str, tuple[Key, str]] = field(default_factory=dict)
    order: list[tuple[Key, str]] = field(default_factory=list)

    def place(self, standing: Standing) -> tuple[Key, str]:
        """Notes a body's standing; gives its entry, which the order does not hold yet."""
        entry = self.entries[standing.body] = (order_of(standing), standing.body)
        self.standings[standing.body] = standing
        return entry


class RankingFold:
    """Applies enrolments and score changes to the table of rankings."""

    def __init__(self, models: ReadModels, keep: int) -> None:
        self._models = models
        self._keep = keep
        self._groups: OrderedDict[tuple[int, str], _Group] = OrderedDict()

    def fold(self, event: Event, position: int, changes: list[ScoreChange]) -> None:
        """Applies one event and the score changes that it made."""
        if isinstance(event, Cycle.BodyEnrolled):
            self._place(event.cycle, event.group, event.body, position)
        elif isinstance(event, Cycle.BodyWithdrawn):
            self._withdraw(event.cycle, event.group, event.body, position)
        for cycle, group, body in dict.fromkeys((c.cycle, c.group, c.body) for c in changes):
            self._place(cycle, group, body, position)

    def _place(self, cycle: int, name: str, body: str, position: int) -> None:
        group = self._group(cycle, name, position)
        previous = group.entries.get(body)
        entry = group.place(standing_of(self._models, cycle, body))
        if entry == previous:
            return
        if previous is None:
            low = high = bisect_left(group.order, entry)
        else:
            low = bisect_left(group.order, previous)
            del group.order[low]
            high = bisect_left(group.order, entry)
        group.order.insert(high, entry)
        # A new body moves everyone behind it; a moved one those between, and whoever shared its old rank.
        last = len(group.order) - 1 if previous is None else max(low, high)
        while previous is not None and last + 1 < len(group.order) and group.order[last + 1][0] == previous[0]:
            last += 1
        self._number(cycle, name, group, min(low, high), last, position)

    def _withdraw(self, cycle: int, name: str, body: str, position: int) -> None:
        group = self._group(cycle, name, position)
        del group.standings[body]
        index = bisect_left(group.order, group.entries.pop(body))
        del group.order[index]
        self._models[RANKINGS].remove((cycle, name, body), position)
        self._number(cycle, name, group, index, len(group.order) - 1, position)

    def _number(self, cycle: int, name: str, group: _Group, low: int, high: int, position: int) -> None:
        """Numbers the places from low to high anew, widened to whole ties."""
        table = self._models[RANKINGS]
        if group.rule.numbering != "standard":
            for placed in rank(group.standings.values(), group.rule):
                table.put((cycle, name, placed.body), (placed.rank,), position)
            return
        order = group.order
        low = max(0, min(low, len(order) - 1))
        while 0 < low < len(order) and order[low - 1][0] == order[low][0]:
            low -= 1
        place = low
        for index in range(low, len(order)):
            key, body = order[index]
            if index > low and key != order[index - 1][0]:
                if index > high:
                    break
                place = index
            ranked = None if key[0] else place + 1
            table.put((cycle, name, body), (ranked,), position)

    def _group(self, cycle: int, name: str, position: int) -> _Group:
        found = self._groups.get((cycle, name))
        if found is not None:
            self._groups.move_to_end((cycle, name))
            return found
        methodology, revision, *_ = self._models[CYCLES].row((cycle,))
        _, document, *_ = self._models[REVISIONS].row((methodology, revision))
        group = _Group(revision_of(document).ties)
        placed = self._models[RANKINGS].partition((cycle, name))
        group.order = sorted(group.place(standing_of(self._models, cycle, body)) for _, _, body in placed)
        self._groups[(cycle, name)] = group
        # The scores that were just read may be newer than the ranks: the event at hand has changed them already.
        self._number(cycle, name, group, 0, len(group.order) - 1, position)
        while len(self._groups) > self._keep:
            self._groups.popitem(last=False)
        return group


def standing_of(models: ReadModels, cycle: int, body: str) -> Standing:
    """How a body stands now: its score at the latest layer that its case has reached."""
    scores = models[SCORES].partition((cycle, body))
    if not scores:
        return Standing(body, None)
    values = scores[max(scores)].values
    return Standing(body, values[0], from_tie_values(values[3]))
