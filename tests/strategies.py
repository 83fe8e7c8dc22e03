"""Random revisions, facts and histories for the property tests, and the record's own way of keeping what a fold wrote.

Figures are drawn from few values on purpose: ties, thresholds and empty tables then come up often.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from domain.bodies import Names, StateBody
from domain.casefile import CaseFile
from domain.commission import BodyAdjustment, CommissionSession
from domain.cycle import Cycle
from domain.events import NAMESPACE, Actor, Aggregate, Authority, Envelope, Event, Recorded
from domain.layers import LAYERS, Layer
from domain.methodology import Methodology
from domain.revision import Revision, content_address, revision_of
from domain.scoring import NODE_PREFIX, PENALTY_PREFIX, Fact, Facts
from domain.statements import Adjustment, Stated
from projections.facts import statements
from projections.history import Key, Load, Row, TableSpec, Values
from projections.tables import SPECS, ReadModels

LAW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How a law is tried: often enough to find ties and gaps, quickly enough to run every time."""

LAW_OF_HISTORIES = settings(LAW, max_examples=20)
"""The same for whole histories, each of which is folded several times."""

TITLE = {"kk": "т", "ru": "т", "en": "t"}
SAID = {"title": TITLE, "illustrative": True}
START = datetime(2023, 1, 9, 6, 0, tzinfo=UTC)
YEAR = 2022
GROUPS = ("central", "local")
ACTOR = Actor(person="officer-1", role="body-officer", body="body-0", appointment="officer-1-1")
AUTHORITY = Authority(policies="0" * 64, decision="allow", determined_by=("body-reports",))

FORMULAS = (
    ("a", None),
    ("b", None),
    ("min(100, a + b)", None),
    ("if b > 50 then a else 100 - a", None),
    ("a / b * 10", None),
    ("if open then a else null", None),
    ('if word = "good" then 100 else if word = "bad" then 0 else b', None),
    ("50", None),
    (
        "mean(for r in rows[amount != null] return min(100, r.amount / r.target * 100))",
        "count(rows[amount != null]) / count(rows)",
    ),
    ("if count(rows) = 0 then null else min(100, sum(rows.target))", "a / 100"),
)
"""Formulas, with the formula of their coverage: total ones, and ones that are missing or out of range now and then."""

INPUTS: list[dict[str, Any]] = [
    {"id": "a", "kind": "number", **SAID},
    {"id": "b", "kind": "number", **SAID},
    {"id": "open", "kind": "boolean", **SAID},
    {"id": "word", "kind": "text", **SAID},
    {
        "id": "rows",
        "kind": "table",
        **SAID,
        "columns": [
            {"id": "target", "kind": "number"},
            {"id": "amount", "kind": "number", "required": False},
            {"id": "remark", "kind": "text", "required": False},
        ],
    },
]

figures = st.sampled_from(["0", "10", "33.33", "33.333", "50", "66.665", "70", "89.95", "90", "90.0", "99.999", "100"])
weights = st.sampled_from(["0", "1", "1.5", "2", "7", "33.3"])
roundings = st.fixed_dictionaries(
    {
        "places": st.integers(0, 4),
        "mode": st.sampled_from(["half_even", "half_up", "half_down", "up", "down", "floor", "ceiling"]),
    }
)
rows = st.fixed_dictionaries(
    {"target": st.sampled_from(["1", "3", "7", "50"]), "amount": st.none() | figures, "remark": st.just("x")}
)


# -- revisions ---------------------------------------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn, levels: Sequence[str] = ("block", "direction", "criterion")) -> dict[str, Any]:
    """A root with a random tree below it."""
    numbers = iter(range(1000))

    def node(left: Sequence[str]) -> dict[str, Any]:
        made: dict[str, Any] = {"id": f"n{next(numbers)}", "weight": draw(weights), **SAID}
        if not left or draw(st.integers(0, 2)) == 0:
            formula, coverage = draw(st.sampled_from(FORMULAS))
            made.update(level="indicator", formula=formula)
            return made if coverage is None else {**made, "coverage": coverage}
        return {**made, "level": left[0], **below(left[1:])}

    def below(left: Sequence[str]) -> dict[str, Any]:
        children = [node(left) for _ in range(draw(st.integers(1, 3)))]
        if all(child["weight"] == "0" for child in children):
            children[0]["weight"] = "1"
        rule = draw(st.sampled_from([None, None, "redistribute", "zero", "propagate"]))
        return {"children": children} if rule is None else {"children": children, "missing": rule}

    return {"id": "total", "title": TITLE, **below(levels)}


