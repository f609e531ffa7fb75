"""Biểu II.06a: a hand-counted half month, the sums, and what is named when they fail."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.formats.workbook import open_workbook
from rules.errors import DoesNotAddUp
from rules.figures.form06a import Form06a, form06a, identities, report06a
from rules.figures.periods import Period
from rules.figures.remaining import remaining, remaining_sheet
from rules.figures.table import measured
from rules.figures.workbook import write_xlsx
from tests.rules.logs import Row, at, log_of

if TYPE_CHECKING:
    from dossier.formats.eventlog import EventLog
    from rules.figures.placing import Convention

JUNE = Period.parse("2026-06")
FIVE = "5 ngày làm việc"


def received(code: str, day: str, **cells: object) -> Row:
    """Received at nine with five working days; promised for the day on which they end unless said otherwise."""
    row = {"dossier": code, "event": "received", "at": at(f"{day} 09:00"), "limit": FIVE, "sector": "Đất đai"}
    return row | {"channel": "in_person"} | cells  # type: ignore[return-value]


def step(code: str, kind: str, day: str, **cells: object) -> Row:
    """A step at ten."""
    return {"dossier": code, "event": kind, "at": at(f"{day} 10:00")} | cells  # type: ignore[return-value]


# June 2026 begins on a Monday and has no holiday: five working days from Monday the 1st end on Monday the 8th.
STORY: list[Row] = [
    # carried over from May, overdue since, decided in June: by law and by practice late
    received("A1", "2026-05-18", promised=date(2026, 5, 25)), step("A1", "completed", "2026-06-02"),
    # carried over, still open, late
    received("A2", "2026-05-18", promised=date(2026, 5, 25)),
    # online, a day early
    received("A3", "2026-06-01", promised=date(2026, 6, 8), channel="online"),
    step("A3", "completed", "2026-06-05"),
    # on the day
    received("A4", "2026-06-01", promised=date(2026, 6, 8), channel="postal"),
    step("A4", "completed", "2026-06-08"),
    # a day late; an apology moved the promise past it: on time by practice, overdue by law
    received("A5", "2026-06-01", promised=date(2026, 6, 8)),
    step("A5", "apologised", "2026-06-05", promised=date(2026, 6, 9), reason="x"),
    step("A5", "completed", "2026-06-09"),
    # withdrawn when late: on time by practice, overdue by law
    received("B1", "2026-06-01", promised=date(2026, 6, 8), sector="Môi trường"), step("B1", "withdrawn", "2026-06-15"),
    # stopped in time
    received("B2", "2026-06-01", promised=date(2026, 6, 8), sector="Môi trường"), step("B2", "closed", "2026-06-03"),
    # its clock is stopped past the promise: in time by practice, and by law
    received("B3", "2026-06-01", promised=date(2026, 6, 8), sector="Môi trường"),
    step("B3", "paused", "2026-06-02", reason="x", ground="verification"),
    # open and late
    received("B4", "2026-06-01", promised=date(2026, 6, 8), sector="Môi trường", channel="online"),
    # open, its five days end on 6 July
    received("B5", "2026-06-29", promised=date(2026, 7, 6), sector="Môi trường"), step("B5", "completed", "2026-07-02"),
    # no part of June: decided in May; refused before receipt; only submitted; received in July
    received("C1", "2026-05-11", promised=date(2026, 5, 18)), step("C1", "completed", "2026-05-15"),
    step("C2", "submitted", "2026-06-03", channel="online"), step("C2", "rejected", "2026-06-04", reason="x"),
    step("C3", "submitted", "2026-06-03", channel="online"),
    received("C4", "2026-07-01", promised=date(2026, 7, 8)),
]  # fmt: skip

# the columns of the form, counted by hand:     3  4  5  6  7  8  9 10 11 12 13
BY_HAND: dict[str, dict[str, tuple[int, ...]]] = {
    "practice": {
        "Môi trường": (5, 1, 4, 0, 2, 0, 2, 0, 3, 2, 1),
        "Đất đai": (5, 1, 2, 2, 4, 1, 2, 1, 1, 0, 1),
    },
    "strict": {
        "Môi trường": (5, 1, 4, 0, 2, 1, 0, 1, 3, 2, 1),
        "Đất đai": (5, 1, 2, 2, 4, 1, 1, 2, 1, 0, 1),
    },
}


def form(log: EventLog, convention: Convention = "practice", period: Period = JUNE, **options: str) -> Form06a:
    return form06a(measured(log, period), convention, **options)  # type: ignore[arg-type]


def columns(numbers: object) -> tuple[int, ...]:
    return tuple(numbers.values())  # type: ignore[attr-defined]


@pytest.mark.parametrize("convention", ["practice", "strict"])
def test_the_columns_are_those_counted_by_hand(convention: Convention) -> None:
    found = form(log_of(STORY), convention).check()
    assert {sector: columns(numbers) for sector, numbers in found.rows} == BY_HAND[convention]
    total = tuple(map(sum, zip(*BY_HAND[convention].values(), strict=True)))
    assert columns(found.total) == total


def test_every_column_names_its_dossiers() -> None:
    found = form(log_of(STORY), "strict")
    assert found.dossiers(6) == ("A1", "A2")
    assert found.dossiers(10) == ("A1", "A5", "B1")
    assert found.dossiers(10, "Môi trường") == ("B1",)
    assert found.dossiers(11) == ("A2", "B3", "B4", "B5")


def test_the_next_period_carries_over_what_this_one_left() -> None:
    log = log_of(STORY)
    form(log, period=Period.parse("2026-07")).check_follows(form(log))


def test_a_step_entered_later_breaks_the_carry_over_and_its_dossier_is_named() -> None:
    then = log_of([row for row in STORY if row.get("dossier") != "B5"])
    with pytest.raises(DoesNotAddUp, match=r"carried over but not under way at the end of 2026-06.*: B5"):
        form(log_of(STORY), period=Period.parse("2026-07")).check_follows(form(then))
    now = log_of([row for row in STORY if row.get("dossier") != "A2"])
    with pytest.raises(DoesNotAddUp, match=r"under way at the end of 2026-06.* but not carried over: A2"):
        form(now, period=Period.parse("2026-07")).check_follows(form(log_of(STORY)))


def test_a_dossier_of_unknown_channel_is_named_unless_it_is_to_count_as_direct() -> None:
    log = log_of([*STORY, received("D1", "2026-06-02", promised=date(2026, 6, 9), channel="?")])
    with pytest.raises(
        DoesNotAddUp, match=r"\(3\) = \(4\) \+ \(5\) \+ \(6\) does not hold: the channel is unknown.*: D1;"
    ):
        form(log).check()
    counted = form(log, unknown_channel="direct").check()
    assert "D1" in counted.dossiers(5)


def test_a_dossier_without_channel_came_in_person() -> None:
    log = log_of([received("D1", "2026-06-02", promised=date(2026, 6, 9), channel=None)])
    assert form(log).check().dossiers(5) == ("D1",)


def test_without_a_due_date_practice_says_on_time_and_the_law_names_the_dossier() -> None:
    rows = [received("D1", "2026-06-01", limit=None), step("D1", "completed", "2026-06-30")]
    assert form(log_of(rows)).check().dossiers(9) == ("D1",)
    with pytest.raises(
        DoesNotAddUp, match=r"\(7\) = \(8\) \+ \(9\) \+ \(10\).*due date is unknown.*: D1;.*--procedures"
    ):
        form(log_of(rows), "strict").check()


def test_a_dossier_that_ended_before_it_was_received_is_named() -> None:
    rows = [received("D1", "2026-06-02", promised=date(2026, 6, 9)), step("D1", "completed", "2026-05-04")]
    with pytest.raises(DoesNotAddUp, match=r"\(3\) = \(7\) \+ \(11\).*contradict.*: D1"):
        form(log_of(rows)).check()


def test_a_source_that_cannot_say_how_dossiers_end_gives_no_form() -> None:
    ends = ["completed", "rejected", "delivered", "withdrawn", "closed"]
    log = log_of([received("D1", "2026-06-02", promised=date(2026, 6, 9))], cannot_say=ends)
    with pytest.raises(DoesNotAddUp, match=r"cannot say whether it has ended: D1"):
        form(log).check()


def test_a_history_cut_at_its_beginning_before_the_period_was_carried_over() -> None:
    rows = [step("D1", "forwarded", "2026-05-20", office="X"), step("D1", "completed", "2026-06-02")]
    assert form(log_of(rows)).dossiers(6) == ("D1",)
    late = [step("D2", "forwarded", "2026-06-02", office="X"), step("D2", "completed", "2026-06-03")]
    with pytest.raises(DoesNotAddUp, match=r"nobody can say whether or when it was received: D2"):
        form(log_of(late)).check()


def test_the_window_of_the_reports_runs_from_the_15th_to_the_14th() -> None:
    window = Period.reporting("2026-06")
    rows = [
        received("D1", "2026-05-14", promised=date(2026, 5, 21)), step("D1", "completed", "2026-05-14"),
        received("D2", "2026-05-15", promised=date(2026, 5, 22)),
        received("D3", "2026-06-14", promised=date(2026, 6, 22)),
        received("D4", "2026-06-15", promised=date(2026, 6, 22)),
    ]  # fmt: skip
    assert form(log_of(rows), period=window).dossiers(3) == ("D2", "D3")


@pytest.mark.parametrize(
    ("numbers", "broken"),
    [
        ((3, 1, 1, 1, 2, 1, 1, 0, 1, 1, 0), []),
        ((4, 1, 1, 1, 2, 1, 1, 0, 1, 1, 0), ["(3) = (4) + (5) + (6)", "(3) = (7) + (11)"]),
        ((3, 1, 1, 1, 2, 1, 1, 1, 1, 1, 0), ["(7) = (8) + (9) + (10)"]),
        ((3, 1, 1, 1, 2, 1, 1, 0, 1, 1, 1), ["(11) = (12) + (13)"]),
    ],
)
def test_each_sum_of_anybodys_form_can_be_checked(numbers: tuple[int, ...], broken: list[str]) -> None:
    assert list(identities(dict(zip(range(3, 14), numbers, strict=True)))) == broken


DAY = st.integers(1, 28)
DOSSIER = st.tuples(
    st.sampled_from([4, 5, 6, 7]), DAY, st.sampled_from(["online", "in_person", "postal", None]),
    st.none() | st.tuples(st.sampled_from(["completed", "withdrawn", "closed", "delivered"]), st.integers(0, 70)),
    st.booleans(), st.sampled_from(["Đất đai", "Môi trường", None]),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(DOSSIER, min_size=1, max_size=12), st.sampled_from(["practice", "strict"]))
def test_whatever_happened_every_dossier_stands_in_one_column_of_each_kind(
    dossiers: list[tuple[int, int, str | None, tuple[str, int] | None, bool, str | None]], convention: Convention
) -> None:
    rows: list[Row] = []
    for number, (month, day, channel, end, paused, sector) in enumerate(dossiers):
        first = date(2026, month, day)
        rows.append(received(f"D{number}", f"{first}", promised=first, channel=channel, sector=sector))
        if paused:
            rows.append(step(f"D{number}", "paused", f"{first}", reason="x", ground="verification"))
        if end:
            rows.append(step(f"D{number}", end[0], f"{date.fromordinal(first.toordinal() + end[1])}"))
    log = log_of(rows)
    before, found = form(log, convention, Period.parse("2026-05")), form(log, convention)
    found.check().check_follows(before.check())
    # an oracle of its own: received by the end of June and not ended before it
    ended = {row["dossier"]: row["at"] for row in rows if row["event"] not in {"received", "paused"}}
    came = {row["dossier"]: row["at"] for row in rows if row["event"] == "received"}
    under_way = {
        code for code, moment in came.items()
        if moment < at("2026-07-01 00:00") and not (code in ended and ended[code] < at("2026-06-01 00:00"))  # type: ignore[operator]
    }  # fmt: skip
    assert set(found.dossiers(3)) == under_way
    assert sum(numbers[3] for _, numbers in found.rows) == len(under_way)


def test_the_workbook_is_laid_out_as_the_form_and_reads_back_in_two_other_readers(tmp_path: Path) -> None:
    hostile = received("E1", "2026-06-02", promised=date(2026, 6, 9), sector="=HYPERLINK(0)")
    log = log_of([*STORY, hostile])
    forms = (form(log).check(), form(log, "strict").check())
    path = tmp_path / "06a.xlsx"
    write_xlsx(report06a(forms, "log.csv", ("tháng", "month")), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Theo thông lệ", "Theo hạn luật định"]
    page = book.worksheets[0]
    cells = {str(cell.value): cell for row in page.iter_rows() for cell in row if cell.value is not None}
    assert cells["=HYPERLINK(0)"].data_type == "s"
    numbered = next(row for row in page.iter_rows(values_only=True) if row[0] == "(1)")
    assert numbered == tuple(f"({column})" for column in range(1, 14))
    merged = {str(one) for one in page.merged_cells.ranges}
    top = cells["Lĩnh vực giải quyết"].row
    assert {f"C{top}:F{top}", f"G{top}:J{top}", f"K{top}:M{top}", f"D{top + 1}:E{top + 1}"} <= merged
    total = next(row for row in page.iter_rows(values_only=True) if row[1] == "Tổng số")
    assert total[2:] == (11, 2, 7, 2, 6, 1, 4, 1, 5, 2, 3)
    law = next(row for row in book.worksheets[1].iter_rows(values_only=True) if row[1] == "Đất đai")
    assert law[2:] == BY_HAND["strict"]["Đất đai"]
    read = open_workbook(path, path.read_bytes()).sheet("Theo thông lệ")
    assert read.formulas == 0
    assert any("=HYPERLINK(0)" in cells.values() for cells in read.rows.values())


def test_the_time_left_is_counted_in_working_days_up_to_the_legal_due_date() -> None:
    # as of Tuesday 30 June 2026; five working days each: due on 25 May, 8 June, 30 June, 1 July, 7 July
    days = ["2026-05-18", "2026-06-01", "2026-06-23", "2026-06-24", "2026-06-30"]
    rows = [received(f"D{number}", day) for number, day in enumerate(days)]
    log = log_of([*rows, received("D9", "2026-06-01", limit=None), received("E", "2026-07-01")])
    found = {words[1]: count for words, count, _ in remaining(measured(log, JUNE), log.calendar)}
    assert found == {
        "late over 10": 2, "late 6–10": 0, "late 1–5": 0, "today": 1, "1–2 left": 1, "3–5 left": 1, "6–10 left": 0,
        "over 10 left": 0,
    }  # fmt: skip
    assert "not in it: 1 of which" in remaining_sheet(measured(log, JUNE), log.calendar).notes[0][1]


@pytest.mark.parametrize(("last", "told"), [("2026-06-30", False), ("2026-06-29", True)])
def test_a_form_says_so_where_the_log_ends_before_the_period_does(last: str, told: bool) -> None:  # noqa: FBT001  # what is expected
    log = log_of([*STORY[:2], step("A1", "delivered", last)])
    (as_of,) = [value for name, value in report06a((form(log),), "x", ("", "")).parameters if name[1] == "As of"]
    assert as_of[1].startswith(f"{last[-2:]}/06/2026 10:00")
    assert ("ends before the period does" in as_of[1]) is told
