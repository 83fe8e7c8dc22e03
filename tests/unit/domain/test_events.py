"""How an event finds its place in a stream."""

from typing import Any

import pytest
from eventsourcing.domain import OriginatorIDError, OriginatorVersionError

from domain.bodies import Names, StateBody
from domain.errors import InvalidInput
from domain.revision import revision_of
from domain.statements import require_fitting
from tests.story import NAMES, rules
from tests.strategies import Teller

ESTABLISHED: dict[str, Any] = {
    "body": "min-health",
    "group": "central",
    "names": Names(**NAMES),
    "since": None,
    "predecessors": (),
    "illustrative": False,
}


def test_an_event_changes_only_its_own_stream_and_only_as_the_next_one() -> None:
    established = Teller().tell(StateBody, StateBody.BodyEstablished, ("min-health",), **ESTABLISHED)
    with pytest.raises(OriginatorIDError):
        established.mutate(StateBody.blank("min-trade"))
    body = StateBody.blank("min-health")
    assert not body.exists
    established.mutate(body)
    assert (body.exists, body.version, body.group) == (True, 1, "central")
    with pytest.raises(OriginatorVersionError):
        established.mutate(body)


def test_the_same_body_has_the_same_stream_everywhere() -> None:
    assert str(StateBody.stream_id("min-health")) == "7568d279-7d77-5dc4-a9c9-064509153c54"


def test_to_state_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="nothing is stated"):
        require_fitting(revision_of(rules()), ())
