from __future__ import annotations

import doctest
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import Provision, Term, Unit, UnreadableTerm, WorkCalendar, deadline, for_country, vietnam
from calendars.certificates import Difference, canonical, certificate, digest, holds, read, verify
from calendars.errors import MalformedRequest
from tests.calendars.oracle import HANOI, Pauses
from tests.calendars.strategies import cases_with_pauses

PAGE = Path(__file__).parents[2] / "docs" / "certificates.md"
BEFORE_THE_SWAP = date(2025, 12, 24)  # 12729/VPCP-KGVX is of 25 December 2025


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def certified(start: str, limit: str, *pauses: tuple[str, str], calendar: WorkCalendar | None = None) -> dict[str, Any]:
    calendar = calendar or vietnam()
    found = deadline(calendar, at(start), Term.parse(limit), [(at(a), at(b)) for a, b in pauses])
    return certificate(calendar, found)


def changed(path: str, value: object) -> dict[str, Any]:
    """A certificate with one place changed."""
    document = json.loads(canonical(certified("2026-08-20T10:00", "5 ngày làm việc")))
    *parents, last = path.split(".")
    table = document
    for key in parents:
        table = table[key]
    table[last] = value
    return dict(document)


def test_a_certificate_states_the_question_the_calendar_and_the_answer() -> None:
    made = certified("2026-08-20T10:00", "5 ngày làm việc", ("2026-08-21T08:00", "2026-08-25T08:00"))
    assert made["inputs"] == {
        "from": "2026-08-20T10:00:00+07:00",
        "limit": "5 ngày làm việc",
        "pauses": [["2026-08-21T08:00:00+07:00", "2026-08-25T08:00:00+07:00"]],
    }
    assert made["calendar"]["edition"] == vietnam().edition
    assert made["calendar"]["official_through"] == "2027-12-31"
    # 29 August to 2 September 2026 are off by 9441/TB-BNV and the Labour Code
    assert made["result"] == {
        "due": "2026-09-03",
        "unrolled": "2026-09-03",
        "expires_at": "2026-09-04T00:00:00+07:00",
        "appointment_at": "2026-09-03T17:00:00+07:00",
        "certainty": "official",
    }


def test_the_exceptional_dates_between_start_and_due_carry_their_instruments() -> None:
    days = certified("2025-12-29T09:00", "10 ngày làm việc")["days"]
    assert [(day["date"], day["kind"], day["number"], day["issued_on"]) for day in days] == [
        ("2026-01-01", "off", "45/2019/QH14", None),
        ("2026-01-02", "off", "12729/VPCP-KGVX", "2025-12-25"),
        ("2026-01-10", "worked", "12729/VPCP-KGVX", "2025-12-25"),
    ]


def test_of_calendar_days_only_those_that_moved_the_end_are_listed() -> None:
    days = certified("2024-08-15T08:00", "16 ngày")["days"]
    assert [day["date"] for day in days] == ["2024-09-02", "2024-09-03"]
    assert certified("2024-08-15T08:00", "15 ngày")["days"] == []


def test_a_projected_day_off_is_listed_without_an_instrument() -> None:
    days = certified("2027-12-30T08:00", "2 ngày làm việc")["days"]
    assert [(day["date"], day["instrument"]) for day in days] == [("2028-01-03", None)]  # 1 January 2028: a Saturday


def test_the_digest_is_that_of_the_canonical_text_without_it() -> None:
    made = certified("2026-08-20T10:00", "5 ngày làm việc")
    body = {key: value for key, value in made.items() if key != "digest"}
    plain = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert made["digest"] == sha256(plain.encode()).hexdigest()


@given(cases_with_pauses(), st.integers(0, 40), st.sampled_from(list(Unit)))
@settings(max_examples=50)
def test_every_certificate_is_read_back_and_verified(case: tuple[datetime, Pauses], n: int, unit: Unit) -> None:
    start, pauses = case
    made = certificate(vietnam(), deadline(vietnam(), start, Term.of(n, unit), pauses))
    again = read(canonical(made).encode())
    assert again == made
    assert verify(again, vietnam()) == []


def test_an_altered_date_is_named_with_what_was_found_and_what_it_is_now() -> None:
    altered = changed("result.due", "2026-08-27")
    found = verify(altered, vietnam())
    assert [difference.place for difference in found] == ["digest", "result.due"]
    assert found[1] == Difference("result.due", "2026-08-27", "2026-08-26")
    assert not holds(found)


def test_an_altered_date_with_a_new_digest_is_still_another_date() -> None:
    altered = changed("result.due", "2026-08-27")
    altered["digest"] = digest(altered)
    assert [str(difference) for difference in verify(altered, vietnam())] == ["result.due: 2026-08-27 -> 2026-08-26"]


def test_an_altered_instrument_is_named_by_its_date() -> None:
    altered = changed("days", [])
    assert [difference.place for difference in verify(altered, vietnam())] == ["digest", "days.2026-08-22"]


def test_another_edition_says_that_the_result_still_holds() -> None:
    made = certified("2025-12-08T09:00", "5 ngày làm việc", calendar=vietnam().as_of(BEFORE_THE_SWAP))
    found = verify(made, vietnam())
    assert found[0].place == "calendar.edition"
    assert found[0].note == "the result still holds"
    assert holds(found)