def ids_of(tree: Mapping[str, Any]) -> list[str]:
    """Ids of a tree's nodes."""
    return [tree["id"], *(found for child in tree.get("children", ()) for found in ids_of(child))]


@st.composite
def documents(draw: st.DrawFn, name: str = "random-1") -> dict[str, Any]:
    """A revision document; the same tree for both groups."""
    tree = draw(trees())
    levels = draw(st.sets(st.sampled_from(["block", "direction", "criterion", "indicator"])))
    thresholds = draw(st.sets(st.sampled_from(["0", "50", "70", "90", "100"])))
    penalties = [
        {"id": f"p{index}", "points": draw(figures), "maximum": draw(figures), **SAID}
        for index in range(draw(st.integers(0, 2)))
    ]
    return {
        "id": name,
        "methodology": "random",
        "title": TITLE,
        "legal_acts": ["none"],
        "inputs": INPUTS,
        "missing": draw(st.sampled_from(["redistribute", "zero", "propagate"])),
        "trees": dict.fromkeys(GROUPS, tree),
        "rounding": {"total": draw(roundings), **{level: draw(roundings) for level in sorted(levels)}},
        "penalties": penalties,
        "grades": [{"id": f"from-{at_least}", "at_least": at_least, **SAID} for at_least in sorted(thresholds)],
        "ties": {
            "numbering": draw(st.sampled_from(["standard", "dense"])),
            "break_by": draw(st.lists(st.sampled_from(ids_of(tree)), max_size=2)),
        },
    }


revisions = documents().map(revision_of)


# -- facts -------------------------------------------------------------------------------------------------------------


def _values(subject: str) -> st.SearchStrategy[Any]:
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "open": st.booleans(),
        "word": st.sampled_from(["good", "bad", "other"]),
        "rows": rows,
    }
    return st.none() | kinds.get(subject.partition("/")[0], figures)


inputs = st.sampled_from(["a", "b", "open", "word", "rows/1", "rows/2", "rows/10"]).flatmap(
    lambda subject: st.tuples(st.just(subject), _values(subject))
)


def stated_facts(revision: Revision) -> st.SearchStrategy[list[tuple[Layer, str, Any]]]:
    """What may be stated about a body: (layer, subject, value), inputs, points set on nodes, penalties."""
    nodes = st.sampled_from([NODE_PREFIX + node.id for node in revision.tree("central").walk()])
    penalties = st.sampled_from([f"{PENALTY_PREFIX}p{kind}/{case}" for kind in range(2) for case in "xyz"])
    counts = st.none() | st.sampled_from(["1", "2", "30"])
    subject_and_value = inputs | inputs | st.tuples(nodes, st.none() | figures) | st.tuples(penalties, counts)
    one = st.tuples(st.sampled_from(LAYERS), subject_and_value).map(lambda pair: (pair[0], *pair[1]))
    return st.lists(one, max_size=25)


def as_facts(stated: Iterable[tuple[Layer, str, Any]]) -> list[tuple[Layer, Fact]]:
    """The same as facts, each of its own event."""
    return [(layer, Fact(subject, value, f"e{index}", index)) for index, (layer, subject, value) in enumerate(stated)]


def standing(facts: Iterable[tuple[Layer, Fact]], layer: Layer, group: str = "central") -> Facts:
    """The facts that stand at a layer: per layer the last that was stated of each subject."""
    by_layer: dict[Layer, dict[str, Fact]] = {}
    for stated_at, fact in facts:
        by_layer.setdefault(stated_at, {})[fact.subject] = fact
    return Facts.at_layer(group, by_layer, layer)


# -- histories ---------------------------------------------------------------------------------------------------------


class Teller:
    """Makes the next event of a stream, with ids that depend on the stream and version alone."""

    def __init__(self) -> None:
        self._versions: dict[UUID, int] = {}

    def tell(self, aggregate: type[Aggregate], event: type[Event], key: tuple[Any, ...], **data: Any) -> Event:
        """The next event of the stream of this business key."""
        stream = aggregate.stream_id(*key)
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        envelope = Envelope(
            event_id=uuid5(stream, str(version)),
            effective_at=START,
            decided_at=START,
            actor=ACTOR,
            reason="told",
            legal_basis=None,
            correlation_id=NAMESPACE,
            causation_id=None,
            authority=AUTHORITY,
        )
        return event(originator_id=stream, originator_version=version, envelope=envelope, **data)


