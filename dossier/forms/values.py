"""The values of fields: what is accepted, and how it is printed in Vietnamese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from reprlib import repr as short
from zoneinfo import ZoneInfo

from dossier.forms.schema import Spec

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST = 10_000
"""Characters of one text."""

Value = str | int | date | tuple[Mapping[str, "Value | None"], ...]
"""What a field holds once it is accepted; a datetime is a date."""

# Controls, halves of a character, and marks of direction, which make paper read otherwise than the record.
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Refused(Exception):  # noqa: N818  # never leaves this room
    """A value is no value of its field; the sentence says why."""


def blank(found: object) -> bool:
    """Whether nothing is given: None, an empty list, or text without a character to see."""
    return (
        found is None
        or (isinstance(found, str) and not found.strip())
        or (isinstance(found, list | tuple) and not found)
    )


def plain(text: str) -> str:
    """The text as it is printed: composed letters, tabs as spaces, nothing that hides.

    >>> plain(" Nguyễn Văn A ")
    'Nguyễn Văn A'

    Raises:
        Refused: a character that cannot be printed, or too many of them.

    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ").strip())
    if hidden := _UNPRINTABLE.search(text):
        raise Refused(f"holds U+{ord(hidden[0]):04X}, a character that is not printed; remove it")
    if len(text) > LONGEST:
        raise Refused(f"has {len(text)} characters; {LONGEST} are allowed")
    return text


def accept(field: Spec, found: object) -> Value:
    """A given value as the field keeps it; moments in Vietnamese time.

    Raises:
        Refused: no value of this type.

    """
    return _ACCEPT[field.type](field, found)


def _text(_: Spec, found: object) -> str:
    if not isinstance(found, str):
        raise Refused(f"is {short(found)}, no text")
    return plain(found)


def _code(field: Spec, found: object) -> str:
    text = _text(field, found)
    if "\n" in text or len(text) > 100:  # noqa: PLR2004  # a QR of this size is read by every telephone
        raise Refused("has more than one line or 100 characters")
    return text


def _count(_: Spec, found: object) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 10**9:
        raise Refused(f"is {short(found)}, no count; give a whole number from 0")
    return found


def _date(_: Spec, found: object) -> date:
    if not isinstance(found, date) or isinstance(found, datetime):
        raise Refused(f"is {short(found)}, no date; give a datetime.date")
    return found


def _moment(_: Spec, found: object) -> datetime:
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise Refused(f"is {short(found)}, no moment; give a datetime with its zone")
    return found.astimezone(HANOI)


def _appointment(field: Spec, found: object) -> date:
    return _moment(field, found) if isinstance(found, datetime) else _date(field, found)


def _choice(field: Spec, found: object) -> str:
    if not isinstance(found, str) or found not in field.choices:
        raise Refused(f"is {short(found)}, none of {', '.join(field.choices)}")
    return found


def _rows(field: Spec, found: object) -> tuple[Mapping[str, Value | None], ...]:
    if not isinstance(found, list | tuple):
        raise Refused(f"is {short(found)}, no list of rows")
    return tuple(_row(field, number, row) for number, row in enumerate(found, start=1))


def _row(field: Spec, number: int, row: object) -> Mapping[str, Value | None]:
    if not isinstance(row, Mapping) or not row.keys() <= field.columns.keys():
        raise Refused(f"has as row {number} {short(row)}; its columns are {', '.join(field.columns)}")
    return {name: _cell(column, number, name, row.get(name)) for name, column in field.columns.items()}


def _cell(column: Spec, number: int, name: str, found: object) -> Value | None:
    where = f"in row {number}: {name} ({column.vi})"
    if blank(found):
        if not column.optional:
            raise Refused(f"{where} is missing")
        return None
    try:
        return accept(column, found)
    except Refused as refused:
        raise Refused(f"{where} {refused}") from refused


_ACCEPT: Mapping[str, Callable[[Spec, object], Value]] = {
    "text": _text,
    "code": _code,
    "count": _count,
    "date": _date,
    "moment": _moment,
    "appointment": _appointment,
    "choice": _choice,
    "rows": _rows,
}


def printed(field: Spec, value: Value | None, style: str = "") -> str:
    """The value in Vietnamese; nothing where there is none.

    Args:
        field: what the value belongs to.
        value: as `accept` returned it.
        style: of dates and moments: `long` names the month, `short` is for tables.

    """
    if value is None:
        return ""
    if isinstance(value, date):
        return in_words(value, style)
    if field.type == "choice":
        return field.choices[str(value)]
    return f"{value:02d}" if isinstance(value, int) and value else str(value)


def in_words(moment: date, style: str = "") -> str:
    """A date or moment as forms print it.

    >>> in_words(datetime(2023, 10, 27, 9, 32)), in_words(date(2023, 3, 3), "long")
    ('09 giờ 32 phút, ngày 27/10/2023', 'ngày 03 tháng 3 năm 2023')

    The long form pads days below 10 and the months 1 and 2 (Nghị định 30/2020/NĐ-CP, Phụ lục I).
    """
    digits = f"{moment.day:02d}/{moment.month:02d}/{moment.year:04d}"
    if style == "short":
        return f"{moment:%H:%M} {digits}" if isinstance(moment, datetime) else digits
    day = f"ngày {_long(moment) if style == 'long' else digits}"
    return f"{moment:%H} giờ {moment:%M} phút, {day}" if isinstance(moment, datetime) else day


def _long(day: date) -> str:
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)  # noqa: PLR2004  # "0" before 1 and 2, as the decree says
    return f"{day.day:02d} tháng {month} năm {day.year}"
