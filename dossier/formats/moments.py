"""Moments and dates of a log: ISO 8601, whole columns at a time, and a sentence for each text that is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from dossier.formats.eventlog import MOMENT

FIRST_YEAR, LAST_YEAR = 1970, 2100
"""The years that a log may speak of, those of the calendars."""

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_LOCAL = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?"
_WITH_OFFSET = rf"{_LOCAL}(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)$"
_NAIVE = rf"{_LOCAL}$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SPELLINGS = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")

_PARTS = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|([+-])(\d\d)(?::?(\d\d))?)?)?", re.ASCII
)
_MOMENT = "a moment as 2024-03-05T10:00+07:00"
_OUTSIDE = f"outside the years {FIRST_YEAR} to {LAST_YEAR}; correct the year"
_PROMISE = "a date as 2024-03-05 or a moment as 2024-03-05T10:00+07:00"


@dataclass(frozen=True)
class Clock:
    """How a log tells the time: the zone in which it is read, and the zone of moments without offset, if any."""

    zone: ZoneInfo
    naive: ZoneInfo | None = None

    def limits(self) -> tuple[datetime, datetime]:
        """The first moment a log may speak of, and the first one after the last, in UTC."""
        first = datetime(FIRST_YEAR, 1, 1, tzinfo=self.zone)
        return first.astimezone(UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=self.zone).astimezone(UTC)


Reasons = Mapping[str | None, str]
"""For each text that cannot be read (None: an empty cell) the reason."""


def read_moments(texts: pl.Series, clock: Clock) -> tuple[pl.Series, Reasons]:
    """Moments in UTC, cut to microseconds; null where the cell is empty or cannot be read.

    >>> texts = pl.Series(["2024-03-05T10:00+07:00", "2024-03-05 10:00:00.5Z", "2024-02-30T10:00Z"])
    >>> moments, reasons = read_moments(texts, Clock(ZoneInfo("Asia/Ho_Chi_Minh")))
    >>> moments.dt.to_string("%H:%M:%S%.3f").to_list(), list(reasons)
    (['03:00:00.000', '10:00:00.500', None], ['2024-02-30T10:00Z'])
    """
    moments = _offset_moments(texts)
    if clock.naive is not None:
        moments = moments.zip_with(moments.is_not_null(), _naive_moments(texts, clock.naive))
    first, end = clock.limits()
    moments = _keep(moments, (moments >= first) & (moments < end))
    return _slowly(texts, moments, lambda text: read_moment(text, clock))


def read_dates(texts: pl.Series) -> pl.Series:
    """Dates where the cell is exactly a date of the known years, else null."""
    dates = _keep(texts, texts.str.contains(_DATE)).str.to_date("%Y-%m-%d", strict=False)
    return _keep(dates, dates.dt.year().is_between(FIRST_YEAR, LAST_YEAR))


def _offset_moments(texts: pl.Series) -> pl.Series:
    return _first_spelling(_keep(texts, texts.str.contains(_WITH_OFFSET)), "%#z", MOMENT)


def _naive_moments(texts: pl.Series, zone: ZoneInfo) -> pl.Series:
    local = _first_spelling(_keep(texts, texts.str.contains(_NAIVE)), "", pl.Datetime("us"))
    placed = local.dt.replace_time_zone(zone.key, ambiguous="earliest", non_existent="null")
    return placed.dt.convert_time_zone("UTC")


def _first_spelling(shaped: pl.Series, offset: Literal["%#z", ""], kind: pl.Datetime) -> pl.Series:
    """Read texts of the right shape, one spelling after the other until none is left."""
    found = pl.Series(shaped.name, [None], dtype=kind).new_from_index(0, len(shaped))
    for spelling in _SPELLINGS:
        left = _keep(shaped, found.is_null())
        if left.null_count() == len(left):
            break
        found = found.zip_with(
            found.is_not_null(), left.str.to_datetime(spelling + offset, time_unit="us", strict=False)
        )
    return found


def _keep(values: pl.Series, where: pl.Series) -> pl.Series:
    return values.set(~where.fill_null(value=False), None)


def _slowly(
    texts: pl.Series, values: pl.Series, read: Callable[[str], datetime | str]
) -> tuple[pl.Series, dict[str | None, str]]:
    """Read what the columns could not, each distinct text once; a text comes back as the reason why not."""
    left = texts.filter(texts.is_not_null() & values.is_null()).unique(maintain_order=True)
    answers = {text: read(text) for text in left}
    found = {text: answer for text, answer in answers.items() if isinstance(answer, datetime)}
    if found:
        late = texts.replace_strict(found, default=None, return_dtype=values.dtype)
        values = values.zip_with(values.is_not_null(), late)
    return values, {text: answer for text, answer in answers.items() if isinstance(answer, str)}


def read_moment(text: str, clock: Clock) -> datetime | str:
    """One moment in UTC, or the reason why it is none.

    >>> read_moment("2024-03-05", Clock(ZoneInfo("Asia/Ho_Chi_Minh")))
    'a date without a time of day; write a moment as 2024-03-05T10:00+07:00'
    """
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return f"no ISO 8601 moment; write {_MOMENT}"
    if parts[4] is None:
        return f"a date without a time of day; write {_MOMENT}"
    try:
        return _placed(_local(parts), parts, clock)
    except OverflowError:
        return _OUTSIDE
    except ValueError:
        return f"no such date, time or offset; write {_MOMENT}"


def _local(parts: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(parts[n] or 0) for n in range(1, 7))
    micro = int((parts[7] or "0")[:6].ljust(6, "0"))
    return datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001  # the offset follows


def _placed(local: datetime, parts: re.Match[str], clock: Clock) -> datetime | str:
    if parts[8] is None and clock.naive is None:
        return f"a moment without offset; write {_MOMENT}, or read the log with a mapping that gives [time] zone"
    moment = local.replace(tzinfo=_offset(parts) or clock.naive).astimezone(UTC)
    if parts[8] is None and moment.astimezone(clock.naive).replace(tzinfo=None) != local:
        return f"a moment that the clocks of {clock.naive} skipped; write it with its offset, {_MOMENT}"
    first, end = clock.limits()
    if not first <= moment < end:
        return _OUTSIDE
    return moment


def _offset(parts: re.Match[str]) -> timezone | None:
    if parts[8] in {None, "Z"}:
        return UTC if parts[8] else None
    hours, minutes = int(parts[10]), int(parts[11] or 0)
    if minutes > 59:  # noqa: PLR2004  # minutes of an hour
        raise ValueError(parts[8])
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if parts[9] == "-" else span)


def read_promises(texts: pl.Series, clock: Clock) -> tuple[pl.Series, pl.Series, Reasons]:
    """Promised moments and promised dates (of the moment in the log's zone where no date is given)."""
    dates = read_dates(texts)
    moments, reasons = read_moments(_keep(texts, dates.is_null()), clock)
    local = moments.dt.convert_time_zone(clock.zone.key).dt.date()
    return (
        moments,
        dates.zip_with(dates.is_not_null(), local),
        {text: _promise(text, why) for text, why in reasons.items()},
    )


def _promise(text: str | None, why: str) -> str:
    shaped = text is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII)
    if not shaped:
        return why.replace(_MOMENT, _PROMISE)
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return f"no such date; write {_PROMISE}"
    return _OUTSIDE
