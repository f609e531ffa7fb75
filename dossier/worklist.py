"""The line of a dossier in a worklist: how much legal time is left, in words and in a colour class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from calendars import Term, Unit, WorkCalendar
from dossier.clock import Due
from dossier.lifecycle import STATES
from dossier.stores.records import Overview
from dossier.strict import Strict, Text, read_file_strictly, read_strictly, shipped

_NAME = "worklist.toml"
_EXAMPLE = 'soon = 3, then [colour.soon] vi = "sắp đến hạn", en = "due soon", hue_vi = "vàng", hue_en = "yellow"'


class Colour(StrEnum):
    """A class over the legal time that is left."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    NORMAL = "normal"
    WAITING = "waiting"
    NO_LIMIT = "no_limit"


class Label(Strict):
    """What a colour class is called, and the colour in which it is shown."""

    vi: Text
    en: Text
    hue_vi: Text
    hue_en: Text


class WorklistRules(Strict):
    """The thresholds and labels of a worklist, as `data/worklist.toml` holds them."""

    schema_version: Literal[1] = Field(alias="schema")
    soon: int = Field(ge=1)
    status: Literal["read", "unverified"]
    note: str = ""
    colour: Mapping[Annotated[Colour, Field(strict=False)], Label]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for colour in Colour:
            if colour not in self.colour:
                raise ValueError(f"colour.{colour} is missing; every colour class has its table")
        return self

    @classmethod
    def loads(cls, text: str, name: str = _NAME) -> WorklistRules:
        """Read the text of a file of colours.

        Raises:
            MalformedFile: with the first rule of the format that it breaks.

        """
        return read_strictly(cls, text, name, _EXAMPLE)

    @classmethod
    def load(cls, path: Path) -> WorklistRules:
        """Read an office's own file of colours; raises as `loads` does."""
        return read_file_strictly(cls, path, _EXAMPLE)


@cache
def worklist_rules() -> WorklistRules:
    """The rules that come with the package, read once."""
    return WorklistRules.loads(shipped(_NAME))


class Place(NamedTuple):
    """Where a line stands in a worklist, the most urgent first; a page begins after the last place of the one before.

    Attributes:
        ends_at: when its legal time is over; None stands last.

    """

    ends_at: datetime | None
    dossier: str


@dataclass(frozen=True, slots=True)
class WorklistLine:
    """A dossier in a worklist.

    Attributes:
        state: its state, None where its history cannot be replayed.
        state_vi: the state in Vietnamese, empty where there is none.
        office: the office that works on it.
        officer: who acted last.
        legal_due: when it is due by law; None while the clock is stopped, for then the due date recedes.
        remaining_vi: the time that is left, in Vietnamese: working days, or working time for what ends at a moment
            (a limit in hours, the window in which an online submission is to be answered).
        remaining_en: the same in English.
        colour: the class of what is left.
        place: where it stands in the list.

    """

    dossier: str
    state: str | None
    state_vi: str
    office: str | None
    officer: str | None
    legal_due: date | datetime | None
    remaining_vi: str
    remaining_en: str
    colour: Colour
    place: Place


def line(
    overview: Overview,
    calendar: WorkCalendar,
    now: datetime,
    rules: WorklistRules | None = None,
    labels: Mapping[str, str] = STATES,
) -> WorklistLine:
    """The line of a dossier as it stands at `now`.

    Args:
        overview: what is kept of it.
        calendar: of the office.
        now: the present moment, aware.
        rules: the thresholds and colours; those of the package where none are given.
        labels: the states in Vietnamese.

    Raises:
        NaiveMoment: `now` has no offset.

    """
    rules, now = rules or worklist_rules(), calendar.local(now)
    due = _due(overview, calendar)
    colour = _colour(overview, due, calendar, now, rules.soon)
    label = rules.colour[colour]
    vi, en = (label.vi, label.en) if due is None else _remaining(calendar, due, now)
    return WorklistLine(
        dossier=overview.dossier,
        state=overview.state,
        state_vi=labels.get(overview.state or "", ""),
        office=overview.office,
        officer=overview.officer,
        legal_due=None if due is None else overview.legal_due,
        remaining_vi=vi,
        remaining_en=en,
        colour=colour,
        place=Place(overview.ends_at, overview.dossier),
    )


def _due(overview: Overview, calendar: WorkCalendar) -> Due | None:
    """What runs: the legal limit, before receipt the window in which a submission is to be answered."""
    if overview.waiting or not overview.open:
        return None
    found = overview.ends_at if overview.legal_due is None else overview.legal_due
    if isinstance(found, datetime):
        moment = calendar.local(found)
        return Due(moment.date(), moment)
    return None if found is None else Due(found)


def _colour(overview: Overview, due: Due | None, calendar: WorkCalendar, now: datetime, soon: int) -> Colour:
    if due is None:
        return Colour.WAITING if overview.open and overview.waiting else Colour.NO_LIMIT
    if due.is_late(now):
        return Colour.OVERDUE
    left = calendar.count_working_days(now.date(), due.day)
    return Colour.TODAY if left == 0 else Colour.SOON if left <= soon else Colour.NORMAL


def _remaining(calendar: WorkCalendar, due: Due, now: datetime) -> tuple[str, str]:
    if due.moment is None and due.day == now.date():
        return "đến hạn hôm nay", "due today"
    if due.moment is None:
        vi, en = _days(calendar.count_working_days(now.date(), due.day))
    else:
        vi, en = _hours(calendar.working_time(now, due.moment))
    return (f"quá hạn {vi}", f"overdue by {en}") if due.is_late(now) else (f"còn {vi}", f"{en} left")


def _days(count: int) -> tuple[str, str]:
    term = Term.of(abs(count), Unit.WORKING_DAY)
    return term.text_vi, term.text_en


def _hours(span: timedelta) -> tuple[str, str]:
    hours, minutes = divmod(abs(span) // timedelta(minutes=1), 60)
    return f"{hours} giờ {minutes} phút làm việc", f"{hours} h {minutes} min of working time"
