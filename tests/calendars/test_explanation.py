import re
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from calendars import Term, Unit, deadline, for_country, vietnam
from calendars.explanation import Step, explain
from calendars.wording import Language, render, runs
from tests.calendars.oracle import HANOI, Pauses
from tests.calendars.strategies import cases_with_pauses


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def steps(start: str, limit: str, *pauses: tuple[str, str]) -> list[Step]:
    end = deadline(vietnam(), at(start), Term.parse(limit), [(at(a), at(b)) for a, b in pauses])
    return explain(vietnam(), end)


def told(found: list[Step]) -> list[tuple[int, str, int]]:
    return [(step.date.day, step.what, step.counted) for step in found]


def test_a_swapped_weekend_is_told_day_by_day() -> None:
    found = steps("2026-08-20T10:00", "2 ngày làm việc")
    assert told(found) == [(20, "day_zero", 0), (21, "counted", 1), (22, "due", 2)]
    assert found[2].name_vi == "Làm bù cho ngày nghỉ hoán đổi dịp Quốc khánh"
    assert found[2].citation is not None
    assert "9441/TB-BNV" in found[2].citation


def test_a_closed_day_names_its_holiday_and_a_weekend_its_weekday() -> None:
    found = steps("2026-08-28T10:00", "1 ngày làm việc")
    assert [step.date.day for step in found] == [28, 29, 30, 31, 1, 2, 3]
    assert [step.what for step in found] == ["day_zero"] + ["closed"] * 5 + ["due"]
    assert [step.name_vi for step in found[1:3]] == ["Thứ Bảy", "Chủ nhật"]
    assert [step.citation is None for step in found[1:6]] == [True, True, False, False, False]


def test_an_end_on_a_closed_day_is_counted_out_and_then_rolled() -> None:
    assert told(steps("2024-08-15T08:00", "16 ngày"))[-5:] == [
        (31, "rolled", 16),
        (1, "rolled", 16),
        (2, "rolled", 16),
        (3, "rolled", 16),
        (4, "due", 16),
    ]


def test_a_pause_is_told_on_the_days_it_takes_out() -> None:
    found = steps("2026-08-03T08:00", "3 ngày làm việc", ("2026-08-04T09:00", "2026-08-06T09:00"))
    assert told(found) == [
        (3, "day_zero", 0),
        (4, "counted", 1),
        (5, "paused", 1),
        (6, "paused", 1),
        (7, "counted", 2),
        (8, "closed", 2),
        (9, "closed", 2),
        (10, "due", 3),
    ]


def test_working_hours_are_told_in_minutes_per_day() -> None:
    assert told(steps("2024-09-06T16:00", "8 giờ làm việc")) == [
        (6, "counted", 60),
        (7, "closed", 60),
        (8, "closed", 60),
        (9, "due", 480),
    ]


@given(cases_with_pauses(), st.integers(1, 40), st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.WORKING_HOUR]))
def test_the_last_step_has_counted_the_whole_limit(case: tuple[datetime, Pauses], n: int, unit: Unit) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    last = explain(vietnam(), end)[-1]
    assert (last.date, last.what) == (end.due, "due")
    assert last.counted == n * (60 if unit is Unit.WORKING_HOUR else 1)


