"""A deadline told to a citizen or an officer, in Vietnamese or English, in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from textwrap import fill
from typing import Literal

from calendars.counting import Counted
from calendars.days import WorkCalendar
from calendars.explanation import Step, What, explain
from calendars.terms import Unit

Language = Literal["vi", "en"]

_SHORT = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_LONG = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_VI = {
    "head_day": "Đến hạn: 24:00 {due}. Hẹn trả kết quả: {clock} cùng ngày.",
    "head_moment": "Đến hạn: {at}.",
    "from_day": "Thời hạn {term}, bắt đầu {start}. Ngày bắt đầu không tính; xong trong ngày đến hạn là đúng hạn.",
    "from_worked": "Thời hạn {term}, bắt đầu {start}. Chỉ tính trong giờ làm việc; sau giờ đến hạn là quá hạn.",
    "from_clock": "Thời hạn {term}, bắt đầu {start}. Tính liên tục theo đồng hồ; sau giờ đến hạn là quá hạn.",
    "pause": "Dừng tính từ {begin} đến {end}.",
    "end_rolled": "Đếm đủ vào {unrolled}, lúc cơ quan nghỉ, nên hạn chuyển đến ngày làm việc tiếp theo.",
    "end_rolled_hours": "Đếm đủ ngoài giờ làm việc, nên hạn chuyển đến lúc cơ quan mở cửa.",
    "official": "Chính thức: mọi ngày nghỉ và làm bù trong khoảng này đã có văn bản; văn bản ban hành sau có thể đổi.",
    "projected": "Dự kiến, chưa có văn bản: {horizon}; ngày đến hạn có thể thay đổi.",
    "horizon": "lịch chính thức chỉ từ {first} đến {last}",
    "no_horizon": "lịch này không dựa trên văn bản nào",
    "day_zero": "ngày bắt đầu, không tính",
    "clock_begins": "bắt đầu tính giờ",
    "counted": "tính ngày {first}",
    "counted_range": "tính ngày {first}–{last}",
    "worked": "tính {span}",
    "inside": "; không tính {n} ngày cuối tuần",
    "closed": "không tính",
    "paused": "không tính: dừng tính thời hạn",
    "rolled": "cơ quan nghỉ, hạn chuyển tiếp",
    "due": "đến hạn",
    "weekend": "nghỉ cuối tuần",
    "foreseen_off": "ngày nghỉ dự kiến, chưa có văn bản",
    "foreseen_worked": "ngày làm việc bù dự kiến, chưa có văn bản",
    "no_hours": "không còn giờ làm việc",
    "hours": "{n} giờ",
    "minutes": "{n} phút",
}
_EN = {
    "head_day": "Due: 24:00 on {due}. Appointment: {clock} that day.",
    "head_moment": "Due: {at}.",
    "from_day": "{term} from {start}. The day it begins is not counted; done on the due date is in time.",
    "from_worked": "{term} from {start}. Only office hours count; anything after the due moment is late.",
    "from_clock": "{term} from {start}, on the clock without a break; anything after the due moment is late.",
    "pause": "The clock stood still from {begin} to {end}.",
    "end_rolled": "The count ends on {unrolled}, when the office is closed, so the end moves to the next working day.",
    "end_rolled_hours": "The count ends outside office hours, so the end moves to the next opening.",
    "official": "Official: an instrument stands behind every day off and make-up day here; a later one may change it.",
    "projected": "Projected, no instrument yet: {horizon}; the due date may change.",
    "horizon": "the calendar is official only from {first} through {last}",
    "no_horizon": "no instrument stands behind this calendar",
    "day_zero": "it begins, not counted",
    "clock_begins": "the hours begin",
    "counted": "day {first}",
    "counted_range": "days {first}–{last}",
    "worked": "{span}",
    "inside": "; weekend days not counted: {n}",
    "closed": "not counted",
    "paused": "not counted: the clock stood still",
    "rolled": "closed, the end moves on",
    "due": "due",
    "weekend": "weekend",
    "foreseen_off": "day off foreseen by rule, no instrument yet",
    "foreseen_worked": "make-up day foreseen by rule, no instrument yet",
    "no_hours": "no office hours left",
    "hours": "{n} h",
    "minutes": "{n} min",
}
_WORDS: Mapping[str, Mapping[str, str]] = {"vi": _VI, "en": _EN}


@dataclass(frozen=True)
class Run:
    """Consecutive days that did the same to the count.

    Attributes:
        what: as in `Step`.
        steps: the days, in order; in a counted run the weekend days between counted ones too.
        before: days, or worked minutes, counted before the run.
        reason: which kind of day it is; empty for an ordinary working day.

    """

    what: What
    steps: tuple[Step, ...]
    before: int
    reason: str

    @property
    def skipped(self) -> int:
        """Weekend days inside a counted run."""
        return sum(step.what == "closed" for step in self.steps) if self.what == "counted" else 0

    @property
    def counted(self) -> int:
        """Days, or worked minutes, that the run counts."""
        return self.steps[-1].counted - self.before


def render(calendar: WorkCalendar, found: Counted, language: Language = "vi", *, width: int = 80) -> str:
    """The deadline as a text: when it ends, then a line for each run of days, then how certain it is.

    Args:
        calendar: the calendar that gave the deadline.
        found: the deadline.
        language: `vi` or `en`; instruments keep their Vietnamese titles.
        width: columns of the text.

    >>> from calendars import Term, deadline, vietnam
    >>> start = datetime(2026, 8, 20, 10, tzinfo=vietnam().zone)
    >>> print(render(vietnam(), deadline(vietnam(), start, Term.parse("1 ngày làm việc")), "en"))
    Due: 24:00 on Friday 21/08/2026. Appointment: 17:00 that day.
    1 working day from 10:00 Thursday 20/08/2026. The day it begins is not counted;
    done on the due date is in time.
    <BLANKLINE>
      Thu 20/08/2026  it begins, not counted
      Fri 21/08/2026  day 1: due
    <BLANKLINE>
    Official: an instrument stands behind every day off and make-up day here; a
    later one may change it.
    """
    parts = [
        [headline(found, language), *_told(found, language)],
        _lines(calendar, found, language, width),
        [_certainty(calendar, found, language)],
    ]
    return "\n\n".join("\n".join(line if line[:1] == " " else fill(line, width) for line in part) for part in parts)


def headline(found: Counted, language: Language = "vi") -> str:
    """The due date in one sentence."""
    words = _WORDS[language]
    at, clock = _moment(found.appointment_at, language), f"{found.appointment_at:%H:%M}"
    kind = "head_day" if found.by_date else "head_moment"
    return words[kind].format(due=_day(found.due, language), at=at, clock=clock)


def runs(calendar: WorkCalendar, found: Counted, language: Language = "vi") -> list[Run]:
    """The steps of a deadline, consecutive equal days together."""
    every_day = found.term.exact().unit in {Unit.DAY, Unit.MONTH, Unit.YEAR}
    silent = {"paused", "day_zero", "counted"} if every_day else {"paused", "day_zero"}

    def reason(step: Step) -> tuple[What, str]:
        return step.what, "" if step.what in silent else step.citation or _ordinary(calendar, step, language)

    grouped, before = [], 0
    for (what, why), days in groupby(explain(calendar, found), reason):
        steps = tuple(days)
        grouped.append(Run(what, steps, before, _named(steps, why, language)))
        before = steps[-1].counted
    return list(_joined(grouped, _WORDS[language]["weekend"]))


def _told(found: Counted, language: Language) -> Iterator[str]:
    words, unit = _WORDS[language], found.term.exact().unit
    kind = {Unit.WORKING_HOUR: "from_worked", Unit.HOUR: "from_clock"}.get(unit, "from_day")
    term = found.term.text_vi if language == "vi" else found.term.text_en
    yield words[kind].format(term=term, start=_moment(found.start, language))
    for begin, end in found.pauses:
        local = [_moment(moment.astimezone(found.start.tzinfo), language) for moment in (begin, end)]
        yield words["pause"].format(begin=local[0], end=local[1])
    if found.unrolled != found.due:
        kind = "end_rolled" if found.by_date else "end_rolled_hours"
        yield words[kind].format(unrolled=_day(found.unrolled, language))


def _lines(calendar: WorkCalendar, found: Counted, language: Language, width: int) -> list[str]:
    told, unit = runs(calendar, found, language), found.term.exact().unit
    whens = [_when(run, language) for run in told]
    column = max(map(len, whens)) + 4
    return [
        fill(
            _what(run, language, unit), width, initial_indent=f"  {when}".ljust(column), subsequent_indent=" " * column
        )
        for when, run in zip(whens, told, strict=True)
    ]


def _what(run: Run, language: Language, unit: Unit) -> str:
    words = _WORDS[language]
    if run.what == "day_zero" and unit is Unit.HOUR:
        return words["clock_begins"]
    counted = _counted(run, words, hours=not unit.by_date) if run.counted else ""
    inside = words["inside"].format(n=run.skipped) if run.skipped else ""
    verb = "" if run.what == "counted" else words[run.what]
    return ": ".join(part for part in (counted + inside, verb, run.reason) if part)


def _counted(run: Run, words: Mapping[str, str], *, hours: bool) -> str:
    if hours:
        whole, rest = divmod(run.counted, 60)
        parts = [(whole, "hours"), (rest, "minutes")]
        return words["worked"].format(span=" ".join(words[name].format(n=n) for n, name in parts if n))
    first, last = run.before + 1, run.steps[-1].counted
    return words["counted" if first == last else "counted_range"].format(first=first, last=last)


def _named(steps: Sequence[Step], why: str, language: Language) -> str:
    """The reason, with the names of its days before an instrument."""
    if not why or why != steps[0].citation:
        return why
    names = dict.fromkeys(step.name_vi if language == "vi" else step.name_en for step in steps)
    return f"{'; '.join(names)} ({why})"


def _ordinary(calendar: WorkCalendar, step: Step, language: Language) -> str:
    """What to say of a day without an instrument; empty for a working day of the week that is worked."""
    words, weekly = _WORDS[language], calendar.works_ordinarily(step.date)
    if calendar.is_working(step.date):
        return ("" if weekly else words["foreseen_worked"]) if step.what != "closed" else words["no_hours"]
    return words["foreseen_off" if weekly else "weekend"]


def _joined(grouped: Sequence[Run], weekend: str) -> Iterator[Run]:
    """Take an ordinary weekend between two ordinary counted runs into one run with both."""
    held: list[Run] = []
    for run in grouped:
        plain = run.what == "counted" and not run.reason
        if plain and len(held) == 2:  # noqa: PLR2004  # a counted run and the weekend after it
            held = [Run("counted", (*held[0].steps, *held[1].steps, *run.steps), held[0].before, "")]
        elif len(held) == 1 and run.what == "closed" and run.reason == weekend:
            held.append(run)
        else:
            yield from held
            held = [run] if plain else []
            if not plain:
                yield run
    yield from held


def _when(run: Run, language: Language) -> str:
    first, last = run.steps[0].date, run.steps[-1].date
    if first == last:
        return _dated(last, language)
    year = "" if first.year == last.year else f"/{first.year}"
    return f"{_SHORT[language][first.weekday()]} {first:%d/%m}{year} – {_dated(last, language)}"


def _dated(day: date, language: Language) -> str:
    return f"{_SHORT[language][day.weekday()]} {day:%d/%m/%Y}"


def _day(day: date, language: Language) -> str:
    return f"{_LONG[language][day.weekday()]} {day:%d/%m/%Y}"


def _moment(moment: datetime, language: Language) -> str:
    return f"{moment:%H:%M} {_day(moment.date(), language)}"


def _certainty(calendar: WorkCalendar, found: Counted, language: Language) -> str:
    words, first, last = _WORDS[language], calendar.official_from, calendar.official_through
    if found.certainty == "official":
        return words["official"]
    known = words["horizon"].format(first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}") if first and last else ""
    return words["projected"].format(horizon=known or words["no_horizon"])
