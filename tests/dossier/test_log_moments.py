from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dossier.formats.moments import Clock, read_dates, read_moments, read_promises

VIETNAM = Clock(ZoneInfo("Asia/Ho_Chi_Minh"))
NAIVE = Clock(ZoneInfo("Europe/Amsterdam"), ZoneInfo("Europe/Amsterdam"))
DIGITS = set("0123456789")


def number(text: str, length: int) -> int:
    """A whole number of exactly so many ASCII digits."""
    if len(text) != length or not set(text) <= DIGITS:
        raise ValueError(text)
    return int(text)


def oracle(text: str) -> datetime | None:
    """A moment with offset, taken apart character by character; None where the text is none."""
    try:
        day = date(number(text[:4], 4), number(text[5:7], 2), number(text[8:10], 2))
        assert text[4] + text[7] == "--"
        assert text[10] in {"T", " "}
        rest = text[11:]
        at = len(rest) - 1 if rest.endswith("Z") else max(rest.rfind("+"), rest.rfind("-"))
        assert at >= 0
        moment = datetime.combine(day, clock(rest[:at]), UTC) - offset(rest[at:])
    except (ValueError, AssertionError, IndexError, OverflowError):
        return None
    return moment if 1970 <= (moment + timedelta(hours=7)).year <= 2100 else None


def clock(text: str) -> time:
    whole, point, fraction = text.partition(".")
    parts = [number(part, 2) for part in whole.split(":")]
    assert len(parts) in {2, 3}
    if point:
        assert len(parts) == 3
        assert 1 <= len(fraction) <= 9
        assert set(fraction) <= DIGITS
    second = parts[2] if len(parts) == 3 else 0
    return time(parts[0], parts[1], second, int(fraction[:6].ljust(6, "0")))


def offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    hours, minutes = text[1:3], text[3:].removeprefix(":") if len(text) > 4 else ""
    assert len(text) in {3, 5, 6}
    assert len(text) != 6 or text[3] == ":"
    size = timedelta(hours=number(hours, 2), minutes=number(minutes, 2) if len(text) > 3 else 0)
    assert number(hours, 2) < 24
    assert not minutes or number(minutes, 2) < 60
    return -size if text[0] == "-" else size


