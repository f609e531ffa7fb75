"""The desk in service: repeated commands, races, roles, cut-over, reminders, messages, the worklist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from calendars import load_office
from dossier import UNCHECKED, Conflict, Desk, KeyReused, MemoryStore, NotAllowed, Override, Store, metadata, retried
from dossier.errors import SinkError, Unreplayable
from dossier.outbox.sinks import Message
from dossier.roles import Role
from dossier.stores.queues import Posted
from dossier.stores.records import EventStore, Overview
from dossier.sweeping import sweep, until_all_fired
from tests.dossier.office import FIELDS, Office, at

DAY_OFF = """
format = 1
base = "vietnam"
name = "Một cửa"
[[day]]
date = 2026-06-04
sessions = []
vi = "Nghỉ"
en = "Closed"
instrument = "Thông báo"
number = "not verified"
basis = "Nội quy cơ quan"
"""


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "memory":
        yield Office()
        return
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_database")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield Office(Store(connection))
    engine.dispose()


class Box:
    """A sink that keeps what it is sent, or fails as told."""

    def __init__(self, *failures: Exception) -> None:
        self.messages: list[Message] = []
        self.failures = list(failures)

    def send(self, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.messages.append(message)


# repeated commands


def test_the_same_command_with_the_same_key_has_one_effect_and_one_answer(office: Office) -> None:
    first = office.desk.do("A1", "receive", key="k-1", **FIELDS["receive"])
    office.now += timedelta(days=30)
    office.go("forward")
    assert office.desk.do("A1", "receive", key="k-1", **FIELDS["receive"]) == first
    assert [record.kind for record in office.store.history("A1")] == ["received", "forwarded"]


@pytest.mark.parametrize(
    ("code", "command", "changes"),
    [
        ("A2", "receive", {}),
        ("A1", "receive", {"slip": "TN-2"}),
        ("A1", "receive", {"actor": "CB-2"}),
        ("A1", "receive", {"at": at("01 08:00")}),
        ("A1", "forward", {}),
    ],
)
def test_a_key_that_stands_for_another_command_is_refused(
    office: Office, code: str, command: str, changes: dict[str, object]
) -> None:
    office.desk.do("A1", "receive", key="k-1", **FIELDS["receive"])
    with pytest.raises(KeyReused, match="'k-1' already stands for version 1 of dossier 'A1'"):
        office.desk.do(code, command, key="k-1", **dict(FIELDS[command]) | changes)


def test_a_refused_command_spends_no_key(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.desk.do("A1", "forward", key="k-1", **FIELDS["forward"])
    office.go("receive")
    assert office.desk.do("A1", "forward", key="k-1", **FIELDS["forward"]).version == 2


def test_a_blank_key_is_no_key(office: Office) -> None:
    with pytest.raises(ValueError, match="the key is blank"):
        office.desk.do("A1", "receive", key=" ", **FIELDS["receive"])


def test_a_command_that_loses_a_race_against_itself_is_answered_like_the_winner(office: Office) -> None:
    won = office.desk.do("A1", "receive", key="k-1", **FIELDS["receive"])
    late = Desk(_Late(office.store), roles=UNCHECKED, now=lambda: office.now)
    assert late.do("A1", "receive", key="k-1", **FIELDS["receive"]) == won


class _Late:
    """A store whose first look comes before somebody else's act and whose second comes after it."""

    def __init__(self, store: EventStore) -> None:
        self.store, self.append, self.looks = store, store.append, 0

    def keyed(self, key: str) -> object:
        self.looks += 1
        return self.store.keyed(key) if self.looks > 1 else None

    def history(self, code: str) -> object:
        return self.store.history(code) if self.looks > 1 else ()


# races


def test_a_retry_reads_again_and_asks_the_guards_again(office: Office) -> None:
    office.go("receive")
    tries = iter([True, False])

    def request() -> object:
        if next(tries):
            office.desk.do("A1", "request_supplement", **FIELDS["request_supplement"])
            raise Conflict("A1", 2)  # what the loser of the race is told
        return office.desk.do("A1", "request_supplement", **FIELDS["request_supplement"])

    with pytest.raises(NotAllowed) as refusal:
        retried(request)
    assert {reason.code for reason in refusal.value.reasons} == {"state", "request_supplement.quota"}


