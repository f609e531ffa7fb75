from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from dossier import (
    UNCHECKED,
    Conflict,
    Desk,
    Due,
    MemoryStore,
    UnknownCommand,
    UnknownDossier,
    UnknownField,
    Unreplayable,
)
from dossier.case import Case
from dossier.lifecycle import LIFECYCLE
from dossier.procedures import Procedures
from tests.dossier.office import FIELDS, PROCEDURE, Office, at

SHIPPED = Procedures.shipped()


# the view


def test_an_unknown_dossier_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UnknownDossier, match="submit or receive it first"):
        Office().desk.dossier("A1")


def test_overdue_is_a_fact_that_blocks_nothing() -> None:
    office = Office()
    office.go("receive", "forward")
    office.now = at("08 23:59")
    assert not office.desk.dossier("A1").overdue
    office.now = at("09 00:00")
    assert office.desk.dossier("A1").overdue
    assert office.desk.dossier("A1").state == "processing"
    assert office.go("complete").overdue


def test_a_dossier_decided_in_time_does_not_become_overdue() -> None:
    office = Office()
    office.go("receive", "complete")
    office.now = at("30 09:00")
    assert not office.desk.dossier("A1").overdue


def test_a_view_tells_the_moment_at_which_it_was_asked_for() -> None:
    office = Office()
    office.go("receive")
    before = office.desk.dossier("A1")
    office.now = at("30 09:00")
    after = office.desk.dossier("A1")
    assert (before.overdue, after.overdue) == (False, True)
    assert before == after, "one history, one dossier"


def test_two_due_dates_are_always_told() -> None:
    office = Office()
    office.go("receive", "attach", "pause")
    office.now = at("03 09:00")
    office.go("resume")
    found = office.desk.dossier("A1")
    assert (found.legal_due, found.due_without_pauses) == (Due(date(2026, 6, 10)), Due(date(2026, 6, 8)))
    kept = office.store.overview("A1")
    assert (kept.legal_due, kept.due_without_pauses) == (date(2026, 6, 10), date(2026, 6, 8))


def test_options_tell_for_every_command_what_why_not_tells() -> None:
    office = Office()
    office.go("receive", "attach", "pause")
    options = office.desk.options("A1", "cb01")
    assert list(options) == list(LIFECYCLE.commands)
    assert all(reasons == office.desk.why_not("A1", command, actor="cb01") for command, reasons in options.items())
    assert options["resume"] == ()
    assert [reason.field for reason in options["apologise"]] == ["reason", "slip", "promised"]


def test_options_of_a_dossier_that_does_not_exist_offer_its_beginning() -> None:
    options = Office().desk.options("A1")
    offered = [command for command, reasons in options.items() if all(reason.field for reason in reasons)]
    assert offered == ["submit", "receive"]


# mistakes in the call, and histories from elsewhere


def test_an_unknown_command_or_field_is_a_mistake_in_the_call() -> None:
    desk = Office().desk
    with pytest.raises(UnknownCommand, match="there is no command 'finish'"):
        desk.do("A1", "finish")
    with pytest.raises(UnknownField, match=r"pause has no field 'reasn'; its fields are .*ground"):
        desk.why_not("A1", "pause", reasn="Chờ")
    with pytest.raises(UnknownField, match="document_at"):
        desk.do("A1", "pause", document_at=at("01 09:00"))


def test_two_desks_that_read_the_same_version_cannot_both_write() -> None:
    class Slow(MemoryStore):
        meanwhile: Callable[[], object] = staticmethod(lambda: None)

        def history(self, dossier: str) -> object:
            found = super().history(dossier)
            meanwhile, self.meanwhile = self.meanwhile, lambda: None
            meanwhile()
            return found

    office = Office(Slow())
    office.go("receive")
    office.store.meanwhile = lambda: office.go("complete")
    with pytest.raises(Conflict, match="version 2"):
        office.desk.do("A1", "reject", **FIELDS["reject"])
    assert office.desk.dossier("A1").state == "completed"


def imported(*steps: tuple[str, str], **cells: object) -> Office:
    office = Office(now=at("05 09:00"))
    rows = [{"dossier": "A1", "event": kind, "at": at(moment)} | cells for kind, moment in steps]
    office.store.import_rows(rows)
    return office


def test_an_imported_history_is_run_on() -> None:
    office = imported(("received", "01 09:00"), ("supplement_requested", "02 09:00"), ("supplemented", "03 09:00"))
    assert office.refused("request_supplement") == ["request_supplement.quota"]
    done = office.go("complete")
    assert [record.source for record in done.history] == ["import"] * 3 + ["desk"]


def test_a_request_before_receipt_in_an_imported_history_spends_no_quota() -> None:
    office = imported(
        ("supplement_requested", "01 09:00"), ("received", "02 09:00"), ("supplement_requested", "03 09:00")
    )
    assert Case("A1", office.store.history("A1")).supplement_requests == 1


def test_an_imported_receipt_without_limit_has_that_of_the_procedure() -> None:
    office = imported(("received", "01 09:00"), procedure=PROCEDURE, limit="20")
    desk = Desk(office.store, roles=UNCHECKED, procedures=SHIPPED, now=lambda: office.now)
    assert desk.dossier("A1").legal_due == Due(date(2026, 6, 17))


def test_cells_about_which_the_source_cannot_say_are_not_taken_for_facts() -> None:
    office = imported(("received", "01 09:00"), limit="?", promised="?", procedure="?", document="?")
    found = office.desk.dossier("A1")
    assert (found.limit, found.promised, found.procedure, found.legal_due) == (None, None, None, None)
    assert not found.overdue


def test_a_history_that_cannot_be_replayed_is_refused_with_its_row() -> None:
    office = imported(("received", "01 09:00"), ("completed", "02 09:00"), ("paused", "03 09:00"))
    for ask in (office.desk.dossier, lambda code: office.desk.do(code, "publish"), office.desk.options):
        with pytest.raises(
            Unreplayable, match=r"version 3 \(paused\) cannot follow in the state 'completed'"
        ) as refused:
            ask("A1")
        assert (refused.value.dossier, refused.value.version) == ("A1", 3)


def test_a_kind_that_nobody_knows_is_refused_with_its_row() -> None:
    with pytest.raises(Unreplayable, match=r"version 2 \(stamped\) is no kind of event"):
        imported(("received", "01 09:00"), ("stamped", "02 09:00")).desk.dossier("A1")


def test_the_default_desk_reads_the_clock_on_the_wall() -> None:
    before = datetime.now(UTC)
    done = Desk(MemoryStore(), roles=UNCHECKED).do("A1", "receive", **FIELDS["receive"])
    assert before <= done.received_at <= datetime.now(UTC)