@given(cases_with_pauses(), st.integers(1, 40), st.sampled_from(list(Unit)))
def test_every_day_from_the_start_to_the_due_date_is_told_once(
    case: tuple[datetime, Pauses], n: int, unit: Unit
) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    found: list[date] = [step.date for step in explain(vietnam(), end)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (start.date(), end.due)


# -- the text


def text(start: str, limit: str, *pauses: tuple[str, str], language: Language = "vi") -> str:
    end = deadline(vietnam(), at(start), Term.parse(limit), [(at(a), at(b)) for a, b in pauses])
    return render(vietnam(), end, language)


def lines(told: str) -> list[str]:
    """The lines of the days, each on one line, its spaces single."""
    days = told.split("\n\n")[1]
    return [" ".join(line.split()) for line in re.sub(r"\n {5,}", " ", days).splitlines()]


def test_hours_asked_for_after_closing_find_no_office_hours_left_and_no_pause() -> None:
    assert told(steps("2024-09-06T18:00", "8 giờ làm việc")) == [
        (6, "closed", 0),
        (7, "closed", 0),
        (8, "closed", 0),
        (9, "due", 480),
    ]
    assert lines(text("2024-09-06T18:00", "8 giờ làm việc"))[0] == "T6 06/09/2024 không tính: không còn giờ làm việc"


def test_the_text_tells_a_make_up_saturday_with_its_instrument() -> None:
    assert lines(text("2026-08-20T10:00", "5 ngày làm việc")) == [
        "T5 20/08/2026 ngày bắt đầu, không tính",
        "T6 21/08/2026 tính ngày 1",
        (
            "T7 22/08/2026 tính ngày 2: Làm bù cho ngày nghỉ hoán đổi dịp Quốc khánh "
            "(Thông báo nghỉ Tết Âm lịch và Quốc khánh năm 2026 số 9441/TB-BNV)"
        ),
        "CN 23/08/2026 không tính: nghỉ cuối tuần",
        "T2 24/08 – T3 25/08/2026 tính ngày 3–4",
        "T4 26/08/2026 tính ngày 5: đến hạn",
    ]


def test_the_text_begins_with_the_due_date_and_ends_with_its_certainty() -> None:
    told = text("2026-08-20T10:00", "5 ngày làm việc")
    assert told.startswith("Đến hạn: 24:00 thứ Tư 26/08/2026. Hẹn trả kết quả: 17:00 cùng ngày.\n")
    assert told.split("\n\n")[-1].startswith("Chính thức: ")


def test_a_date_past_the_horizon_is_told_as_foreseen() -> None:
    told = text("2027-12-20T10:00", "20 ngày làm việc")
    assert "Dự kiến, chưa có văn bản: lịch chính thức chỉ từ 01/01/2015 đến 31/12/2027" in " ".join(told.split())
    # 1 January 2028 is a Saturday, so Monday is off by article 111.3 of the Labour Code; no instrument fixed it yet
    assert "T2 03/01/2028 không tính: ngày nghỉ dự kiến, chưa có văn bản" in lines(told)
    english = text("2027-12-20T10:00", "20 ngày làm việc", language="en")
    assert "Projected, no instrument yet: " in english


def test_ordinary_weekends_inside_a_count_are_folded_into_it() -> None:
    # no holiday between 4 March and 3 April 2026, and four weekends
    assert lines(text("2026-03-04T10:00", "22 ngày làm việc")) == [
        "T4 04/03/2026 ngày bắt đầu, không tính",
        "T5 05/03 – T5 02/04/2026 tính ngày 1–21; không tính 8 ngày cuối tuần",
        "T6 03/04/2026 tính ngày 22: đến hạn",
    ]


def test_the_days_of_one_holiday_are_folded_with_all_their_names() -> None:
    told = lines(text("2026-02-12T10:00", "2 ngày làm việc"))
    assert told[3].startswith("T2 16/02 – T6 20/02/2026 không tính: Giao thừa Tết Âm lịch; Mùng một Tết Âm lịch; ")
    assert told[3].endswith("số 9441/TB-BNV)")


def test_calendar_days_are_told_without_their_weekends_until_the_end_rolls() -> None:
    told = lines(text("2024-08-15T08:00", "16 ngày", language="en"))
    assert told[:3] == [
        "Thu 15/08/2024 it begins, not counted",
        "Fri 16/08 – Fri 30/08/2024 days 1–15",
        "Sat 31/08 – Sun 01/09/2024 day 16: closed, the end moves on: weekend",
    ]
    assert told[-1] == "Wed 04/09/2024 due"


def test_a_pause_is_told_with_its_moments_and_its_days() -> None:
    told = text("2026-08-03T08:00", "5 ngày làm việc", ("2026-08-05T09:00", "2026-08-07T09:00"))
    assert "Dừng tính từ 09:00 thứ Tư 05/08/2026 đến 09:00 thứ Sáu 07/08/2026." in told
    assert "T5 06/08 – T6 07/08/2026 không tính: dừng tính thời hạn" in lines(told)


def test_hours_on_the_clock_that_end_at_night_are_told_to_move_to_the_opening() -> None:
    told = text("2024-08-30T18:00", "24 giờ", language="en")
    assert told.startswith("Due: 07:00 Wednesday 04/09/2024.\n")
    assert "outside office hours" in " ".join(told.split())


def test_a_calendar_without_instruments_says_that_it_has_none() -> None:
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions="09:00-17:00")
    end = deadline(dutch, datetime(2026, 12, 24, 10, tzinfo=dutch.zone), Term.parse("1 working day"))
    told = render(dutch, end, "en")
    assert "no instrument stands behind this calendar" in " ".join(told.split())
    assert "Fri 25/12/2026 not counted: day off foreseen by rule, no instrument yet" in lines(told)


@given(cases_with_pauses(), st.integers(0, 60), st.sampled_from(list(Unit)), st.sampled_from(["vi", "en"]))
def test_every_text_fits_a_terminal_and_names_the_due_date(
    case: tuple[datetime, Pauses], n: int, unit: Unit, language: Language
) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    told = render(vietnam(), end, language)
    assert max(map(len, told.splitlines())) <= 80
    assert f"{end.due:%d/%m/%Y}" in told.splitlines()[0]


@given(cases_with_pauses(), st.integers(0, 60), st.sampled_from([Unit.WORKING_DAY, Unit.WORKING_HOUR, Unit.DAY]))
def test_folding_keeps_every_day_and_the_whole_count(case: tuple[datetime, Pauses], n: int, unit: Unit) -> None:
    start, pauses = case
    end = deadline(vietnam(), start, Term.of(n, unit), pauses)
    folded = runs(vietnam(), end)
    assert [step for run in folded for step in run.steps] == explain(vietnam(), end)
    assert sum(run.counted for run in folded) == n * (60 if unit is Unit.WORKING_HOUR else 1)
