"""Who may do what, when: Cedar policies in `authority.cedar`, and the decision kept with every event.

The text of the policy set is content-addressed, so that the decision can be replayed years later under exactly the
policies that were in force: each set that ever decided stays in `policies/`, under the SHA-256 of its text, and never
changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import cedarpy

from domain.errors import NotAuthorised, NotFound
from domain.events import Actor, Authority

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the policies: may this actor do this act to this resource, in this context?

    `resource` and `context` hold what the policies look at: strings, whole numbers, booleans and lists of strings.
    """

    actor: Actor
    action: str
    resource_type: str
    resource_id: str
    resource: Attributes = field(default_factory=dict)
    context: Attributes = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicySet:
    """Cedar policies with the ids and messages that their annotations give."""

    text: str
    sha256: str
    parsed: cedarpy.PolicySet
    permits: cedarpy.PolicySet
    ids: Mapping[str, str]
    messages: Mapping[str, str]

    @classmethod
    def of(cls, text: str) -> PolicySet:
        """Reads policies; each must have an `@id`. Raises ValueError if the text is not Cedar or an id is missing."""
        document = json.loads(cedarpy.policies_to_json_str(text))
        policies = document["staticPolicies"]
        annotations = {internal: policy.get("annotations", {}) for internal, policy in policies.items()}
        without = [internal for internal, notes in annotations.items() if "id" not in notes]
        if without:
            raise ValueError(f"policies without an @id annotation: {', '.join(sorted(without))}")
        permits = {internal: policy for internal, policy in policies.items() if policy["effect"] == "permit"}
        return cls(
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            parsed=cedarpy.PolicySet.from_str(text),
            permits=cedarpy.PolicySet.from_json_str(json.dumps(document | {"staticPolicies": permits})),
            ids={internal: notes["id"] for internal, notes in annotations.items()},
            messages={notes["id"]: notes.get("message", "") for notes in annotations.values()},
        )

    def authorise(self, request: Request) -> Authority:
        """The decision, if the act is allowed. Raises NotAuthorised, which names the policy that refused."""
        result = _ask(self.parsed, request)
        if result.diagnostics.errors:
            raise NotAuthorised(
                f"the policies could not be evaluated for {request.action}: {result.diagnostics.errors[0]}",
                rule="policy-error",
            )
        determined_by = tuple(sorted(self.ids[internal] for internal in result.diagnostics.reasons))
        if result.allowed:
            return Authority(policies=self.sha256, decision="allow", determined_by=determined_by)
        # A prohibition hides the lack of a right, which is what the person needs to hear first.
        if not determined_by or not _ask(self.permits, request).allowed:
            raise NotAuthorised(
                f"the role `{request.actor.role}` gives no right to {request.action} on {request.resource_id}",
                rule="no-right",
            )
        reasons = "; ".join(self.messages[policy] or policy for policy in determined_by)
        raise NotAuthorised(f"{request.action} is refused: {reasons}", rule=determined_by[0])


@cache
def policies_in_force() -> PolicySet:
    """The policies that ship with this version."""
    return PolicySet.of(files("domain").joinpath("authority.cedar").read_text("utf-8"))


@cache
def policy_set(sha256: str) -> PolicySet:
    """The policies whose text has this SHA-256 (hex), in force or not any more. Raises NotFound, which names those
    there are."""
    released = {Path(file.name).stem: file for file in files("domain").joinpath("policies").iterdir()}
    if sha256 not in released:
        known = ", ".join(sorted(released))
        raise NotFound(f"no policy set {sha256} is kept (policy sets: {known})", rule="policies-known")
    return PolicySet.of(released[sha256].read_text("utf-8"))


def _ask(policies: cedarpy.PolicySet, request: Request) -> cedarpy.AuthzResult:
    return cedarpy.is_authorized(
        {
            "principal": {"type": "Person", "id": request.actor.person},
            "action": {"type": "Action", "id": request.action},
            "resource": {"type": request.resource_type, "id": request.resource_id},
            "context": dict(request.context),
        },
        policies,
        _entities(request),
    )


def _entities(request: Request) -> list[dict[str, Any]]:
    """The actor and the resource; one entity where somebody acts on their own record."""
    if request.resource_type == "Person" and request.resource_id == request.actor.person:
        return [_entity("Person", request.actor.person, {**request.resource, **_principal(request)})]
    return [
        _entity("Person", request.actor.person, _principal(request)),
        _entity(request.resource_type, request.resource_id, request.resource),
    ]


def _principal(request: Request) -> dict[str, Any]:
    actor = request.actor
    return {"role": actor.role, "body": actor.body, "person": actor.person, "conflicts": list(request.conflicts)}


def _entity(kind: str, identifier: str, attributes: Attributes) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": identifier}, "attrs": dict(attributes), "parents": []}