def two(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map("{:02d}".format)


dates = st.builds(
    "{}-{}-{}".format, st.sampled_from(["2024", "1970", "2100", "1969", "2101", "0000", "9999"]), two(0, 13), two(0, 32)
)
times = st.builds("{}:{}".format, two(0, 25), two(0, 61))
seconds = (
    st.just("") | st.builds(":{}".format, two(0, 61)) | st.builds(":00.{}".format, st.text("0123456789", max_size=11))
)
offsets = st.sampled_from(
    ["Z", "+07:00", "+0700", "+07", "-00:00", "-03:30", "+24:00", "+14:60", "+7", "", "z", "+07:0", "+070"]
)
moments = st.builds(
    lambda *parts: "".join(parts), dates, st.sampled_from(["T", " ", "t", "  "]), times, seconds, offsets
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A moment with one character taken out, put in or replaced."""
    text = draw(st.sampled_from(["2024-02-29T10:00:00.123+07:00", "2024-02-29 10:00Z", "2024-12-31T23:59:59+0700"]))
    at = draw(st.integers(0, len(text)))
    put = draw(st.text("0123456789TZ+-:. \n\u0663", max_size=1))
    return text[:at] + put + text[at + draw(st.integers(0, 1)) :]


@given(st.lists(moments | damaged() | st.text(max_size=25), min_size=1, max_size=20))
@example(["2024-03-05T10:00:60Z", "2024-03-05T24:00Z", "+2024-03-05T10:00Z", "2024-03-05T10:00:00.Z"])
@settings(max_examples=400)
def test_a_column_of_moments_is_read_as_each_text_would_be_taken_apart_by_hand(texts: list[str]) -> None:
    found, reasons = read_moments(pl.Series("at", texts), VIETNAM)
    assert found.to_list() == [oracle(text) for text in texts]
    assert set(reasons) == {text for text in texts if oracle(text) is None}


@pytest.mark.parametrize("offset_text", ["+07:00", "+0700", "+07"])
@pytest.mark.parametrize("mark", ["T", " "])
@pytest.mark.parametrize("second", ["", ":00", ":00.000000000"])
def test_every_spelling_of_a_moment_is_the_same_moment(offset_text: str, mark: str, second: str) -> None:
    found, reasons = read_moments(
        pl.Series([f"2024-03-05{mark}10:00{second}{offset_text}", "2024-03-05T03:00Z"]), VIETNAM
    )
    assert found.to_list() == [datetime(2024, 3, 5, 3, tzinfo=UTC)] * 2
    assert not reasons


def test_nine_digits_of_a_second_are_cut_to_microseconds_and_not_rounded() -> None:
    found, _ = read_moments(pl.Series(["2024-03-05T10:00:00.123456999Z"]), VIETNAM)
    assert found[0].microsecond == 123456


def test_years_are_judged_in_the_zone_of_the_log() -> None:
    edges = ["1970-01-01T00:00+07:00", "1969-12-31T23:59:59+07:00", "2100-12-31T23:59+07:00", "2101-01-01T00:00+07:00"]
    _, reasons = read_moments(pl.Series(edges), Clock(ZoneInfo("Asia/Bangkok")))
    assert list(reasons) == [edges[1], edges[3]]
    assert all("1970 to 2100" in reason for reason in reasons.values())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2024-03-05T10:00", "a moment without offset"),
        ("2024-03-05", "a date without a time of day"),
        ("2024-02-30T10:00Z", "no such date"),
        ("2024-03-05T10:00+25:00", "no such date, time or offset"),
        ("05/03/2024 10:00", "no ISO 8601 moment"),
        ("hôm qua", "no ISO 8601 moment"),
        ("9999-12-31T23:59-12:00", "outside the years 1970 to 2100"),
    ],
)
def test_each_fault_of_a_moment_says_what_it_is_and_what_to_write(text: str, says: str) -> None:
    _, reasons = read_moments(pl.Series([text]), VIETNAM)
    assert says in reasons[text]
    assert "write a moment as 2024-03-05T10:00+07:00" in reasons[text] or "correct the year" in reasons[text]


def test_moments_without_offset_are_placed_in_the_zone_that_the_mapping_gives() -> None:
    found, _ = read_moments(pl.Series(["2024-01-15 10:00", "2024-07-15T10:00:00", "2024-07-15T10:00+07:00"]), NAIVE)
    assert [moment.hour for moment in found] == [9, 8, 3]


def test_an_hour_that_clocks_show_twice_is_the_first_and_one_they_skip_is_a_fault() -> None:
    found, reasons = read_moments(pl.Series(["2024-10-27 02:30", "2024-03-31 02:30"]), NAIVE)
    assert found.to_list() == [datetime(2024, 10, 27, 0, 30, tzinfo=UTC), None]
    assert "skipped" in reasons["2024-03-31 02:30"]


@given(st.lists(dates | st.text("0123456789-", max_size=10), min_size=1, max_size=10))
def test_a_column_of_dates_is_read_as_python_reads_each(texts: list[str]) -> None:
    def oracle_date(text: str) -> date | None:
        try:
            found = date.fromisoformat(text) if len(text) == 10 and text[4] + text[7] == "--" else None
        except ValueError:
            return None
        return found if found and 1970 <= found.year <= 2100 else None

    assert read_dates(pl.Series(texts)).to_list() == [oracle_date(text) for text in texts]


def test_a_promise_is_a_date_or_a_moment_and_the_moment_has_its_date_in_the_zone_of_the_log() -> None:
    texts = pl.Series(["2024-05-03", "2024-05-03T23:00Z", "2024-02-30", "2024-05-03T10:00", None, "2101-01-01"])
    found, days, reasons = read_promises(texts, VIETNAM)
    assert found.to_list() == [None, datetime(2024, 5, 3, 23, tzinfo=UTC), None, None, None, None]
    assert days.to_list() == [date(2024, 5, 3), date(2024, 5, 4), None, None, None, None]
    assert "no such date" in reasons["2024-02-30"]
    assert "without offset" in reasons["2024-05-03T10:00"]
    assert "1970 to 2100" in reasons["2101-01-01"]
