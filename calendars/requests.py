"""Deadlines asked for in text: a mapping of JSON values in, a mapping of JSON values out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from calendars.counting import Counted, Pause, count_out
from calendars.days import WorkCalendar
from calendars.errors import CalendarError, MalformedRequest
from calendars.explanation import explain
from calendars.terms import Term

KEYS = {"id", "from", "limit", "pauses"}
EXAMPLE = '{"id": 1, "from": "2026-08-20T10:00+07:00", "limit": "5 ngày làm việc", "pauses": []}'

_encode = json.JSONEncoder(ensure_ascii=False).encode
_decode = json.JSONDecoder().decode
_term = lru_cache(maxsize=4096)(Term.parse)  # a batch prints a few limits again and again


def read_moment(text: object) -> datetime:
    """A moment in ISO 8601 with its offset.

    >>> read_moment("2026-08-20T10:00+07:00").hour
    10

    Raises:
        MalformedRequest: no moment, or one without offset.

    """
    if not isinstance(text, str):
        raise MalformedRequest(text, "a moment as text", "2026-08-20T10:00+07:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedRequest(text, "a moment in ISO 8601", "2026-08-20T10:00+07:00") from None
    if moment.tzinfo is None:
        raise MalformedRequest(text, "a moment with its offset", f"{moment.isoformat()}+07:00")
    return moment


def read_pause(text: str) -> Pause:
    """A pause written as two moments with a slash between them.

    Raises:
        MalformedRequest: not two moments.

    """
    begin, slash, end = text.partition("/")
    if not slash:
        raise MalformedRequest(text, "two moments, BEGIN/END", "2026-08-21T08:00+07:00/2026-08-25T08:00+07:00")
    return read_moment(begin), read_moment(end)


def ask(calendar: WorkCalendar, request: object) -> Counted:
    """The deadline of one request.

    Args:
        calendar: the calendar.
        request: a mapping with `from`, `limit` and perhaps `pauses` and `id`.

    Raises:
        CalendarError: the request cannot be answered; the sentence says why.

    """
    if not isinstance(request, Mapping):
        raise MalformedRequest(request, "an object", EXAMPLE)
    if not KEYS.issuperset(request):
        unknown = min(set(request) - KEYS)
        raise MalformedRequest(unknown, f"one of the keys {', '.join(sorted(KEYS))}", EXAMPLE)
    for key in ("from", "limit"):
        if not isinstance(request.get(key), str):
            raise MalformedRequest(request.get(key), f"a text under {key!r}", EXAMPLE)
    pauses = _pauses(request.get("pauses"))
    return count_out(calendar, read_moment(request["from"]), _term(request["limit"]), pauses)


def _pauses(found: object) -> list[Pause]:
    if found is None:
        return []
    if not isinstance(found, list):
        raise MalformedRequest(found, "a list under 'pauses'", '[["2026-08-21T08:00+07:00", "2026-08-25T08:00+07:00"]]')
    return [_pause(pause) for pause in found]


def _pause(found: object) -> Pause:
    if not isinstance(found, list) or len(found) != 2:  # noqa: PLR2004  # begin and end
        raise MalformedRequest(found, "a pause of two moments", '["2026-08-21T08:00+07:00", "2026-08-25T08:00+07:00"]')
    return read_moment(found[0]), read_moment(found[1])


def answer(found: Counted) -> dict[str, Any]:
    """A deadline as JSON values; moments in the calendar's zone."""
    appointment = found.appointment_at.isoformat()
    same = found.expires_at is found.appointment_at  # the end of a limit in hours
    return {
        "due": found.due.isoformat(),
        "appointment_at": appointment,
        "expires_at": appointment if same else found.expires_at.isoformat(),
        "certainty": found.certainty,
    }


def steps(calendar: WorkCalendar, found: Counted) -> list[dict[str, Any]]:
    """The steps of a deadline as JSON values."""
    return [asdict(step) | {"date": step.date.isoformat()} for step in explain(calendar, found)]


def answer_lines(calendar: WorkCalendar, lines: Iterable[bytes]) -> Iterator[tuple[bool, str]]:
    r"""One answer a line, in order: whether it went well, and a line of JSON.

    A line that cannot be answered says why under `error` and stops nothing.

    >>> from calendars import vietnam
    >>> next(answer_lines(vietnam(), [b'{"id": 7, "from": "2026-08-20", "limit": "5 ngay"}']))[1][:28]
    '{"id": 7, "error": "\'2026-08'
    """
    for line in lines:
        number = None
        try:
            request = _json(line)
            number = request.get("id") if isinstance(request, dict) else None
            reply = {"id": number} | answer(ask(calendar, request))
        except CalendarError as error:
            yield False, _encode({"id": number, "error": str(error)})
        else:
            yield True, _encode(reply)


def _json(line: bytes) -> Any:  # noqa: ANN401  # any JSON value
    try:
        return _decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(line[:80].decode("utf-8", "replace"), f"a line of JSON ({error})", EXAMPLE) from None