def test_a_retry_gives_up_after_its_attempts() -> None:
    tries = []

    def lose() -> None:
        tries.append(1)
        raise Conflict("A1", 2)

    with pytest.raises(Conflict):
        retried(lose, attempts=3)
    assert len(tries) == 3


# roles


def roles(actor: str | None) -> set[Role]:
    return {"CB-1": {Role.INTAKE_OFFICER}, "KT-1": {Role.AUDITOR}, "applicant": {Role.APPLICANT}}.get(
        actor or "", set()
    )


@pytest.mark.parametrize(
    ("actor", "code"),
    [(None, "role.missing"), ("CB-9", "role.denied"), ("KT-1", "role.denied"), ("applicant", "role.denied")],
)
def test_who_has_no_role_for_an_act_is_refused_and_no_override_helps(actor: str | None, code: str) -> None:
    office = Office(roles=roles)
    with pytest.raises(NotAllowed) as refusal:
        office.desk.do("A1", "receive", actor=actor, override=Override("Gấp", "GD"), **FIELDS["receive"])
    assert [reason.code for reason in refusal.value.reasons] == [code]
    assert office.desk.do("A1", "receive", actor="CB-1", **FIELDS["receive"]).state == "received"


def test_what_an_auditor_looks_up_is_written_into_the_journal(office: Office) -> None:
    office.go("receive")
    desk = Desk(office.store, roles=roles, now=lambda: office.now)
    desk.dossier("A1", actor="CB-1")
    desk.dossier("A1", actor="KT-1")
    desk.options("A1", actor="KT-1")
    assert journal(office.store) == [("looked_up", "KT-1", "A1"), ("looked_up", "KT-1", "A1")]


def journal(store: EventStore) -> list[tuple[str, str, str]]:
    if isinstance(store, MemoryStore):
        return [(one.act, one.actor, one.dossier) for one in store.journal]
    table = store.tables.journal
    found = store.connection.execute(sa.select(table.c.act, table.c.actor, table.c.dossier).order_by(table.c.id))
    return [tuple(row) for row in found]


# cut-over


def row(code: str, event: str, moment: str, **cells: object) -> dict[str, object]:
    return {"dossier": code, "event": event, "at": f"2026-06-{moment}:00+07:00"} | cells


def test_an_adopted_dossier_goes_on_from_where_it_stood(office: Office) -> None:
    office.now = at("03 09:00")
    rows = [
        row("A1", "received", "01T09:00", limit="5 ngày làm việc", procedure="1.012784"),
        row("A1", "forwarded", "01T10:00", office="Phòng Đất đai"),
    ]
    (adopted,) = office.desk.adopt(rows)
    assert (adopted.dossier, adopted.state, adopted.events, adopted.doubt) == ("A1", "processing", 2, None)
    assert office.go("request_supplement").version == 3
    assert [record.source for record in office.store.history("A1")] == ["adopted", "adopted", "desk"]


def test_the_imperfect_past_of_an_adopted_dossier_is_kept_and_named_but_not_refused(office: Office) -> None:
    office.now = at("04 09:00")
    rows = [
        row("A1", "received", "01T09:00", limit="5 ngày làm việc"),
        row("A1", "paused", "02T09:00"),
        row("A1", "paused", "02T10:00"),
        row("A1", "completed", "02T11:00"),
        row("A1", "resumed", "03T09:00"),
    ]
    (adopted,) = office.desk.adopt(rows, ["dossier", "event", "at", "limit"])
    assert (adopted.state, adopted.doubt.index, adopted.doubt.kind) == ("processing", 2, "paused")
    assert office.desk.dossier("A1").history[1].row["reason"] == "?"
    assert office.desk.may("A1", "deliver", **FIELDS["deliver"]) is False
    assert office.go("forward").state == "processing"


