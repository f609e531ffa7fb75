"""The facts told twice: in columns over a log, and one history at a time in plain Python; neither knows the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dossier.events import KINDS, LOG_COLUMNS, UNKNOWN, Cell
from dossier.formats.eventlog import EventLog
from dossier.procedures import Procedures
from rules.centres import Centres, centres
from rules.checks import check
from rules.findings import rows_of as findings_of
from rules.known import known_facts
from rules.quotas import quotas
from rules.regimes import regimes
from rules.rulebook import rulebook
from rules.single.history import EVERYTHING, History, Source
from rules.single.judging import Bench
from rules.single.offering import Facts, Law
from rules.single.sql import KINDS as KIND_OF
from rules.single.table import ACROSS, offered, types
from tests.rules.logs import Row, at, judgements, log_of
from tests.rules.test_checks import AS_OF, CELLS, OPTIONAL, rows_of
from tests.rules.test_facts_dates import CALENDARS, STARTS, Office, history, moment
from tests.rules.test_facts_dates import procedures as procedures_of_all_semantics
from tests.rules.test_rules_stories import CENTRES, STORIES
from tests.rules.test_rules_stories import procedures as procedures_of_stories
from tests.rules.test_rules_stories import rows_of as rows_of_story
from tests.rules.test_two_judges import clerk_of

OFFERED = offered(quotas())
BENCH = Bench(rulebook(), types(OFFERED))
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""A smaller seed is no simpler log."""
LINKED = {"parts", "parts_overdue", "citizen_due_on", "citizen_due_at", "citizen_promised_on"}
"""Facts that are other ones where the whole or the parts stand in the same log."""


@dataclass(frozen=True)
class Twice:
    """A log read by both.

    Attributes:
        linked: whether dossiers of the log may belong together.

    """

    log: EventLog
    as_of: datetime = AS_OF
    procedures: Procedures = field(default_factory=Procedures.shipped)
    centres: Centres = field(default_factory=centres)
    linked: bool = True

    def differences(self) -> Iterator[tuple[str, str, object, object]]:
        """Dossier, fact or rule, what the plain reading says, what the columns say."""
        checked = check(self.log, as_of=self.as_of, procedures=self.procedures, centres=self.centres)
        judged, found = judgements(checked), self._found(findings_of(checked.found))
        for row in checked.facts.to_dicts():
            facts = self.facts(row["dossier"])
            yield from self._facts(facts, row)
            for ready, judgement in BENCH.judged(facts):
                if judgement != judged[row["dossier"]][ready.rule.code]:
                    yield row["dossier"], ready.rule.code, judgement, judged[row["dossier"]][ready.rule.code]
            if (mine := BENCH.findings(facts)) != found[row["dossier"]]:
                yield row["dossier"], "findings", mine, found[row["dossier"]]

    def _facts(self, facts: Facts, row: Mapping[str, Any]) -> Iterator[tuple[str, str, object, object]]:
        left_out = set(ACROSS) | (LINKED if self.linked else set())
        for name, value in row.items():
            if name not in left_out and (
                facts[name] != value or isinstance(value, bool) != isinstance(facts[name], bool)
            ):
                yield row["dossier"], name, facts[name], value

    def _found(self, found: list[dict[str, Any]]) -> Mapping[str, list[dict[str, Any]]]:
        kept = {ready.rule.code for ready in BENCH.rules}
        told: dict[str, list[dict[str, Any]]] = {code: [] for code in self.log.events["dossier"]}
        for one in found:
            one.pop("office")
            if one["rule"] in kept:
                told[one["dossier"]].append(one)
        return told

    def facts(self, dossier: str) -> Facts:
        """The plain reading of one dossier."""
        columns = self.log.columns & frozenset(LOG_COLUMNS)
        source = Source(columns, self.log.kinds, self.log.law_as_of)
        law = Law(self.procedures, quotas(), regimes(), self.centres)
        rows = self._histories[dossier]
        return Facts(History.of(rows, self.as_of.astimezone(UTC), self.log.calendar, source), law, OFFERED)

    @cached_property
    def _histories(self) -> Mapping[str, list[dict[str, Cell]]]:
        found: dict[str, list[dict[str, Cell]]] = {}
        for row in self.log.events.to_dicts():
            found.setdefault(row["dossier"], []).append(typed(row))
        return found


def typed(read: Mapping[str, Any]) -> dict[str, Cell]:
    """A row that was read, as a desk would hand it over: an unknown cell is `?`, a promise stands in one cell."""
    row = {name: cell for name, cell in read.items() if name in LOG_COLUMNS}
    for name in ("signed", "digitised"):
        row[name] = UNKNOWN if read.get(name) is None else read[name]
    promised = read.get("promised_at") or read.get("promised_date")
    return row | {"promised": UNKNOWN if read.get("promised_unknown") else promised}


# what is offered


def test_every_fact_of_the_dictionary_is_offered_with_its_type() -> None:
    assert {name: KIND_OF[kind] for name, kind in types(OFFERED).items()} == dict(known_facts(quotas()))


# random histories

