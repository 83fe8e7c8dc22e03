"""The registers: bodies and their lineage, revisions, cycles, enrolments, decisions and publications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.bodies import StateBody
from domain.commission import CommissionSession
from domain.cycle import Cycle
from domain.events import Event
from domain.methodology import Methodology
from projections.tables import (
    BODIES,
    CYCLES,
    DECISIONS,
    ENROLMENTS,
    LINEAGE,
    PUBLICATIONS,
    REVISIONS,
    ReadModels,
)


def fold_register(models: ReadModels, event: Event, position: int) -> None:
    """Applies one event to the registers; an event that is none of theirs changes nothing."""
    fold = _FOLDS.get(type(event))
    if fold is not None:
        fold(models, event, position)


def _established(models: ReadModels, event: StateBody.BodyEstablished, position: int) -> None:
    names = event.names
    values = (event.group, names.kk, names.ru, names.en, event.since, None, event.illustrative)
    models[BODIES].put((event.body,), values, position)


def _renamed(models: ReadModels, event: StateBody.BodyRenamed, position: int) -> None:
    names = event.names
    group, _, _, _, since, abolished, illustrative = models[BODIES].row((event.body,))
    models[BODIES].put((event.body,), (group, names.kk, names.ru, names.en, since, abolished, illustrative), position)


def _reorganised(models: ReadModels, event: StateBody.BodyReorganised, position: int) -> None:
    for successor in event.successors:
        models[LINEAGE].put((event.body, successor), (event.kind, event.since, event.illustrative), position)


def _abolished(models: ReadModels, event: StateBody.BodyAbolished, position: int) -> None:
    group, kk, ru, en, since, _, illustrative = models[BODIES].row((event.body,))
    models[BODIES].put((event.body,), (group, kk, ru, en, since, event.since, illustrative), position)


def _drafted(models: ReadModels, event: Methodology.RevisionDrafted, position: int) -> None:
    key = (event.methodology, event.revision)
    models[REVISIONS].put(key, (event.sha256, event.document, None, None, None), position)


def _approved(models: ReadModels, event: Methodology.RevisionApproved, position: int) -> None:
    key = (event.methodology, event.revision)
    sha256, document, *_ = models[REVISIONS].row(key)
    models[REVISIONS].put(key, (sha256, document, event.in_force_from, event.legal_act, None), position)


def _repealed(models: ReadModels, event: Methodology.RevisionRepealed, position: int) -> None:
    key = (event.methodology, event.revision)
    sha256, document, approved, legal_act, _ = models[REVISIONS].row(key)
    models[REVISIONS].put(key, (sha256, document, approved, legal_act, event.repealed_from), position)


def _opened(models: ReadModels, event: Cycle.CycleOpened, position: int) -> None:
    values = (event.methodology, event.revision, event.revision_sha256, event.retrospective)
    models[CYCLES].put((event.cycle,), values, position)


def _enrolled(models: ReadModels, event: Cycle.BodyEnrolled, position: int) -> None:
    models[ENROLMENTS].put((event.cycle, event.body), (event.group, []), position)


def _withdrawn(models: ReadModels, event: Cycle.BodyWithdrawn, position: int) -> None:
    models[ENROLMENTS].remove((event.cycle, event.body), position)


def _assigned(models: ReadModels, event: Cycle.EvaluatorAssigned, position: int) -> None:
    group, evaluators = models[ENROLMENTS].row((event.cycle, event.body))
    models[ENROLMENTS].put((event.cycle, event.body), (group, [*evaluators, event.evaluator]), position)


def _reassigned(models: ReadModels, event: Cycle.EvaluatorReassigned, position: int) -> None:
    group, evaluators = models[ENROLMENTS].row((event.cycle, event.body))
    changed = [event.evaluator if evaluator == event.replaces else evaluator for evaluator in evaluators]
    models[ENROLMENTS].put((event.cycle, event.body), (group, changed), position)


def _decided(models: ReadModels, event: CommissionSession.DecisionTaken, position: int) -> None:
    for body in event.bodies:
        models[DECISIONS].put((event.cycle, body), (event.session, event.item, event.outcome), position)


def _annulled(models: ReadModels, event: CommissionSession.DecisionAnnulled, position: int) -> None:
    for body in event.bodies:
        models[DECISIONS].remove((event.cycle, body), position)


def _reopened(models: ReadModels, event: Cycle.CycleReopened, position: int) -> None:
    models[PUBLICATIONS].remove((event.cycle, event.group), position)


def _published(models: ReadModels, event: Cycle.ResultsPublished, position: int) -> None:
    models[PUBLICATIONS].put((event.cycle, event.group), (event.session,), position)


_FOLDS: dict[type[Event], Callable[[ReadModels, Any, int], None]] = {
    StateBody.BodyEstablished: _established,
    StateBody.BodyRenamed: _renamed,
    StateBody.BodyReorganised: _reorganised,
    StateBody.BodyAbolished: _abolished,
    Methodology.RevisionDrafted: _drafted,
    Methodology.RevisionApproved: _approved,
    Methodology.RevisionRepealed: _repealed,
    Cycle.CycleOpened: _opened,
    Cycle.BodyEnrolled: _enrolled,
    Cycle.BodyWithdrawn: _withdrawn,
    Cycle.EvaluatorAssigned: _assigned,
    Cycle.EvaluatorReassigned: _reassigned,
    CommissionSession.DecisionTaken: _decided,
    CommissionSession.DecisionAnnulled: _annulled,
    Cycle.ResultsPublished: _published,
    Cycle.CycleReopened: _reopened,
}
