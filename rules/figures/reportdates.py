"""What an office owes when: the plan's own dates, and whether they are worked."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from calendars import WorkCalendar
from dossier.strict import Strict, Text
from rules.display import day
from rules.figures.sheets import Cell, Column, Report, Sheet, Words
from rules.loading import read_law, read_law_file, shipped_law

EXAMPLE = (
    'format = 1, year = 2024, [[report]] code = "I.6", title_vi = "…", title_en = "…", from = "units", to = "…", '
    'every = "month", months = [1, 2], day = 5, before = true, citation = "…", status = "read"'
)

FROM: dict[str, Words] = {"units": ("Phòng, đơn vị", "Units"), "department": ("Sở", "Department")}
WEEKDAYS: tuple[Words, ...] = (
    *(("Thứ Hai", "Monday"), ("Thứ Ba", "Tuesday"), ("Thứ Tư", "Wednesday"), ("Thứ Năm", "Thursday")),
    *(("Thứ Sáu", "Friday"), ("Thứ Bảy", "Saturday"), ("Chủ Nhật", "Sunday")),
)


class Owed(Strict):
    """A report that is owed on a day of certain months.

    Attributes:
        sender: who hands it in.
        months: the months in which it is owed.
        day: of the month.
        before: whether the day itself is too late (trước ngày).

    """

    code: Text
    title_vi: Text
    title_en: Text
    sender: Literal["units", "department"] = Field(alias="from")
    to: Text
    every: Literal["month", "quarter", "year"]
    months: list[int] = Field(min_length=1)
    day: int = Field(ge=1, le=31)
    before: bool
    citation: Text
    status: Literal["read", "unverified"]
    note_vi: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _dates_exist(self) -> Self:
        for month in self.months:
            if not 1 <= month <= 12 or self.day > months.monthrange(2023, month)[1]:  # noqa: PLR2004  # months
                raise ValueError(f"there is no day {self.day} in every month {month}")
        return self

    def last_day(self, year: int, month: int) -> date:
        """The last day on which it is in time."""
        return date(year, month, self.day) - timedelta(days=self.before)


class Standing(Strict):
    """Something that is owed so long after an event."""

    code: Text
    title_vi: Text
    title_en: Text
    within: Text
    citation: Text
    status: Literal["read", "unverified"]


class ReportDates(Strict):
    """All reports that an office owes.

    Attributes:
        year: of the plan that fixes them.

    """

    format: Literal[1]
    year: int
    report: list[Owed]
    standing: list[Standing] = Field(default_factory=list)

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        codes = [one.code for one in self.report] + [one.code for one in self.standing]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands twice")
        return self

    @classmethod
    def loads(cls, text: str, name: str) -> ReportDates:
        """Read a file of report dates.

        Raises:
            MalformedRules: the text breaks the format.

        """
        return read_law(cls, text, name, EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> ReportDates:
        """Read a file of report dates from a path; raises as `loads` does."""
        return read_law_file(cls, path, EXAMPLE)

    def __getitem__(self, code: str) -> Owed:
        """The report of a code."""
        return next(one for one in self.report if one.code == code)

    def due(self, year: int, month: int, calendar: WorkCalendar) -> tuple[Due, ...]:
        """What is owed in a month, by day: "before the 1st" is owed in the month before.

        Args:
            year: of the month.
            month: 1 to 12.
            calendar: says which days are worked.

        """
        after = (year + month // 12, month % 12 + 1)
        days = [(one, one.last_day(*of)) for of in ((year, month), after) for one in self.report if of[1] in one.months]
        found = [Due(one, day, self.year, calendar) for one, day in days if (day.year, day.month) == (year, month)]
        return tuple(sorted(found, key=lambda one: (one.last_on, one.report.code)))


@dataclass(frozen=True)
class Due:
    """A report that is owed in a month.

    Attributes:
        report: which.
        last_on: the last day on which it is in time, by the wording.
        plan: the year of the plan that says so.
        calendar: says which days are worked.

    """

    report: Owed
    last_on: date
    plan: int
    calendar: WorkCalendar

    @property
    def worked(self) -> bool:
        """Whether the last day is a working day."""
        return self.calendar.is_working(self.last_on)

    @property
    def safe_on(self) -> date:
        """The last working day that is in time; the plan moves no date to the next working day."""
        day = self.last_on
        while not self.calendar.is_working(day):
            day -= timedelta(days=1)
        return day

    @property
    def of_the_plan(self) -> bool:
        """Whether the plan speaks of this year."""
        return self.last_on.year == self.plan

    def working_days_left(self, today: date) -> int:
        """Working days after a day up to the last one; less than none: so many too late."""
        if today <= self.last_on:
            return self.calendar.count_working_days(today, self.last_on)
        return -self.calendar.count_working_days(self.last_on, today)

    def to_dict(self, today: date | None = None) -> dict[str, Any]:
        """As JSON."""
        report = self.report
        told = {
            "code": report.code,
            "title_vi": report.title_vi,
            "title_en": report.title_en,
            "from": report.sender,
            "to": report.to,
            "last_on": self.last_on.isoformat(),
            "worked": self.worked,
            "safe_on": self.safe_on.isoformat(),
            "certainty": self.calendar.certainty(self.last_on, self.safe_on),
            "citation": report.citation,
            "status": report.status if self.of_the_plan else "unverified",
            "note": report.note_en,
        }
        return told if today is None else told | {"working_days_left": self.working_days_left(today)}


@cache
def report_dates() -> ReportDates:
    """The dates that ship."""
    return ReportDates.loads(shipped_law("reports.toml"), "reports.toml")


def due_report(
    dates: ReportDates, year_of: int, month: int, calendar: WorkCalendar, today: date | None = None
) -> Report:
    """What is owed in a month, as a report.

    Args:
        dates: which reports there are.
        year_of: the month.
        month: 1 to 12.
        calendar: says which days are worked.
        today: the day from which working days are counted; none where none is given.

    """
    found = dates.due(year_of, month, calendar)
    columns = [
        Column.of("Báo cáo", "Report", width=50),
        Column.of("Ai gửi", "From", width=14),
        Column.of("Nơi nhận", "To", width=22),
        Column.of("Chậm nhất", "Not later than", width=12),
        Column.of("Thứ", "Weekday", width=12),
        Column.of("Ngày làm việc cuối còn kịp", "Last working day in time", width=14),
        *([Column.of("Còn (ngày làm việc)", "Working days left", number=True)] if today else []),
        Column.of("Căn cứ", "Citation", width=32),
        Column.of("Ghi chú", "Note", width=32),
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            (one.report.title_vi, one.report.title_en),
            FROM[one.report.sender],
            one.report.to,
            one.last_on,
            WEEKDAYS[one.last_on.weekday()],
            one.safe_on,
            *([one.working_days_left(today)] if today else []),
            one.report.citation,
            (one.report.note_vi, one.report.note_en),
        )
        for one in found
    )
    name = f"{month:02}/{year_of}"
    title = (f"Báo cáo phải gửi trong tháng {name}", f"Reports owed in {name}")
    standing = tuple(
        (
            f"{one.title_vi}: trong {one.within} ({one.citation}).",
            f"{one.title_en}: within {one.within} ({one.citation}).",
        )
        for one in dates.standing
    )
    year = () if dates.year == year_of else (_of_another_year(dates.year),)
    return Report(
        code="due",
        title=title,
        parameters=((("Lịch làm việc", "Calendar"), calendar.name), *_counted_from(today)),
        sheets=(Sheet(f"Tháng {month:02}-{year_of}", title, tuple(columns), rows, notes=(*year, *standing)),),
        document={
            "month": f"{year_of}-{month:02}",
            "due": [one.to_dict(today) for one in found],
            "standing": [one.model_dump(mode="json") for one in dates.standing],
        },
    )


def _counted_from(today: date | None) -> tuple[tuple[Words, str], ...]:
    return () if today is None else ((("Tính từ ngày", "Counted from"), day(today)),)


def _of_another_year(plan: int) -> Words:
    return (
        f"Các ngày theo kế hoạch năm {plan}; năm khác: chưa kiểm chứng.",
        f"The dates are those of the plan of {plan}; for another year they are not verified.",
    )