MORE = CELLS | {
    "parent": ("A0", "A9", "?", None),
    "digitised": ("true", "false", "?", None),
    "applicant": ("p", "?", None),
    "sector": ("Đất đai", "?", None),
    "ground": ("verification", "financial_obligation", "no_answer", "?", None),
    "procedure": ("1.012784", "1.010727", "2.000908", "1.014232", "?", None),
    "recorded_at": ("2026-06-03T08:00:00+07:00", "2026-06-29T16:00:00.250000+07:00", None),
}


def junk(random: Random, steps: int) -> list[Row]:
    """Any kinds in any order, close together, any cell empty or unknown; receipts and waits more often than others."""
    often = ("received", "paused", "resumed", "supplement_requested", "supplemented", "payment_requested", "paid")
    return [
        {
            "event": random.choice([*KINDS, *often]),
            "at": moment(random, at("2026-06-01 00:00"), random.choice([0, 3, 28])),
            **{name: random.choice(cells) for name, cells in MORE.items() if random.random() < 0.5},
        }
        for _ in range(steps)
    ]


def junk_log(seed: int, dossiers: int, without: list[str], cannot_say: list[str]) -> EventLog:
    random = Random(seed)
    rows = rows_of([junk(random, random.randrange(1, 12)) for _ in range(dossiers)])
    said = [row for row in rows if row["event"] not in cannot_say]
    return log_of(said, without=without, cannot_say=cannot_say)


lacking = st.lists(st.sampled_from(OPTIONAL), max_size=3)
unsaid = st.lists(st.sampled_from(KINDS), max_size=6)


@settings(max_examples=12, deadline=None, phases=PHASES)
@given(st.integers(), lacking, unsaid)
def test_both_tell_the_same_of_any_junk(seed: int, without: list[str], cannot_say: list[str]) -> None:
    assert not [*Twice(junk_log(seed, 60, without, cannot_say)).differences()]


@settings(max_examples=6, deadline=None, phases=PHASES)
@given(st.integers(), lacking)
def test_both_tell_the_same_of_a_dossier_that_is_alone_in_its_log(seed: int, without: list[str]) -> None:
    log = junk_log(seed, 1, without, [])
    assert not [*Twice(log, linked=False).differences()]


@settings(max_examples=6, deadline=None, phases=PHASES)
@given(st.integers(), st.dates(date(2017, 1, 1), date(2027, 1, 1)))
def test_both_tell_the_same_under_the_law_of_any_day(seed: int, day: date) -> None:
    log = replace(junk_log(seed, 40, [], []), law_as_of=day)
    assert not [*Twice(log).differences()]


@settings(max_examples=8, deadline=None, phases=PHASES)
@given(st.integers(), st.sampled_from(STARTS), st.integers(0, 30), st.sampled_from([*CALENDARS]))
def test_both_tell_the_same_of_limits_of_every_unit_and_semantics(
    seed: int, start: datetime, days: int, country: str
) -> None:
    random = Random(seed)
    office = Office(tuple(history(random, start) for _ in range(150)), moment(random, start, days), country)
    rows = [row for number, one in enumerate(office.histories) for row in one.rows(f"A{number}")]
    log = log_of(rows, calendar=CALENDARS[country])
    assert not [*Twice(log, office.until, procedures_of_all_semantics()).differences()]


# histories with a sense


@settings(max_examples=5, deadline=None, phases=PHASES)
@given(st.integers())
def test_both_tell_the_same_of_what_a_desk_wrote(seed: int) -> None:
    clerk = clerk_of(seed)
    log = log_of([*clerk.store.export_rows(), *clerk.rows])
    assert not [*Twice(log, clerk.now).differences()]


TELLING = [story for story in STORIES if "others" not in story and not {"without", "cannot_say"} & story.keys()]


@pytest.mark.parametrize("column", [None, *OPTIONAL])
def test_both_tell_the_same_of_the_stories_of_the_law_with_unknown_cells(column: str | None) -> None:
    random = Random(column)
    rows = [row for story in TELLING for row in rows_of_story(story)]
    hidden = [row | {column: "?"} if column and random.random() < 0.3 else row for row in rows]
    as_of = at("2026-12-31 17:00")
    assert not [*Twice(log_of(hidden), as_of, procedures_of_stories(), CENTRES).differences()]


def test_the_stories_and_the_junk_say_something_of_every_fact() -> None:
    rows = [row for story in STORIES for row in rows_of_story(story)]
    logs = (
        Twice(log_of(rows), at("2026-12-31 17:00"), procedures_of_stories(), CENTRES),
        Twice(junk_log(7, 200, [], [])),
    )
    said = Counter(
        name for twice in logs for code in twice.log.events["dossier"].unique() for name in _known(twice.facts(code))
    )
    assert set(OFFERED) == said.keys()


def _known(facts: Facts) -> Iterator[str]:
    return (name for name in OFFERED if facts[name] is not None)


def test_a_fact_is_worked_out_once() -> None:
    facts = Twice(log_of([{"event": "received", "at": at("2026-06-01 09:00")}])).facts("A1")
    made: list[str] = []

    def make(_facts: Facts) -> str:
        made.append("made")
        return "made"

    assert (facts.once(make), facts.once(make), made) == ("made", "made", ["made"])
    with pytest.raises(KeyError):
        facts["no_such_fact"]


def test_a_source_can_say_everything_unless_it_is_told() -> None:
    assert (EVERYTHING.columns, EVERYTHING.kinds) == (frozenset(LOG_COLUMNS), frozenset(KINDS))
