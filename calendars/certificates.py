"""Certificates: a deadline as a document that anybody can recompute, and that shows when it was altered.

A certificate is a JSON object without floats. Its digest is the SHA-256 of the object without `digest`, written with
sorted keys, without spaces, in UTF-8. The digest shows an alteration, not its author: it is no signature.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from calendars.counting import Counted, count_out
from calendars.days import WorkCalendar
from calendars.errors import MalformedRequest, UnreadableTerm
from calendars.explanation import is_ordinary
from calendars.requests import read_moment
from calendars.terms import Term, Unit

FORMAT = "motcua deadline certificate"
VERSION = 1
_WORKED = {Unit.WORKING_DAY, Unit.WORKING_HOUR}


@dataclass(frozen=True)
class Difference:
    """A place at which a certificate and its recomputation differ.

    Attributes:
        place: where, as `result.due` or `days.2026-01-02`.
        found: what the certificate says; None where it says nothing.
        now: what the recomputation gives.
        note: what follows from it.

    """

    place: str
    found: str | None
    now: str | None
    note: str = ""

    def __str__(self) -> str:
        """One line: place, found, now."""
        note = f" ({self.note})" if self.note else ""
        return f"{self.place}: {self.found or 'nothing'} -> {self.now or 'nothing'}{note}"


def certificate(calendar: WorkCalendar, found: Counted) -> dict[str, Any]:
    """The certificate of a deadline.

    >>> from datetime import datetime
    >>> from calendars import deadline, vietnam
    >>> start = datetime(2026, 8, 20, 10, tzinfo=vietnam().zone)
    >>> made = certificate(vietnam(), deadline(vietnam(), start, Term.parse("5 ngày làm việc")))
    >>> made["result"]["due"], made["days"][0]["number"], verify(made, vietnam())
    ('2026-08-26', '9441/TB-BNV', [])

    Raises:
        UnreadableTerm: a limit that cannot be printed, as a third of a month.
        MalformedRequest: the calendar does not give this deadline.

    """
    inputs = _inputs(found)
    again = _recomputed(calendar, inputs)
    if _result(again) != _result(found):
        raise MalformedRequest(
            str(found.due), f"a deadline of this calendar ({again.due})", "the calendar it came from"
        )
    body = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": inputs,
        "calendar": _calendar(calendar),
        "result": _result(found),
        "days": _days(calendar, found),
    }
    return body | {"digest": digest(body)}


def canonical(document: Mapping[str, Any]) -> str:
    """The one spelling of a certificate: sorted keys, no spaces, no escapes beyond those JSON needs."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of everything but the digest."""
    body = {key: value for key, value in document.items() if key != "digest"}
    return sha256(canonical(body).encode("utf-8")).hexdigest()