@dataclass(frozen=True)
class History:
    """A record's beginning in order, and then streams that know nothing of each other, each in its own order."""

    beginning: tuple[Event, ...]
    streams: tuple[tuple[Event, ...], ...]
    document: Mapping[str, Any]
    bodies: Mapping[str, str]
    """Groups by body."""

    @cached_property
    def revision(self) -> Revision:
        """The revision in force."""
        return revision_of(self.document)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        rules = {name: value for name, value in self.document.items() if name != "inputs"}
        printer.text(f"history of {self.bodies} under {rules}")

    def told(self, order: Sequence[int]) -> Told:
        """The events with their positions; `order` says whose turn it is, by the stream's number."""
        turns = [iter(stream) for stream in self.streams]
        events = [*self.beginning, *(next(turns[turn]) for turn in order)]
        return Told(self, recorded(events))

    def orders(self) -> st.SearchStrategy[list[int]]:
        """All ways to mix the streams."""
        return st.permutations([number for number, stream in enumerate(self.streams) for _ in stream])

    def any_order(self) -> list[int]:
        """One of them: stream after stream."""
        return [number for number, stream in enumerate(self.streams) for _ in stream]


@dataclass(frozen=True)
class Told:
    """A history in one order."""

    history: History
    events: list[Recorded]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        self.history._repr_pretty_(printer, cycle)
        for place, _, event in self.events[len(self.history.beginning) :]:
            printer.text(f"\n  {place}: {_in_short(event)}")


def _in_short(event: Event) -> str:
    fields = event.model_dump(mode="json", exclude={"envelope", "originator_id", "originator_version"})
    return f"{event.type_name()} {fields}"


def recorded(events: Iterable[Event]) -> list[Recorded]:
    """Events as a store holds them, a second apart."""
    return [Recorded(place, START + timedelta(seconds=place), event) for place, event in enumerate(events, 1)]


@st.composite
def histories(draw: st.DrawFn, bodies: int = 4, acts: int = 6) -> History:
    """A cycle of a few bodies of two groups: enrolled, now and then withdrawn and enrolled again, with acts on their
    cases and decisions of the Commission."""
    document = draw(documents())
    revision = revision_of(document)
    teller = Teller()
    groups = {f"body-{index}": draw(st.sampled_from(GROUPS)) for index in range(draw(st.integers(1, bodies)))}
    beginning = [_established(teller, body, group) for body, group in groups.items()]
    beginning += _rules(teller, document)
    opened = {"methodology": "random", "revision": revision.id, "revision_sha256": revision.sha256}
    beginning.append(
        teller.tell(Cycle, Cycle.CycleOpened, (YEAR,), cycle=YEAR, **opened, retrospective=True, calendar=())
    )
    for body, group in groups.items():
        beginning += _enrolled(teller, body, group)
    late: list[Event] = []
    for body in draw(st.lists(st.sampled_from(sorted(groups)), max_size=2, unique=True)):
        about = {"cycle": YEAR, "body": body, "group": groups[body]}
        late.append(teller.tell(Cycle, Cycle.BodyWithdrawn, (YEAR,), **about))
        if draw(st.booleans()):
            late += _enrolled(teller, body, groups[body])
    late.append(teller.tell(Cycle, Cycle.ResultsPublished, (YEAR,), cycle=YEAR, group="central", session="s"))
    cases = [
        tuple(_act(draw, teller, revision, body) for _ in range(draw(st.integers(0, acts)))) for body in sorted(groups)
    ]
    sessions = tuple(_decision(draw, teller, revision, sorted(groups)) for _ in range(draw(st.integers(0, 2))))
    return History(tuple(beginning), (tuple(late), *cases, sessions), document, groups)


@st.composite
def told_histories(draw: st.DrawFn, **sizes: int) -> Told:
    """A history in some order."""
    history = draw(histories(**sizes))
    return history.told(draw(history.orders()))


def _established(teller: Teller, body: str, group: str) -> Event:
    names = Names(kk=body, ru=body, en=body)
    told = {"body": body, "group": group, "names": names, "since": None, "predecessors": (), "illustrative": True}
    return teller.tell(StateBody, StateBody.BodyEstablished, (body,), **told)


def _rules(teller: Teller, document: Mapping[str, Any]) -> list[Event]:
    about = {
        "methodology": document["methodology"],
        "revision": document["id"],
        "sha256": content_address(document),
    }
    key = (document["methodology"],)
    in_force = {"legal_act": "none", "in_force_from": date(2010, 1, 1)}
    return [
        teller.tell(Methodology, Methodology.RevisionDrafted, key, **about, document=dict(document)),
        teller.tell(Methodology, Methodology.RevisionApproved, key, **about, **in_force),
    ]


