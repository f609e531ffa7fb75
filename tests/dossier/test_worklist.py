from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import NaiveMoment, vietnam
from dossier.errors import MalformedFile
from dossier.stores.records import Overview
from dossier.strict import shipped
from dossier.worklist import Colour, Place, WorklistLine, WorklistRules, line, worklist_rules
from tests.calendars import oracle, strategies
from tests.calendars.oracle import HANOI

WORKLIST = shipped("worklist.toml")


def overview(due: date | datetime | None, *, waiting: bool = False, is_open: bool = True) -> Overview:
    moment = None if due is None else datetime(2026, 6, 16, tzinfo=UTC)
    return Overview(
        "A1", 2, "processing", "1.012784", datetime(2026, 6, 1, 9, tzinfo=HANOI), legal_due=due, office="Phòng Đất đai",
        officer="NV-01", ends_at=moment, waiting=waiting, open=is_open,
    )  # fmt: skip


def seen(due: date | datetime | None, now: str, **kept: bool) -> WorklistLine:
    return line(overview(due, **kept), vietnam(), datetime.fromisoformat(now).replace(tzinfo=HANOI))


# due on Monday 15 June 2026, a month without holidays
@pytest.mark.parametrize(
    ("now", "colour", "vi", "en"),
    [
        ("2026-06-09T09:00", "normal", "còn 4 ngày làm việc", "4 working days left"),
        ("2026-06-10T23:59", "soon", "còn 3 ngày làm việc", "3 working days left"),
        ("2026-06-12T09:00", "soon", "còn 1 ngày làm việc", "1 working day left"),
        ("2026-06-14T09:00", "soon", "còn 1 ngày làm việc", "1 working day left"),  # a Sunday
        ("2026-06-15T00:00", "today", "đến hạn hôm nay", "due today"),
        ("2026-06-15T23:59", "today", "đến hạn hôm nay", "due today"),  # it ends at 24:00, Civil Code art. 148.6
        ("2026-06-16T00:00", "overdue", "quá hạn 1 ngày làm việc", "overdue by 1 working day"),
        ("2026-06-22T09:00", "overdue", "quá hạn 5 ngày làm việc", "overdue by 5 working days"),
    ],
)
def test_a_limit_in_days_is_told_in_working_days(now: str, colour: str, vi: str, en: str) -> None:
    found = seen(date(2026, 6, 15), now)
    assert (found.colour, found.remaining_vi, found.remaining_en) == (colour, vi, en)


# due on Monday 15 June 2026 at 10:00
@pytest.mark.parametrize(
    ("now", "colour", "vi", "en"),
    [
        ("2026-06-12T16:00", "soon", "còn 4 giờ 0 phút làm việc", "4 h 0 min of working time left"),  # a Friday
        ("2026-06-15T07:20", "today", "còn 2 giờ 40 phút làm việc", "2 h 40 min of working time left"),
        ("2026-06-15T10:00", "today", "còn 0 giờ 0 phút làm việc", "0 h 0 min of working time left"),
        ("2026-06-15T10:00:01", "overdue", "quá hạn 0 giờ 0 phút làm việc", "overdue by 0 h 0 min of working time"),
        ("2026-06-15T14:00", "overdue", "quá hạn 2 giờ 0 phút làm việc", "overdue by 2 h 0 min of working time"),
    ],
)
def test_a_limit_in_hours_is_told_in_working_time(now: str, colour: str, vi: str, en: str) -> None:
    found = seen(datetime(2026, 6, 15, 10, tzinfo=HANOI), now)
    assert (found.colour, found.remaining_vi, found.remaining_en) == (colour, vi, en)


def test_a_moment_kept_in_utc_is_read_in_the_zone_of_the_office() -> None:
    assert seen(datetime(2026, 6, 14, 23, tzinfo=UTC), "2026-06-15T05:00").colour == "today"  # 06:00 on the 15th


def test_no_working_day_after_today_is_today_though_the_due_date_is_a_day_off() -> None:
    found = seen(date(2026, 6, 14), "2026-06-12T09:00")  # promised for a Sunday, seen on the Friday
    assert (found.colour, found.remaining_en) == ("today", "0 working days left")


def test_the_make_up_saturday_is_a_working_day_left() -> None:
    assert seen(date(2026, 8, 24), "2026-08-21T09:00").remaining_vi == "còn 2 ngày làm việc"  # 22 and 24 August


