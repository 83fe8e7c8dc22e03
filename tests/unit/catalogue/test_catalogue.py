"""The revisions that ship: each reads, lints, evaluates, speaks three languages, and cites only what is published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from domain.catalogue import catalogue, chain, document, older_than
from domain.revision import Input, Node, Revision, Title, revision_of
from domain.revision.diff import diff
from domain.revision.lint import lint
from domain.scoring import Fact, Facts, score

CITATIONS = {
    "Presidential Decree 954 of 19 March 2010",
    "Joint order 100 / 107-OD of 11 and 12 April 2014 (register 9349)",
    "Joint order 38 / 181 of November 2014 (register 10039)",
    "Order 457 of 25 July 2012 (register 8177)",
    "Joint order 29 / 45 / 4 of February 2017 (register 14795)",
    "Amendment of November 2017 (register 16160)",
    "Joint order 379 / 232 of 24 October 2017 (register 16133)",
    "Order 43 / 24 of 1 February 2019 (register 18272)",
    "Order 20-01-38.3 of 29 January 2020 (register 19983)",
    "Joint resolution 1-NK / 201 of 26 February 2020 (register 20072)",
    "Joint order 44 / 40 / 87 / 82 of March 2020 (register 20188)",
    "The evaluation system's own description",
}
"""Every citation that we have; nothing else may be given as a source."""

FULL = ("annual-2011", "annual-2012", "annual-2014", "annual-2015", "annual-2017", "annual-2019")
"""Revisions of a whole year."""

REVISIONS = {name: revision_of(document(name)) for name in catalogue()}


def stated(revision: Revision, share: Decimal) -> dict[str, Fact]:
    """Facts for every input, each at a share (0 to 1) of its declared range."""
    entries: dict[str, Fact] = {}
    for one in revision.inputs.values():
        if one.kind == "table":
            for item, row in enumerate(plan_rows(share)):
                entries[f"{one.id}/{item}"] = Fact(f"{one.id}/{item}", row, "event")
        else:
            entries[one.id] = Fact(one.id, at(one, share), "event")
    return entries


def at(one: Input, share: Decimal) -> str:
    assert one.minimum is not None
    assert one.maximum is not None
    return str(one.minimum + (one.maximum - one.minimum) * share)


def plan_rows(share: Decimal) -> Iterator[dict[str, Any]]:
    for kind in ("target", "macro"):
        for better in ("more", "less"):
            row = {"goal": "goal-1", "kind": kind, "name": "n", "unit": "percent", "better": better}
            yield {**row, "plan": "50", "fact": str(100 * share)}


def titles(revision: Revision) -> Iterator[Title]:
    yield revision.title
    yield from (one.title for one in revision.inputs.values())
    yield from (node.title for tree in revision.trees.values() for node in tree.walk())
    yield from (one.title for one in (*revision.penalties.values(),))
    yield from (one.title for one in revision.grades)
    yield from (one.reason for one in revision.discontinues)


def indicators(tree: Node) -> list[str]:
    return [node.id for node in tree.walk() if node.indicator is not None]


@pytest.mark.parametrize("name", catalogue())
def test_every_revision_lints_without_findings_after_those_before_it(name: str) -> None:
    assert lint(document(name), [REVISIONS[older] for older in older_than(name)]) == ()


@pytest.mark.parametrize("name", catalogue())
@pytest.mark.parametrize("share", ["0", "0.25", "0.5", "1"])
def test_every_revision_gives_a_score_for_full_data(name: str, share: str) -> None:
    revision = REVISIONS[name]
    for group in revision.trees:
        tree = score(revision, Facts(group, stated(revision, Decimal(share))))
        assert [node.id for node in tree.root.walk() if node.missing is not None] == []
        assert tree.value is not None
        assert 0 <= tree.value <= 100
        assert (tree.coverage, tree.grade is not None) == (1, True)
        assert tree.value.as_tuple().exponent == -revision.rounding["total"].places


@pytest.mark.parametrize("name", catalogue())
def test_without_data_the_missing_rule_speaks_and_the_coverage_is_nothing(name: str) -> None:
    revision = REVISIONS[name]
    for group in revision.trees:
        tree = score(revision, Facts(group, {}))
        rule = revision.tree(group).missing.value
        assert (tree.value, tree.coverage) == ({"zero": Decimal(0), "redistribute": None}[rule], 0)


@pytest.mark.parametrize("name", catalogue())
def test_every_revision_cites_only_what_is_published(name: str) -> None:
    revision = REVISIONS[name]
    assert set(revision.legal_acts) <= CITATIONS
    sources = [one.provenance for one in revision.inputs.values()]
    sources += [one.provenance for one in revision.penalties.values()]
    sources += [one.provenance for one in (*revision.grades, *revision.discontinues)]
    sources += [node.provenance for tree in revision.trees.values() for node in tree.walk()]
    assert {one.source for one in sources if one.source is not None} <= CITATIONS


def test_no_weight_threshold_or_penalty_is_presented_as_official() -> None:
    for revision in REVISIONS.values():
        for tree in revision.trees.values():
            assert all(node.provenance.illustrative for node in tree.walk() if node.level != "total")
        assert all(one.provenance.illustrative for one in (*revision.penalties.values(), *revision.grades))
        assert "illustrative" in revision.notes or revision.id == "goals-2022"


@pytest.mark.parametrize("name", catalogue())
def test_every_title_is_in_its_own_language(name: str) -> None:
    for title in titles(REVISIONS[name]):
        assert re.fullmatch(r"[\u0400-\u04ff0-9 ,.:;()«»–-]+", title.kk), title.kk
        assert re.fullmatch(r"[А-Яа-яЁё0-9 ,.:;()«»–-]+", title.ru), title.ru
        assert re.fullmatch(r"[A-Za-z0-9 ,.:;()'–-]+", title.en), title.en
        assert len({title.kk, title.ru, title.en}) == 3


def test_most_kazakh_titles_have_letters_that_only_kazakh_has() -> None:
    kazakh = [title.kk for revision in REVISIONS.values() for title in titles(revision)]
    own = [title for title in kazakh if re.search("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]", title)]
    assert len(own) / len(kazakh) > 0.9


def test_whole_years_have_twenty_to_fifty_indicators_for_both_groups() -> None:
    for name in FULL:
        for group in ("central", "local"):
            assert 20 <= len(indicators(REVISIONS[name].tree(group))) <= 50, name


def test_the_model_went_from_seven_directions_to_five_to_three_blocks() -> None:
    tops = {name: [child.level for child in REVISIONS[name].tree("central").children] for name in FULL}
    assert [tops[name] for name in FULL] == [
        *[["direction"] * 7] * 3,
        ["direction"] * 5,
        *[["block"] * 3] * 2,
    ]


def test_an_id_means_the_same_in_every_revision() -> None:
    names: dict[str, set[str]] = {}
    units: dict[str, set[str | None]] = {}
    for revision in REVISIONS.values():
        for one in revision.inputs.values():
            units.setdefault(one.id, set()).add(one.unit)
        for tree in revision.trees.values():
            for node in tree.walk():
                if node.indicator is not None:
                    names.setdefault(node.id, set()).add(node.title.en)
    assert {name: said for name, said in names.items() if len(said) > 1} == {}
    assert {name: said for name, said in units.items() if len(said) > 1} == {}


def test_each_part_is_the_same_in_its_order_and_in_the_whole_year() -> None:
    for part, year, node_id in (
        ("it-local-2012", "annual-2012", "information-technology"),
        ("strategic-goals-2014", "annual-2014", "goals"),
        ("state-services-2014", "annual-2014", "services"),
        ("interaction-2017", "annual-2017", "interaction-citizens"),
        ("organisation-2017", "annual-2017", "organisation"),
        ("interaction-renamed", "annual-2019", "interaction-persons"),
        ("organisation-2019", "annual-2019", "organisation"),
    ):
        for group in REVISIONS[part].trees:
            (alone,) = REVISIONS[part].tree(group).children
            within = REVISIONS[year].node(group, node_id)
            assert within is not None
            assert (alone.id, alone.children) == (within.id, within.children), part


def test_every_change_by_the_chain_is_a_change_of_rules() -> None:
    for step in chain().steps:
        if step.follows is not None and step.begins is not None:
            assert diff(REVISIONS[step.follows], REVISIONS[step.begins]), step.begins


def test_an_unknown_revision_is_refused_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="annual-2011"):
        document("annual-1999")
    with pytest.raises(KeyError, match="no revision 'acts'"):
        document("acts")


def test_older_revisions_stand_in_the_order_in_which_they_began() -> None:
    assert older_than("pilot-2010") == ()
    assert older_than("it-local-2012") == ("pilot-2010", "annual-2011")
    assert set(older_than("new-2030")) == set(catalogue())