def test_an_imported_history_that_cannot_be_replayed_stays_refused(office: Office) -> None:
    office.store.import_rows([row("A1", "received", "01T09:00"), row("A1", "resumed", "01T10:00")])
    with pytest.raises(Unreplayable, match=r"version 2 \(resumed\) cannot follow"):
        office.desk.do("A1", "forward", **FIELDS["forward"])


def test_cut_over_arms_reminders_and_fills_the_worklist(office: Office) -> None:
    office.now = at("02 09:00")
    office.desk.adopt([row("A1", "received", "01T09:00", limit="5 ngày làm việc", office="Một cửa")])
    (line,) = office.desk.worklist(office="Một cửa")
    assert (line.dossier, line.legal_due, line.colour) == ("A1", at("08 00:00").date(), "normal")
    office.now = at("09 09:00")
    assert "overdue" in {armed.kind for armed in office.desk.sweep().fired}


def test_an_adopted_dossier_that_was_delivered_without_a_decision_is_ended(office: Office) -> None:
    office.now = at("20 09:00")
    office.desk.adopt([row("A1", "received", "01T09:00", limit="5 ngày làm việc"), row("A1", "delivered", "03T09:00")])
    assert (office.desk.worklist(), office.desk.sweep().fired) == ((), ())


def test_a_dossier_that_is_there_already_is_not_adopted(office: Office) -> None:
    office.go("receive")
    with pytest.raises(Conflict, match="'A1' already has version 1, received"):
        office.desk.adopt([row("A1", "received", "01T09:00"), row("A2", "received", "01T09:00")])
    assert office.store.history("A2") == ()


# reminders


def test_a_new_day_off_moves_the_line_and_the_reminders_once_all_is_worked_out_anew(
    office: Office, tmp_path: Path
) -> None:
    office.go("receive")  # due on Monday the 8th
    decreed = tmp_path / "office.toml"
    decreed.write_text(DAY_OFF, encoding="utf-8")
    desk = Desk(office.store, roles=UNCHECKED, calendar=load_office(decreed), now=lambda: office.now)
    assert (office.store.overview("A1").legal_due, desk.recompute().changed) == (at("08 00:00").date(), 1)
    assert office.store.overview("A1").legal_due == at("09 00:00").date()
    assert desk.recompute().changed == 0
    office.now = at("08 08:00")
    assert {armed.kind for armed in desk.sweep().fired} == {"due_soon", "apology_needed"}
    office.now = at("09 08:00")
    assert desk.sweep().fired == ()


def test_one_dossier_that_fails_does_not_stop_the_others_from_being_worked_out_anew(office: Office) -> None:
    office.go("receive")
    office.go("receive", code="A2")
    broken = Overview("A1", 1, "received", None, None, open=True)
    office.store.redraw(broken, {})
    office.desk._redrawn, good = (lambda code: 1 / 0 if code == "A1" else good(code)), office.desk._redrawn
    done = office.desk.recompute()
    assert (done.seen, [code for code, _ in done.failed]) == (2, ["A1"])


def test_a_sweep_fires_each_reminder_once(office: Office) -> None:
    office.go("receive")  # Monday the 1st, five working days: due on Monday the 8th
    office.now = at("08 08:00")
    fired = office.desk.sweep().fired
    assert {armed.kind for armed in fired} == {"due_soon", "apology_needed"}
    assert office.desk.sweep().fired == ()
    box = Box()
    office.desk.deliver(box)
    reminders = [message for message in box.messages if message.topic == "reminder"]
    assert {message.payload["kind"] for message in reminders} == {"due_soon", "apology_needed"}
    assert len({message.key for message in reminders}) == 2


def test_an_act_that_moves_the_due_date_lets_the_reminder_fire_anew(office: Office) -> None:
    office.go("receive")
    office.now = at("08 08:00")
    office.desk.sweep()
    office.go("request_supplement")
    assert office.desk.sweep().fired == ()
    office.now = at("10 08:00")
    office.go("supplement")  # anew from the 10th: due on the 17th
    assert office.desk.sweep().fired == ()
    office.now = at("17 08:00")
    assert {armed.kind for armed in office.desk.sweep().fired} == {"due_soon", "apology_needed"}