def test_while_the_clock_is_stopped_no_due_date_is_shown_for_it_recedes() -> None:
    found = seen(date(2026, 6, 15), "2026-06-22T09:00", waiting=True)
    assert (found.colour, found.legal_due, found.remaining_vi) == ("waiting", None, "đang dừng tính thời gian")


@pytest.mark.parametrize("kept", [{"is_open": False}, {"is_open": False, "waiting": True}])
def test_what_is_not_received_or_decided_has_no_limit_to_tell(kept: dict[str, bool]) -> None:
    assert seen(date(2026, 6, 15), "2026-06-22T09:00", **kept).colour == "no_limit"


def test_without_a_known_limit_nothing_is_told() -> None:
    found = seen(None, "2026-06-22T09:00")
    assert (found.colour, found.legal_due, found.remaining_en) == ("no_limit", None, "no time limit is counted")


def test_before_receipt_the_window_of_an_online_submission_is_what_runs() -> None:
    submitted = replace(overview(None), state="submitted", ends_at=datetime(2026, 6, 15, 3, tzinfo=UTC))  # 10:00
    found = line(submitted, vietnam(), datetime(2026, 6, 15, 8, tzinfo=HANOI))
    assert (found.colour, found.legal_due, found.remaining_vi) == ("today", None, "còn 2 giờ 0 phút làm việc")


def test_a_line_names_dossier_state_office_officer_and_its_place() -> None:
    found = seen(date(2026, 6, 15), "2026-06-09T09:00")
    assert (found.dossier, found.state, found.state_vi) == ("A1", "processing", "đang xử lý")
    assert (found.office, found.officer, found.legal_due) == ("Phòng Đất đai", "NV-01", date(2026, 6, 15))
    assert found.place == Place(datetime(2026, 6, 16, tzinfo=UTC), "A1")


def test_a_state_that_cannot_be_told_is_shown_empty() -> None:
    found = line(replace(overview(None), state=None), vietnam(), datetime(2026, 6, 9, tzinfo=HANOI))
    assert (found.state, found.state_vi) == (None, "")


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        line(overview(None), vietnam(), datetime(2026, 6, 9))  # noqa: DTZ001  # the fault


@given(strategies.moments, st.integers(-40, 40))
def test_the_colour_follows_from_the_days_counted_one_by_one(now: datetime, ahead: int) -> None:
    due = now.date() + ahead * oracle.DAY
    left = oracle.count_working_days(now.date(), due) if ahead > 0 else 0
    expected = "overdue" if ahead < 0 else "today" if left == 0 else "soon" if left <= 3 else "normal"
    assert line(overview(due), vietnam(), now).colour == expected


# the file


def test_an_office_may_choose_how_many_days_are_soon(tmp_path: Path) -> None:
    own = tmp_path / "worklist.toml"
    own.write_text(WORKLIST.replace("soon = 3", "soon = 5"), encoding="utf-8")
    now = datetime(2026, 6, 8, 9, tzinfo=HANOI)
    assert line(overview(date(2026, 6, 15)), vietnam(), now, WorklistRules.load(own)).colour == "soon"


def test_every_colour_has_its_labels() -> None:
    assert set(worklist_rules().colour) == set(Colour)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("soon = 3", "soon = 0", "own: soon: Input should be greater than or equal to 1"),
        ("soon = 3", 'soon = "3"', "own: soon: Input should be a valid integer"),
        ("soon = 3", "late = 3", "own: soon: Field required"),
        ("[colour.soon]", "[colour.pink]", "own: colour.pink"),
        ('vi = "quá hạn"', 'vi = " "', r"own: colour\.overdue\.vi: "),
        ("[colour.today]", "[colour.overdue]", "own: the file: Cannot declare"),
    ],
)
def test_a_malformed_file_is_refused_with_file_key_rule_and_example(old: str, new: str, fault: str) -> None:
    assert old in WORKLIST
    with pytest.raises(MalformedFile, match=f"{fault}.*; for example: "):
        WorklistRules.loads(WORKLIST.replace(old, new, 1), "own")


def test_a_file_that_lacks_a_colour_is_refused() -> None:
    with pytest.raises(MalformedFile, match=r"colour\.no_limit is missing"):
        WorklistRules.loads(WORKLIST[: WORKLIST.index("[colour.no_limit]")])