def _enrolled(teller: Teller, body: str, group: str) -> list[Event]:
    about = {"cycle": YEAR, "body": body}
    return [
        teller.tell(Cycle, Cycle.BodyEnrolled, (YEAR,), **about, group=group),
        teller.tell(Cycle, Cycle.EvaluatorAssigned, (YEAR,), **about, evaluator="evaluator-1"),
    ]


def _act(draw: st.DrawFn, teller: Teller, revision: Revision, body: str) -> Event:
    kinds: dict[type[Event], dict[str, Any]] = {
        CaseFile.DataSubmitted: {"source": None},
        CaseFile.DataCorrected: {"corrects": ()},
        CaseFile.DataReverified: {},
        CaseFile.ConclusionRevised: {"corrects": ()},
        CaseFile.ObjectionUpheld: {"objection": 1},
        CaseFile.ExpertOpinionIssued: {"text": "seen"},
        CaseFile.PenaltyImposed: {},
        CaseFile.PenaltyLifted: {},
    }
    kind = draw(st.sampled_from(sorted(kinds, key=lambda event: event.type_name())))
    about: dict[str, Any] = {"cycle": YEAR, "body": body, **kinds[kind]}
    if kind in (CaseFile.PenaltyImposed, CaseFile.PenaltyLifted):
        about |= {"penalty": draw(st.sampled_from(["p0", "p1"])), "case": draw(st.sampled_from(["x", "y"]))}
        if kind is CaseFile.PenaltyImposed:
            about["count"] = draw(st.integers(1, 3))
    elif kind is CaseFile.ExpertOpinionIssued:
        about["adjustments"] = tuple(draw(st.lists(_adjustments(revision).map(lambda a: Adjustment(**a)), max_size=2)))
    else:
        stated = draw(st.lists(inputs, min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
        about["values"] = tuple(Stated(subject=subject, value=value) for subject, value in stated)
    return teller.tell(CaseFile, kind, (YEAR, body), **about)


def _adjustments(revision: Revision) -> st.SearchStrategy[dict[str, str]]:
    nodes = [node.id for node in revision.tree("central").walk()]
    return st.fixed_dictionaries({"node": st.sampled_from(nodes), "points": figures})


def _decision(draw: st.DrawFn, teller: Teller, revision: Revision, bodies: list[str]) -> Event:
    chosen = draw(st.lists(st.sampled_from(bodies), min_size=1, max_size=2, unique=True))
    adjustments = tuple(
        BodyAdjustment(body=body, **draw(_adjustments(revision))) for body in chosen if draw(st.booleans())
    )
    outcome = "adjust" if adjustments else draw(st.sampled_from(["approve", "return"]))
    about = {"session": "s", "item": 1, "outcome": outcome, "cycle": YEAR, "bodies": tuple(chosen)}
    votes = {"votes_for": 3, "votes_against": 0, "abstained": 0}
    return teller.tell(
        CommissionSession, CommissionSession.DecisionTaken, ("s",), **about, adjustments=adjustments, lifts=(), **votes
    )


def facts_of(events: Iterable[Recorded], body: str) -> list[tuple[Layer, Fact]]:
    """What the events state about a body, in order."""
    found = []
    for place, _, event in events:
        for stated in statements(event):
            if stated.body == body:
                found.append((stated.layer, Fact(stated.subject, stated.value, str(event.id), place)))
    return found


# -- a store -----------------------------------------------------------------------------------------------------------


@dataclass
class Store:
    """Keeps in memory what a fold wrote, as a sink would: rows by table, of each key at most one open."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {spec.name: [] for spec in SPECS})

    def load(self, spec: TableSpec) -> Load:
        """Loads the open rows of a partition."""

        def loader(part: Key) -> Iterator[tuple[Key, Values, int]]:
            for row in self.rows[spec.name]:
                if row.valid_to is None and row.key[: spec.partition] == part:
                    yield row.key, row.values, row.valid_from

        return loader

    def write(self, models: ReadModels) -> None:
        """Takes in what changed since the last time."""
        for spec in SPECS:
            changes = models[spec].changes()
            kept = self.rows[spec.name]
            for key, valid_to in changes.ended:
                (place,) = (i for i, row in enumerate(kept) if row.key == key and row.valid_to is None)
                kept[place] = kept[place]._replace(valid_to=valid_to)
            kept += changes.rows
            open_keys = [row.key for row in kept if row.valid_to is None]
            assert len(open_keys) == len(set(open_keys)), f"two open rows of one key in {spec.name}"


def written(table: Iterable[Row]) -> list[str]:
    """Rows in a fixed order, digit by digit: figures that are equal but written otherwise differ here."""
    return sorted(map(repr, table))
