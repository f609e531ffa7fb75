"""A walk of the desk over SQLite against a clerk's paper: same states, same refusals, same dates, nothing ever lost."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dossier import UNCHECKED, Conflict, Desk, Dossier, NotAllowed, Override, Store, metadata
from dossier.events import Cell
from tests.dossier.office import FIELDS, at
from tests.dossier.walk_model import CAN_BE_LIFTED, MAY, SIDE, Paper

OVERRIDE = Override("Theo chỉ đạo", "Giám đốc Sở")
ENDS = {"reject", "withdraw", "close", "complete"}
CODES = ("H32-1", "H32-2")
steps = st.sampled_from([0, 1, 60, 60, 8 * 60, 24 * 60, 3 * 24 * 60]).map(lambda minutes: timedelta(minutes=minutes))
delays = st.sampled_from([0, 0, 0, 0, 1, 60, 24 * 60, -1]).map(lambda minutes: timedelta(minutes=minutes))
promises = st.none() | st.integers(-1, 9)
faults = st.lists(st.sampled_from(["drop", "blank", "unsigned", "no_answer"]), max_size=2)


def plain(code: str) -> str:
    return "state" if code.startswith("state") else code


class Walk(RuleBasedStateMachine):
    @initialize()
    def open_office(self) -> None:
        self.connection = self.connected()
        self.now = at("01 09:00")
        self.store = Store(self.connection)
        self.desk = Desk(self.store, roles=UNCHECKED, now=lambda: self.now)
        self.papers = {code: Paper() for code in CODES}
        self.kept: dict[str, tuple[object, ...]] = dict.fromkeys(CODES, ())
        for command in ("receive", "attach"):
            self.now += timedelta(hours=1)
            self.act(CODES[0], command, {}, self.now, None)

    def connected(self) -> sa.Connection:
        connection = sa.create_engine("sqlite://").connect()
        metadata.create_all(connection)
        return connection

    def transaction(self) -> AbstractContextManager[object]:
        """What surrounds each act; here all of a walk is one transaction."""
        return nullcontext()

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    @rule(data=st.data(), code=st.sampled_from(CODES), step=steps)
    def work(self, data: st.DataObject, code: str, step: timedelta) -> None:
        """A step that leads on, with all it needs."""
        self.now += step
        possible = sorted(MAY[self.papers[code].state] - SIDE - ENDS)
        if possible:
            self.act(code, data.draw(st.sampled_from(possible)), {}, self.now, None)

    @rule(data=st.data(), code=st.sampled_from(CODES), step=steps, override=st.sampled_from([None, OVERRIDE]))
    def allowed_step(self, data: st.DataObject, code: str, step: timedelta, override: Override | None) -> None:
        """A step that the state allows, with all it needs, perhaps under an override."""
        self.now += step
        possible = sorted(MAY[self.papers[code].state])
        self.act(code, data.draw(st.sampled_from(possible)), {}, self.now, override)

    @rule(
        data=st.data(),
        code=st.sampled_from(CODES),
        command=st.sampled_from(sorted(FIELDS)),
        step=steps,
        delay=delays,
        promise=promises,
        override=st.sampled_from([None, OVERRIDE]),
    )
    def any_step(  # noqa: PLR0917  # a step has this many independent parts
        self,
        data: st.DataObject,
        code: str,
        command: str,
        step: timedelta,
        delay: timedelta,
        promise: int | None,
        override: Override | None,
    ) -> None:
        """Any step, late or early, with something missing or wrong."""
        self.now += step
        moment = self.now - delay
        changes: dict[str, Cell] = {}
        if promise is not None and command in {"receive", "supplement", "apologise"}:
            changes["promised"] = moment.date() + timedelta(days=promise)
        for fault in data.draw(faults):
            changes |= self.spoil(data, command, fault)
        self.act(code, command, changes, moment, override)

    def spoil(self, data: st.DataObject, command: str, fault: str) -> Mapping[str, Cell]:
        if fault == "unsigned" and command == "complete":
            return {"signed": False}
        if fault == "no_answer" and command == "close":
            return {"ground": "no_answer"}
        names = sorted(name for name, value in FIELDS[command].items() if isinstance(value, str) and name != "limit")
        if not names or fault not in {"drop", "blank"}:
            return {}
        return {data.draw(st.sampled_from(names)): None if fault == "drop" else ""}

    def act(
        self, code: str, command: str, changes: Mapping[str, Cell], moment: datetime, override: Override | None
    ) -> None:
        paper, given = self.papers[code], dict(FIELDS[command]) | changes
        objections = paper.objections(command, moment, self.now, given)
        standing = objections - CAN_BE_LIFTED if override else objections
        found = {
            plain(reason.code) for reason in self.desk.why_not(code, command, at=moment, override=override, **given)
        }
        assert "state" in found if "state" in standing else found == standing, (command, given)
        if standing:
            event(f"refused {command}")
            self.refuse(code, command, given, moment, override)
        else:
            event(f"done {command}")
            self.carry_out(code, command, given, moment, override, objections)

    def refuse(
        self, code: str, command: str, given: Mapping[str, Cell], moment: datetime, override: Override | None
    ) -> None:
        with pytest.raises(NotAllowed), self.transaction():
            self.desk.do(code, command, at=moment, override=override, **given)

    def carry_out(  # noqa: PLR0917  # an act has this many independent parts
        self,
        code: str,
        command: str,
        given: Mapping[str, Cell],
        moment: datetime,
        override: Override | None,
        lifted: set[str],
        key: str | None = None,
    ) -> Dossier:
        with self.transaction():
            done = self.desk.do(code, command, at=moment, override=override, key=key, **given)
        self.note(code, command, moment, done)
        written = done.history[-1].override
        assert set(written.lifted if written else ()) == lifted
        return done

    def note(self, code: str, command: str, moment: datetime, done: Dossier) -> None:
        """Put on paper what the desk has done."""
        paper = self.papers[code]
        paper.write(command, moment)
        assert (done.state, done.version) == (paper.state, len(paper.events))
        written = done.history[-1]
        assert (written.at, written.row["recorded_at"]) == (moment, self.now)
        self.kept[code] = (*self.kept[code], written)

    @rule(code=st.sampled_from(CODES))
    def second_writer(self, code: str) -> None:
        """Somebody who read too early cannot write over what is there."""
        if not self.kept[code]:
            return
        stale = Desk(_Stale(self.store), roles=UNCHECKED, now=lambda: self.now)
        with pytest.raises(Conflict, match=f"'{code}' already has version 1"), self.transaction():
            stale.do(code, "receive", **FIELDS["receive"])

    @invariant()
    def nothing_is_ever_lost_or_changed(self) -> None:
        for code in CODES:
            assert self.store.history(code) == self.kept[code]

    @invariant()
    def state_and_dates_are_those_on_paper(self) -> None:
        for code, paper in self.papers.items():
            if paper.events:
                found, line = self.desk.dossier(code), self.store.overview(code)
                assert (found.state, found.supplement_requests, found.reappointments) == (
                    paper.state,
                    paper.requests,
                    paper.apologies,
                )
                assert (line.state, line.version, line.promised) == (found.state, found.version, found.promised)
                assert (found.legal_due.day if found.legal_due else None) == paper.due_now(self.now)
                assert found.overdue == self.is_overdue(paper)

    def is_overdue(self, paper: Paper) -> bool:
        due: date | None = paper.due_now(self.now)
        return due is not None and (paper.decided or self.now).date() > due


class _Stale:
    """A store seen by somebody who read it before anything was there."""

    def __init__(self, store: Store) -> None:
        self.append = store.append

    def history(self, _code: str) -> tuple[()]:
        return ()


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=500 if os.environ.get("CI") else 100,
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
