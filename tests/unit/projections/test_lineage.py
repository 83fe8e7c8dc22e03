"""Lives of bodies, and who is compared with whom between two years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain import bodies, casefile, cycle
from domain.cycle import Stage
from domain.errors import NotFound
from projections.comparison import Wanted, compare
from projections.lives import Life, lives_of
from projections.results import results_of
from projections.succession import Kin, succession
from tests.chronicle import HEAD, recorded, source_of
from tests.story import NAMES, Story, stated


class Register(Story):
    """A register in which bodies come and go."""

    def body(self, code: str, since: str | None = None, predecessors: tuple[str, ...] = ()) -> Register:
        fields = {"body": code, "group": "central", "names": NAMES, "since": since, "predecessors": predecessors}
        self.when(bodies.EstablishBody.read(fields), self.registrar)
        return self

    def change(self, command: type[bodies.BodyCommand], code: str, since: str, **fields: Any) -> Register:
        self.when(command.read({"body": code, "since": since, **fields}), self.registrar)
        return self

    def split(self, code: str, since: str, *successors: str) -> Register:
        return self.change(bodies.ReorganiseBody, code, since, kind="split", successors=successors)

    def merged(self, code: str, since: str, *successors: str) -> Register:
        return self.change(bodies.ReorganiseBody, code, since, kind="merged", successors=successors)

    def abolished(self, code: str, since: str) -> Register:
        return self.change(bodies.AbolishBody, code, since)

    def renamed(self, code: str, since: str, name: str) -> Register:
        return self.change(bodies.RenameBody, code, since, names={**NAMES, "en": name})

    def lives(self) -> dict[str, Life]:
        return dict(lives_of(recorded(self)))

    def kin(self, before: set[str], after: set[str]) -> dict[tuple[str | None, str | None], Kin]:
        found = succession(self.lives(), 2021, before, 2022, after)
        return {(kin.before, kin.after): kin for kin in found}


def education() -> Register:
    return split_education(Register().body("education-science"))


def split_education(story: Register) -> Register:
    story.body("enlightenment", "2022-06-11", ("education-science",)).body("science", "2022-06-11")
    story.split("education-science", "2022-06-11", "enlightenment", "science")
    return story.abolished("education-science", "2022-06-11")


def test_a_life_tells_names_ties_and_end() -> None:
    story = (
        education()
        .body("astana")
        .renamed("astana", "2019-03-23", "Nur-Sultan")
        .renamed("astana", "2022-09-17", "Astana")
    )
    lives = story.lives()
    names = [(name.en, name.since) for name in lives["astana"].names]
    assert names == [("E", None), ("Nur-Sultan", date(2019, 3, 23)), ("Astana", date(2022, 9, 17))]
    assert lives["astana"].name.en == "Astana"
    old = lives["education-science"]
    assert old.ending is not None
    assert old.ending.since == date(2022, 6, 11)
    assert [tie.words() for tie in old.after] == [
        "enlightenment split from education-science on 2022-06-11",
        "science split from education-science on 2022-06-11",
    ]
    assert lives["science"].before == old.after[1:]


def test_a_predecessor_that_no_reorganisation_names_is_told_too() -> None:
    lives = Register().body("a").body("b", "2020-01-01", ("a",)).body("c", None, ("a",)).lives()
    assert [tie.words() for tie in lives["a"].after] == ["c established from a", "b established from a on 2020-01-01"]


def test_a_renamed_body_is_the_same_body() -> None:
    kin = Register().body("a").renamed("a", "2022-09-17", "Astana").kin({"a"}, {"a"})[("a", "a")]
    assert (kin.marked, kin.words) == (False, "renamed from E to Astana on 2022-09-17")


def test_a_body_that_was_split_off_has_no_comparable_value_before() -> None:
    found = education().kin({"education-science"}, {"enlightenment", "science"})
    kin = found[(None, "enlightenment")]
    assert kin.words == "enlightenment split from education-science on 2022-06-11: no comparable value before"
    assert kin.predecessors == ("education-science",)
    left = found[("education-science", None)]
    assert left.words.endswith("science split from education-science on 2022-06-11: no comparable value after")
    assert len(found) == 3


def test_a_body_that_lost_or_gained_a_part_is_compared_with_a_mark() -> None:
    story = Register().body("east").body("abai", "2022-06-08").split("east", "2022-06-08", "abai")
    found = story.kin({"east"}, {"east", "abai"})
    kept = found[("east", "east")]
    assert kept.marked
    assert kept.words == "abai split from east on 2022-06-08: not like for like"
    assert (None, "abai") in found
    gained = Register().body("a").body("b").merged("a", "2022-02-01", "b").abolished("a", "2022-02-01")
    assert gained.kin({"a", "b"}, {"b"})[("b", "b")].words == "a merged into b on 2022-02-01: not like for like"


def test_a_body_whose_whole_work_went_to_one_other_alone_is_compared_with_it_and_marked() -> None:
    story = Register().body("old").body("between", "2022-01-01").body("new", "2022-06-01")
    story.merged("old", "2022-01-01", "between").abolished("old", "2022-01-01")
    story.merged("between", "2022-06-01", "new").abolished("between", "2022-06-01")
    (kin,) = story.kin({"old"}, {"new"}).values()
    assert (kin.before, kin.after, kin.marked, kin.predecessors) == ("old", "new", True, ("old",))
    assert "between merged into new on 2022-06-01; old merged into between on 2022-01-01" in kin.words


def test_two_bodies_merged_into_a_new_one_have_no_comparable_value() -> None:
    story = Register().body("a").body("b").body("c", "2022-03-01")
    for one in ("a", "b"):
        story.merged(one, "2022-03-01", "c").abolished(one, "2022-03-01")
    found = story.kin({"a", "b"}, {"c"})
    assert set(found) == {(None, "c"), ("a", None), ("b", None)}
    assert found[(None, "c")].predecessors == ("a", "b")


def test_changes_outside_the_years_compared_do_not_count() -> None:
    story = Register().body("a").body("b", "2020-05-01").split("a", "2020-05-01", "b").renamed("a", "2023-01-01", "New")
    story.body("young", "2022-04-01").body("gone").abolished("gone", "2022-12-31").body("quiet")
    found = story.kin({"a", "gone", "quiet"}, {"a", "b", "young"})
    assert (found[("a", "a")].words, found[("a", "a")].marked) == ("", False)
    assert found[(None, "b")].words == "not evaluated in 2021"
    assert found[(None, "young")].words == "established on 2022-04-01, not evaluated in 2021"
    assert found[("gone", None)].words == "abolished on 2022-12-31, not evaluated in 2022"
    assert found[("quiet", None)].words == "not evaluated in 2022"


def two_years() -> Register:
    """Education and Science in 2021; one of its two successors in 2022; health in both."""
    story = Register().body("education-science").body("health")
    story.with_rules()
    results(story, 2021, {"education-science": "91", "health": "80"})
    results(split_education(story), 2022, {"enlightenment": "88", "health": "85"})
    return story


def results(story: Register, year: int, values: dict[str, str]) -> None:
    story.when(cycle.OpenCycle(cycle=year, methodology="small", revision="small-1"), story.admin)
    for code in values:
        story.when(cycle.EnrolBody(cycle=year, body=code), story.admin)
    story.when(cycle.OpenStage(cycle=year, stage=Stage.SUBMISSION, deadline=story.due(30)), story.admin)
    for code, quality in values.items():
        officer = story.someone(f"officer-{code}-{year}", "body-officer", code)
        story.when(casefile.SubmitData(cycle=year, body=code, values=(stated("quality", quality),)), officer)


def test_years_are_compared_along_the_lineage() -> None:
    story = two_years()
    events = recorded(story)
    found = compare(source_of(events), Wanted(2021), Wanted(2022), "central", HEAD, lives=story.lives())
    rows = {one.body: (one.difference, one.words) for one in found.bodies}
    assert rows["health"] == (5, "")
    assert rows["enlightenment"] == (
        None,
        "enlightenment split from education-science on 2022-06-11: no comparable value before "
        "(before: education-science 91.0)",
    )
    assert rows["education-science"][0] is None
    assert [one.body for one in found.bodies] == ["enlightenment", "health", "education-science"]


def test_two_years_are_not_compared_without_the_lives_of_their_bodies() -> None:
    with pytest.raises(NotFound, match="lives"):
        compare(source_of(recorded(two_years())), Wanted(2021), Wanted(2022), "central", HEAD)


def test_the_results_of_a_body_over_its_cycles() -> None:
    found = results_of(source_of(recorded(two_years())), "health", HEAD)
    assert [(one.cycle, one.score, one.rank, one.of, one.status) for one in found] == [
        (2021, 80, 2, 2, "in progress"),
        (2022, 85, 2, 2, "in progress"),
    ]
