"""Two judges, one law, for feedback: what the desk lets through the rules pass, what it refuses they find in a log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dossier import UNCHECKED, Desk, MemoryStore, NotAllowed, Override, UnknownDossier
from dossier.events import Cell
from dossier.feedback import FEEDBACK, Feedback
from dossier.feedback.case import feedback_requirements
from dossier.feedback.lifecycle import FEEDBACK_LIFECYCLE
from rules.checks import Checked
from rules.feedback.checks import check_feedback
from rules.feedback.rulebook import feedback_rulebook
from tests.rules.feedback_logs import feedback_log
from tests.rules.logs import at, by_rule

START = at("2026-07-01 08:00")
CHIEF = Override("Theo chỉ đạo", "Giám đốc Sở")
DECIDED = {"answered", "published", "rejected"}

SAME: Mapping[str, str] = {
    "reject.reason": "F10",
    "reject.notice": "F10",
    "request_supplement.reason": "F13",
    "request_supplement.notice": "F13",
    "extend.reason": "F06",
    "extend.document": "F06",
    "extend.promised": "F06",
    "answer.document": "F11",
    "answer.notice": "F11",
}
CONDITIONAL = {"state", "state.ended", "extend.late"}
HOUSE = {
    *("state.none", "at.future", "at.before_previous", "field.invalid", "form.none", "override.reason"),
    *("override.approver", "role.missing", "role.denied", "submit.channel", "forward.office", "extend.shorter"),
    *("copy.office", "publish.channel", "attach.document", "correct.reason"),
}
"""Reasons behind which no rule of the rulebook stands."""


def test_every_reason_of_the_desk_has_its_place() -> None:
    assert sorted([*SAME, *CONDITIONAL, *HOUSE]) == sorted(feedback_requirements().codes)


def test_every_preventable_rule_is_prevented() -> None:
    assert {*SAME.values(), "F05", "F12"} == {rule.code for rule in feedback_rulebook() if rule.preventable}


def breaks(code: str, command: str, state: str) -> str | None:
    """The rule that finds an act that the desk refuses for this reason in this state, None where no rule does."""
    if code == "extend.late":
        return None if state in DECIDED else "F05"
    if code not in {"state", "state.ended"}:
        return SAME.get(code)
    own_order = command in {"forward", "request_supplement", "extend", "answer"} and state not in DECIDED
    return None if own_order else "F12"


FIELDS: Mapping[str, Callable[[Random, datetime], dict[str, Cell]]] = {
    "submit": lambda r, _: {"channel": r.choice(["online", "phone"])},
    "forward": lambda _, __: {"office": "Sở Xây dựng"},
    "reject": lambda _, __: {"reason": "Không thuộc phạm vi", "notice": "TB-1"},
    "request_supplement": lambda _, __: {"reason": "Chưa rõ", "notice": "TB-2"},
    "extend": lambda r, now: {
        "reason": "Phức tạp",
        "document": "GH-1",
        "promised": (now + timedelta(days=r.randrange(90))).date(),
    },
    "answer": lambda _, __: {"document": "TL-1", "notice": "TB-3"},
    "copy": lambda _, __: {"office": "Văn phòng UBND tỉnh"},
    "publish": lambda r, _: {"channel": r.choice(["national_system", "provincial_system", "web", "letter"])},
    "attach": lambda _, __: {"document": "VB-1"},
    "correct": lambda _, __: {"reason": "Ghi sai"},
}
PACE = [timedelta(0), timedelta(hours=1), timedelta(hours=5), timedelta(days=1), timedelta(days=3), timedelta(days=9)]
RARE = {"reject", "answer", "attach", "correct"}


@dataclass
class Clerk:
    """Works on feedback at a desk, and keeps what the desk refused as rows of other cases."""

    random: Random
    now: datetime = START
    store: MemoryStore = field(default_factory=lambda: MemoryStore(FEEDBACK.lifecycle))
    lifted: dict[str, set[str]] = field(default_factory=dict)
    forced: dict[str, set[str]] = field(default_factory=dict)
    rows: list[Mapping[str, Cell]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the desk."""
        self.desk = Desk(self.store, roles=UNCHECKED, kind=FEEDBACK, now=lambda: self.now)

    def work(self, code: str, steps: int) -> None:
        """So many steps on one case."""
        self.lifted[code] = set()
        for _ in range(steps):
            self.now += self.random.choice(PACE)
            before = self.case(code)
            state = before.state if before else "(none)"
            command, fields = self.act(state)
            override = CHIEF if self.random.random() < 0.4 else None
            try:
                done = self.desk.do(code, command, at=self.now, override=override, **fields)
            except NotAllowed as refusal:
                self.force(before, command, fields, [reason.code for reason in refusal.reasons])
            else:
                used = done.history[-1].override
                self.lifted[code] |= {breaks(c, command, state) or "" for c in (used.lifted if used else ())}

    def case(self, code: str) -> Feedback | None:
        """The case as it stands, None before its first step."""
        try:
            found = self.desk.dossier(code)
        except UnknownDossier:
            return None
        assert isinstance(found, Feedback)
        return found

    def act(self, state: str) -> tuple[str, dict[str, Any]]:
        """A command with all its fields, or with one left out."""
        commands = [*FEEDBACK_LIFECYCLE.commands]
        possible = [one for one in commands if state in FEEDBACK_LIFECYCLE.sources(one)]
        leading = [one for one in possible if one not in RARE] or possible
        command = self.random.choice(self.random.choice([*[leading] * 4, possible, possible, commands]))
        given = FIELDS.get(command)
        fields: dict[str, Any] = given(self.random, self.now) if given else {}
        if fields and self.random.random() < 0.25:
            fields |= {self.random.choice([*fields]): None}
        return command, fields

    def force(self, before: Feedback | None, command: str, fields: Mapping[str, Cell], codes: list[str]) -> None:
        """Put a refused act into a log, behind what stood before it."""
        rules = {rule for code in codes if before and (rule := breaks(code, command, before.state))}
        if before and rules:
            made_up = f"forced-{len(self.forced)}"
            self.forced[made_up] = rules
            self.rows += [dict(record.row) | {"dossier": made_up} for record in before.history]
            kind = FEEDBACK_LIFECYCLE.commands[command]
            self.rows.append({"dossier": made_up, "event": kind, "at": self.now, "recorded_at": self.now, **fields})

    def checked(self) -> Checked:
        """What the rules say of everything."""
        empty = dict.fromkeys(("reason", "notice", "document", "promised", "office", "channel"))
        rows = [*self.store.export_rows(), *self.rows]
        return check_feedback(feedback_log([empty | dict(row) for row in rows]), as_of=self.now)