def read(text: str | bytes) -> dict[str, Any]:
    """Read a certificate strictly.

    Raises:
        MalformedRequest: no JSON, a float, a key twice, or a place that is missing, unknown or of another kind.

    """
    try:
        plain = text.decode("utf-8") if isinstance(text, bytes) else text
        document = json.loads(plain, object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        if isinstance(error, MalformedRequest):
            raise
        raise MalformedRequest(text[:80], f"a certificate in JSON ({error})", _example()) from None
    check(document)
    return dict(document)


def verify(document: Mapping[str, Any], calendar: WorkCalendar) -> list[Difference]:
    """Recompute a certificate; every difference, in order of digest, calendar, result, days.

    Another edition of the calendar alone is a difference too; its note says whether the result still holds.

    Raises:
        MalformedRequest: the document is no certificate; the error names the place.
        CalendarError: its inputs cannot be answered on this calendar.

    """
    check(document)
    again = _recomputed(calendar, document["inputs"])
    result = _compared("result", document["result"], _result(again))
    note = "the result does not hold" if result else "the result still holds"
    stated = {"digest": document["digest"]}
    return [
        *(_noted(_compared("", stated, {"digest": digest(document)}), "altered after it was made")),
        *(_noted(_compared("calendar", document["calendar"], _calendar(calendar)), note)),
        *result,
        *_compared("days", _by_date(document["days"]), _by_date(_days(calendar, again))),
    ]


def holds(differences: Sequence[Difference]) -> bool:
    """Whether the certified result is still the result."""
    return not any(difference.place.startswith("result.") for difference in differences)


def _inputs(found: Counted) -> dict[str, Any]:
    text = found.term.text_vi
    if not _printable(found.term):
        raise UnreadableTerm(text, "a certificate states a limit with at most four decimals")
    pauses = [[begin.isoformat(), end.isoformat()] for begin, end in found.pauses]
    return {"from": found.start.isoformat(), "limit": text, "pauses": pauses}


def _printable(term: Term) -> bool:
    try:
        return Term.parse(term.text_vi) == term
    except UnreadableTerm:
        return False


def _recomputed(calendar: WorkCalendar, inputs: Mapping[str, Any]) -> Counted:
    pauses = [(read_moment(begin), read_moment(end)) for begin, end in inputs["pauses"]]
    return count_out(calendar, read_moment(inputs["from"]), Term.parse(inputs["limit"]), pauses)


def _calendar(calendar: WorkCalendar) -> dict[str, str | None]:
    first, last = calendar.official_from, calendar.official_through
    return {
        "name": calendar.name,
        "zone": calendar.zone.key,
        "edition": calendar.edition,
        "official_from": first.isoformat() if first else None,
        "official_through": last.isoformat() if last else None,
    }


def _result(found: Counted) -> dict[str, str | None]:
    return {
        "due": found.due.isoformat(),
        "unrolled": found.unrolled.isoformat(),
        "expires_at": found.expires_at.isoformat(),
        "appointment_at": found.appointment_at.isoformat(),
        "certainty": found.certainty,
    }


def span(found: Counted) -> tuple[date, date]:
    """First and last day at which the calendar was looked at: all after the start, or only where the count ended."""
    zero = found.start.date()
    after = zero if not found.by_date else min(zero + timedelta(days=1), found.due)
    return (after if found.term.exact().unit in _WORKED else found.unrolled), found.due


def _days(calendar: WorkCalendar, found: Counted) -> list[dict[str, str | None]]:
    first, last = span(found)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [told for day in days if (told := _day(calendar, day))]


def _day(calendar: WorkCalendar, day: date) -> dict[str, str | None] | None:
    """An exceptional date; one that no instrument made has no name."""
    worked, record = calendar.is_working(day), calendar.record(day)
    if record is None and is_ordinary(calendar, day):
        return None
    issued = record.issued_on if record else None
    return {
        "date": day.isoformat(),
        "kind": "worked" if worked else "off",
        "name": record.name_vi if record else None,
        "instrument": record.instrument if record else None,
        "number": record.number if record else None,
        "basis": record.basis if record else None,
        "issued_on": issued.isoformat() if issued else None,
    }


def _by_date(days: Sequence[Mapping[str, str | None]]) -> dict[str, str]:
    return {str(day["date"]): ", ".join(str(day[key] or "-") for key in _DAY if key != "date") for day in days}


def _compared(place: str, found: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[Difference]:
    prefix = f"{place}." if place else ""
    keys = [*now, *(key for key in found if key not in now)]
    pairs = ((key, found.get(key), now.get(key)) for key in keys)
    return [Difference(prefix + key, then, today) for key, then, today in pairs if then != today]


def _noted(differences: list[Difference], note: str) -> list[Difference]:
    return [Difference(each.place, each.found, each.now, note) for each in differences]


# -- the shape of a certificate

_TOP = ("format", "version", "inputs", "calendar", "result", "days", "digest")
_INPUTS = ("from", "limit", "pauses")
_CALENDAR = ("name", "zone", "edition", "official_from", "official_through")
_RESULT = ("due", "unrolled", "expires_at", "appointment_at", "certainty")
_DAY = ("date", "kind", "name", "instrument", "number", "basis", "issued_on")


def check(document: object) -> None:
    """Refuse what is no certificate.

    Raises:
        MalformedRequest: the first wrong place.

    """
    top = _table(document, "", _TOP)
    _must(top["format"] == FORMAT, top["format"], "format", f"the text {FORMAT!r}", FORMAT)
    version = top["version"]
    _must(type(version) is int and version == VERSION, version, "version", f"version {VERSION}", str(VERSION))
    inputs = _table(top["inputs"], "inputs", _INPUTS)
    _moment(inputs["from"], "inputs.from")
    _limit(inputs["limit"])
    for place, pause in _items(inputs["pauses"], "inputs.pauses"):
        moments = list(_items(pause, place))
        _must(len(moments) == 2, pause, place, "two moments", '["2026-08-21T08:00+07:00", "2026-08-25T08:00+07:00"]')  # noqa: PLR2004  # begin and end
        for at, moment in moments:
            _moment(moment, at)
    for name, keys in (("calendar", _CALENDAR), ("result", _RESULT)):
        _texts(top[name], name, keys)
    for key in ("expires_at", "appointment_at"):
        _moment(top["result"][key], f"result.{key}")
    for key in ("due", "unrolled"):
        _date(top["result"][key], f"result.{key}")
    seen = [str(_texts(day, place, _DAY)["date"]) for place, day in _items(top["days"], "days")]
    _must(seen == sorted(set(seen)), seen, "days", "dates in order, each once", "2026-01-02")
    _must(isinstance(top["digest"], str), top["digest"], "digest", "a SHA-256 in hexadecimal", "e3b0c44298fc…")
    _must(_encodable(top), "half a surrogate pair", "", "text that UTF-8 can hold", "5 ngày làm việc")


def _must(good: bool, found: object, place: str, allowed: str, example: str) -> None:  # noqa: FBT001  # an assertion
    if not good:
        raise MalformedRequest(found, f"{allowed} at {place or 'the top'}", example)


def _table(found: object, place: str, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise MalformedRequest(found, f"an object at {place or 'the top'}", _example())
    odd = [f"no {key!r}" for key in keys if key not in found] + [f"{key!r}" for key in found if key not in keys]
    _must(not odd, ", ".join(odd), place, f"an object with the keys {', '.join(keys)}", _example())
    return found


def _texts(found: object, place: str, keys: Sequence[str]) -> Mapping[str, str | None]:
    table = _table(found, place, keys)
    for key in keys:
        good = table[key] is None or isinstance(table[key], str)
        _must(good, table[key], f"{place}.{key}", "a text or null", '"2026-08-26"')
    return table


def _items(found: object, place: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(found, list):
        raise MalformedRequest(found, f"a list at {place}", "[]")
    return ((f"{place}[{number}]", item) for number, item in enumerate(found, 1))


def _moment(found: object, place: str) -> None:
    try:
        read_moment(found)
    except MalformedRequest as error:
        raise MalformedRequest(error.found, f"{error.allowed} at {place}", error.example) from None


def _date(found: object, place: str) -> None:
    try:
        date.fromisoformat(str(found))
    except ValueError:
        raise MalformedRequest(found, f"a date at {place}", "2026-08-26") from None


def _limit(found: object) -> None:
    if not isinstance(found, str):
        raise MalformedRequest(found, "a text at inputs.limit", "5 ngày làm việc")
    try:
        Term.parse(found).exact()
    except UnreadableTerm as error:
        raise MalformedRequest(found, f"a limit ({error.why}) at inputs.limit", "5 ngày làm việc") from None


def _encodable(document: Mapping[str, Any]) -> bool:
    try:
        return bool(canonical(document).encode("utf-8"))
    except UnicodeEncodeError:
        return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    _must(not twice, twice, "one of its objects", "each key once", '{"version": 1}')
    return dict(pairs)


def _no_float(text: str) -> Callable[[], None]:
    raise MalformedRequest(text, "a whole number or a text", "1")


def _example() -> str:
    return f'{{"format": "{FORMAT}", "version": {VERSION}, …}}; `motcua deadline … --certificate FILE` writes one'
