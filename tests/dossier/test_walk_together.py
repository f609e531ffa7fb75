"""The walk again, now with a second officer on a connection of his own, repeated commands, and acts that are undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from dossier import UNCHECKED, Conflict, Desk, Dossier, KeyReused, NotAllowed, Store, retried
from dossier.case import Case
from dossier.custody import verify
from dossier.lifecycle import LIFECYCLE
from dossier.stores.records import Entry
from dossier.stores.tables import TABLES
from dossier.timers import timers
from tests.dossier.kept import check_chain, engine_of, event_messages, founded, histories, outbox, sqlite_file
from tests.dossier.office import FIELDS
from tests.dossier.test_walk import CODES, Walk, plain, steps
from tests.dossier.walk_model import MAY

OTHER = "CB-2"


class Undone(Exception):  # noqa: N818  # named for what it means
    """The host has changed its mind."""


class Together(Walk):
    def __init__(self, opened: Callable[[], sa.Engine]) -> None:
        super().__init__()
        self.opened = opened
        self.answers: list[tuple[str, str, datetime, Dossier]] = []
        self.rung: set[str] = set()

    def connected(self) -> sa.Connection:
        engine = self.opened()
        self.elsewhere = engine.connect()
        self.other = Desk(Store(self.elsewhere), roles=UNCHECKED, now=lambda: self.now)
        return engine.connect()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.connection.rollback()  # of what was read since the last act
        with self.connection.begin():
            yield

    def teardown(self) -> None:
        if hasattr(self, "store"):
            assert list(verify(self.store)) == []
            self.elsewhere.close()
        super().teardown()

    def drawn(self, data: st.DataObject, code: str) -> str | None:
        """A command that nothing speaks against now."""
        paper = self.papers[code]
        fitting = [one for one in MAY[paper.state] if not paper.objections(one, self.now, self.now, FIELDS[one])]
        return data.draw(st.sampled_from(sorted(fitting))) if fitting else None

    @rule(data=st.data(), code=st.sampled_from(CODES), step=steps)
    def overtaken(self, data: st.DataObject, code: str, step: timedelta) -> None:
        """Another officer writes between our reading and our writing; we are told so, and asked again."""
        self.now += step
        ours, theirs = self.drawn(data, code), self.drawn(data, code)
        if ours is None or theirs is None:
            return
        told: list[Conflict] = []
        desk = Desk(Overtaken(self.store, lambda: self.write_elsewhere(code, theirs)), roles=UNCHECKED, now=self.clock)
        try:
            done = retried(lambda: self.attempt(desk, code, ours, told))
        except NotAllowed as refusal:
            event(f"{ours} refused after {theirs}")
            self.compare(refusal, self.papers[code].objections(ours, self.now, self.now, FIELDS[ours]))
        else:
            event("done after a conflict")
            assert not self.papers[code].objections(ours, self.now, self.now, FIELDS[ours])
            self.note(code, ours, self.now, done)
        self.check_told(told, code, theirs)

    def clock(self) -> datetime:
        return self.now

    def write_elsewhere(self, code: str, command: str) -> None:
        with self.elsewhere.begin():
            done = self.other.do(code, command, actor=OTHER, **FIELDS[command])
        self.note(code, command, self.now, done)

    def attempt(self, desk: Desk, code: str, command: str, told: list[Conflict]) -> Dossier:
        with self.transaction():
            try:
                return desk.do(code, command, **FIELDS[command])
            except Conflict as conflict:
                told.append(conflict)
                raise

    def compare(self, refusal: NotAllowed, objections: set[str]) -> None:
        found = {plain(reason.code) for reason in refusal.reasons}
        assert "state" in found if "state" in objections else found == objections

    def check_told(self, told: list[Conflict], code: str, command: str) -> None:
        (conflict,) = told
        (theirs,) = [record for record in self.kept[code] if record.version == conflict.version]
        assert (conflict.dossier, conflict.kind, conflict.actor) == (code, LIFECYCLE.kind(command), OTHER)
        assert (theirs.kind, theirs.text("actor")) == (conflict.kind, OTHER)

    @rule(data=st.data(), code=st.sampled_from(CODES), step=steps)
    def keyed(self, data: st.DataObject, code: str, step: timedelta) -> None:
        """A command that is sent with a key."""
        self.now += step
        command = self.drawn(data, code)
        if command is not None:
            key = f"k-{len(self.answers)}"
            done = self.carry_out(code, command, FIELDS[command], self.now, None, set(), key)
            self.answers.append((code, command, self.now, done))

    @rule(data=st.data(), step=steps)
    def repeated(self, data: st.DataObject, step: timedelta) -> None:
        """A command that comes again gets its old answer; another one with its key is refused."""
        self.now += step
        if not self.answers:
            return
        number = data.draw(st.integers(0, len(self.answers) - 1))
        code, command, moment, answer = self.answers[number]
        given = dict(FIELDS[command]) | {"at": moment, "key": f"k-{number}"}
        with self.transaction():
            assert self.desk.do(code, command, **given) == answer
        with pytest.raises(KeyReused), self.transaction():
            self.desk.do(code, command, actor=OTHER, **given)

    @rule(data=st.data(), code=st.sampled_from(CODES), step=steps)
    def undone(self, data: st.DataObject, code: str, step: timedelta) -> None:
        """The host rolls back after the act: of the act nothing remains."""
        self.now += step
        command = self.drawn(data, code)
        if command is not None:
            with pytest.raises(Undone), self.transaction():
                self.act_in_vain(code, command)

    def act_in_vain(self, code: str, command: str) -> None:
        assert self.desk.do(code, command, key="undone", **FIELDS[command]).version == len(self.kept[code]) + 1
        assert len(self.store.history(code)) == len(self.kept[code]) + 1
        raise Undone

    @rule()
    def sweep(self) -> None:
        """Somebody lets the reminders ring whose moment has come."""
        with self.elsewhere.begin():
            swept = self.other.sweep()
        assert (swept.moved, swept.failed) == ((), ())
        self.rung |= {f"{one.dossier}:{one.kind}:{one.at.astimezone(UTC).isoformat()}" for one in swept.fired}

    @invariant()
    def chains_hold_and_the_outbox_has_what_the_events_say(self) -> None:
        rows = histories(self.connection)
        for found in rows.values():
            check_chain(found)
        expected = {key for found in rows.values() for key in event_messages(found)}
        assert {one.key for one in outbox(self.connection)} == expected | self.rung

    @invariant()
    def timers_are_those_of_the_history(self) -> None:
        found = self.connection.execute(sa.select(TABLES.timers)).mappings()
        armed = {(one["dossier"], one["kind"]): datetime.fromisoformat(one["at"]) for one in found}
        assert armed == {(code, kind): at for code in CODES for kind, at in self.due(code).items()}

    def due(self, code: str) -> dict[str, datetime]:
        case, setting = Case(code, self.kept[code]), self.desk._setting
        return timers(case, setting, setting.clock(case, self.now), self.now)


class Overtaken:
    """A store in which somebody else writes before the next append."""

    def __init__(self, store: Store, act: Callable[[], None]) -> None:
        self.store, self.act = store, act

    def append(self, entry: Entry) -> None:
        act, self.act = self.act, lambda: None
        act()
        self.store.append(entry)

    def __getattr__(self, name: str) -> Any:  # noqa: D105  # all else is the store's
        return getattr(self.store, name)


def walk(opened: Callable[[], sa.Engine], examples: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(lambda: Together(opened), settings=chosen)


def test_a_walk_together_on_sqlite(tmp_path: Path) -> None:
    sqlite_file(tmp_path, "delete")
    empty, used = tmp_path / "office.db", tmp_path / "used.db"
    engine = engine_of(f"sqlite:///{used}")
    sa.event.listen(engine, "connect", lambda own, _: own.execute("PRAGMA synchronous = OFF"))

    def opened() -> sa.Engine:
        shutil.copy(empty, used)
        return engine

    walk(opened, examples=150)


def test_a_walk_together_on_postgresql(postgres_database: str) -> None:
    engine = engine_of(founded(postgres_database))

    def opened() -> sa.Engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # or nothing could be deleted
            for table in TABLES.metadata.sorted_tables:
                connection.execute(sa.delete(table))
        return engine

    walk(opened, examples=20)