def clerk_of(seed: int) -> Clerk:
    clerk = Clerk(Random(seed))
    for number in range(15):
        clerk.work(f"P{number}", steps=14)
    return clerk


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_the_rules_find_what_the_desk_refuses_and_nothing_that_it_accepts(seed: int) -> None:
    clerk = clerk_of(seed)
    found = by_rule(clerk.checked())
    for rule in (rule.code for rule in feedback_rulebook() if rule.preventable):
        accepted = {code for code in found[rule] if code in clerk.lifted}
        assert accepted == {code for code, rules in clerk.lifted.items() if rule in rules}, rule
        refused = {code for code, rules in clerk.forced.items() if rule in rules}
        assert refused <= found[rule], rule


def test_the_clerk_runs_into_every_preventable_rule() -> None:
    clerks = [clerk_of(seed) for seed in range(10)]
    met = {rule for clerk in clerks for rules in clerk.forced.values() for rule in rules}
    assert met == {rule.code for rule in feedback_rulebook() if rule.preventable}
    assert {rule for clerk in clerks for rules in clerk.lifted.values() for rule in rules} == {"F05"}


@settings(max_examples=10, deadline=None)
@given(st.integers())
def test_desk_and_facts_agree_when_an_answer_is_due_and_whether_it_is_late(seed: int) -> None:
    clerk = clerk_of(seed)
    table = clerk.checked().facts.rows_by_key("dossier", named=True, unique=True)
    seen = 0
    for code in clerk.lifted:
        case = clerk.case(code)
        if case is None or case.legal_due is None:
            continue
        seen += 1
        assert table[code]["answer_due_on"] == case.legal_due.day
        assert table[code]["publish_due_on"] == case.publish_due
        if case.state != "rejected":
            assert table[code]["answer_late"] == case.overdue
        assert (table[code]["copied_at"] is not None) == case.copied
    assert seen