def test_one_dossier_that_fails_does_not_stop_the_sweep(office: Office) -> None:
    office.go("receive")
    office.store.import_rows([row("A0", "received", "01T09:00"), row("A0", "resumed", "01T10:00")])
    office.store.timers.arm("A0", {"overdue": at("02 00:00")})
    office.now = at("09 08:00")
    swept = office.desk.sweep()
    assert {armed.dossier for armed in swept.fired} == {"A1"}
    ((armed, why),) = swept.failed
    assert armed.dossier == "A0"
    assert "cannot follow" in why
    assert [again.dossier for again, _ in office.desk.sweep().failed] == ["A0"]


def test_batches_of_a_sweep_go_on_behind_what_fails(office: Office) -> None:
    office.go("receive")
    office.store.import_rows([row("A0", "received", "01T09:00"), row("A0", "resumed", "01T10:00")])
    office.store.timers.arm("A0", {"overdue": at("02 00:00")})
    office.now = at("09 08:00")
    setting = office.desk._setting
    swept = until_all_fired(lambda after: sweep(office.store, setting, office.now, after, limit=1))
    assert [armed.dossier for armed, _ in swept.failed] == ["A0"]
    assert {armed.kind for armed in swept.fired} == {"due_soon", "apology_needed", "overdue"}


# messages


def test_a_message_is_tried_again_and_given_up_where_it_can_never_arrive(office: Office) -> None:
    office.go("receive")
    busy = SinkError("k", "cổng bận", temporary=True)
    refused = SinkError("k", "sai địa chỉ", temporary=False)
    assert office.desk.deliver(Box(busy, refused)) == (1, 1, 1)
    assert [dead.last_error for dead in office.store.outbox.dead()] == ["sai địa chỉ"]
    assert office.desk.deliver(Box()) == (0, 0, 0)
    office.now += timedelta(minutes=1)
    assert office.desk.deliver(Box()) == (1, 0, 0)


def test_an_error_nobody_foresaw_is_told_without_its_text_which_may_name_a_person(office: Office) -> None:
    office.go("receive")
    office.desk.deliver(Box(RuntimeError("Nguyễn Văn A, 0912345678")), limit=1)
    office.now += timedelta(minutes=1)
    (waiting,) = [one for one in office.store.outbox.waiting(office.now, 9) if one.attempts]
    assert waiting.last_error == "RuntimeError while it was sent"


def test_a_message_whose_content_cannot_be_written_is_given_up_at_once(office: Office) -> None:
    office.store.outbox.post([Posted(0, "A9:1:notice", "notice", "A9", 1)], office.now)
    assert office.desk.deliver(Box()) == (0, 0, 1)
    assert [dead.last_error for dead in office.store.outbox.dead()] == ["ValueError while it was written"]


# the worklist


def test_the_worklist_shows_what_ends_first_and_what_waits(office: Office) -> None:
    for code in ("A1", "A2", "A3"):
        office.desk.do(code, "receive", office="Một cửa", actor="CB-1", **FIELDS["receive"])
        office.now += timedelta(days=1)
    # were the supplement to come at once, the limit would begin anew on the 4th and end after that of A3
    office.desk.do("A1", "request_supplement", actor="CB-2", **FIELDS["request_supplement"])
    office.go("complete", code="A2")
    lines = office.desk.worklist(office="Một cửa")
    assert [(line.dossier, line.colour) for line in lines] == [("A3", "normal"), ("A1", "waiting")]
    assert [line.dossier for line in office.desk.worklist(officer="CB-2")] == ["A1"]
    assert [line.dossier for line in office.desk.worklist(after=lines[0].place)] == ["A1"]


def test_an_unanswered_submission_stands_in_the_worklist_by_the_end_of_its_window(office: Office) -> None:
    office.go("submit")  # Monday 09:00 online: eight working hours end on Tuesday at 09:00
    (line,) = office.desk.worklist()
    assert (line.dossier, line.place.ends_at) == ("A1", at("02 09:00"))