def test_another_edition_says_that_the_result_does_not_hold_and_which_day_is_new() -> None:
    made = certified("2025-12-29T09:00", "5 ngày làm việc", calendar=vietnam().as_of(BEFORE_THE_SWAP))
    found = {difference.place: difference for difference in verify(made, vietnam())}
    assert found["calendar.edition"].note == "the result does not hold"
    assert (found["result.due"].found, found["result.due"].now) == ("2026-01-06", "2026-01-07")
    assert found["days.2026-01-02"].found is None
    assert "12729/VPCP-KGVX" in str(found["days.2026-01-02"].now)


def test_another_calendar_is_named() -> None:
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions="09:00-17:00")
    made = certified("2026-08-20T10:00", "5 working days", calendar=dutch)
    assert verify(made, dutch) == []
    assert {"calendar.name", "calendar.zone"} <= {difference.place for difference in verify(made, vietnam())}


@pytest.mark.parametrize("start", ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"])
def test_a_certificate_keeps_apart_the_two_hours_of_one_name(start: str) -> None:
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions="00:00-24:00")
    found = deadline(dutch, datetime.fromisoformat(start), Term.parse("1 working hour"))
    made = certificate(dutch, found)
    assert made["inputs"]["from"] == start
    assert verify(made, dutch) == []


def test_a_deadline_of_another_calendar_gets_no_certificate() -> None:
    then = vietnam().as_of(BEFORE_THE_SWAP)
    found = deadline(then, at("2025-12-29T09:00"), Term.parse("5 ngày làm việc"))
    with pytest.raises(MalformedRequest, match="2026-01-07"):
        certificate(vietnam(), found)


def test_a_deadline_that_was_edited_gets_no_certificate() -> None:
    found = deadline(vietnam(), at("2026-08-20T10:00"), Term.parse("5 ngày làm việc"))
    with pytest.raises(MalformedRequest):
        certificate(vietnam(), replace(found, due=date(2026, 8, 27)))


def test_a_deadline_under_another_provision_gets_no_certificate() -> None:
    counted = Provision(day_zero="counted")
    found = deadline(vietnam(), at("2026-08-20T10:00"), Term.parse("5 ngày làm việc"), provision=counted)
    with pytest.raises(MalformedRequest, match="2026-08-26"):
        certificate(vietnam(), found)


def test_a_cut_off_hour_is_certified_by_the_moment_from_which_the_limit_runs() -> None:
    early = Provision(cutoff=time(15))
    found = deadline(vietnam(), at("2026-08-20T15:30"), Term.parse("2 ngày làm việc"), provision=early)
    made = certificate(vietnam(), found)
    assert made["inputs"]["from"] == "2026-08-21T07:00:00+07:00"
    assert made["result"]["due"] == "2026-08-24"  # Saturday 22 August 2026 is a make-up day
    assert verify(made, vietnam()) == []


def test_a_limit_that_cannot_be_printed_gets_no_certificate() -> None:
    third = Term.parse("1 giờ")
    third = replace(third, value=third.value / 3)
    found = deadline(vietnam(), at("2026-08-20T10:00"), third)
    with pytest.raises(UnreadableTerm, match="four decimals"):
        certificate(vietnam(), found)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("format", "invoice", "format"),
        ("version", 2, "version"),
        ("version", True, "version"),
        ("inputs.from", "2026-08-20T10:00", "inputs.from"),
        ("inputs.limit", "5", "inputs.limit"),
        ("inputs.limit", 5, "inputs.limit"),
        ("inputs.pauses", {}, "inputs.pauses"),
        ("inputs.pauses", [["2026-08-21T08:00:00+07:00"]], r"inputs.pauses\[1\]"),
        ("inputs.pauses", [["2026-08-21T08:00:00+07:00", "x"]], r"inputs.pauses\[1\]\[2\]"),
        ("inputs.sector", "land", "inputs"),
        ("result.due", "soon", "result.due"),
        ("result.expires_at", None, "result.expires_at"),
        ("calendar.edition", 7, "calendar.edition"),
        ("calendar", [], "calendar"),
        ("days", [{"date": "2026-08-22"}], r"days\[1\]"),
        ("digest", None, "digest"),
        ("signature", "x", "the top"),
    ],
)
def test_a_malformed_certificate_is_refused_with_the_place(path: str, value: object, place: str) -> None:
    with pytest.raises(MalformedRequest, match=f"at {place} is needed"):
        verify(changed(path, value), vietnam())


def _twice(text: str) -> str:
    return text.replace('"version":1', '"version":1,"version":1')


def _float(text: str) -> str:
    return text.replace('"version":1', '"version":1.0')


@pytest.mark.parametrize(
    "spoil",
    [
        _twice,
        _float,
        lambda text: text[:-1],
        lambda _: "",
        lambda _: "[]",
        lambda _: "null",
        lambda _: '{"a": NaN}',
        lambda _: "[" * 100_000,
        lambda text: text.replace("Vietnam", "\\ud800"),
    ],
)
def test_what_is_no_certificate_is_refused_by_a_sentence(spoil: Callable[[str], str]) -> None:
    text = spoil(canonical(certified("2026-08-20T10:00", "5 ngày làm việc")))
    with pytest.raises(MalformedRequest, match="is needed"):
        verify(read(text), vietnam())


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(MalformedRequest, match="utf-8"):
        read(b"\xff\xfe{}")


def test_every_example_of_the_page_runs() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 10
    assert not found.failed


def test_the_page_names_every_key() -> None:
    page = PAGE.read_text(encoding="utf-8")
    made = certified("2026-08-20T10:00", "5 ngày làm việc")
    keys = [*made, *made["inputs"], *made["calendar"], *made["result"], *made["days"][0]]
    assert [key for key in keys if f"`{key}`" not in page] == []
