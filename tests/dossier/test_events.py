from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from dossier.events import EVENT_CLASSES, KINDS, LOG_COLUMNS, Completed, Event, Forwarded, Paused, is_blank
from dossier.lifecycle import LIFECYCLE
from tests.dossier.office import FIELDS, at

BASE = {"dossier": "A1", "at": at("02 09:00"), "recorded_at": at("02 09:00")}
LEAST = {LIFECYCLE.commands[command]: dict(fields) for command, fields in FIELDS.items()}
LEAST["paused"] |= {"document_at": at("02 08:59")}
LEAST["received"] |= {"promised": date(2026, 6, 9)}

# the table of the event log: what each kind needs, beside the three columns of every row
NEEDS = {
    "submitted": {"channel", "procedure"},
    "guided": {"slip"},
    "received": {"slip", "promised", "procedure"},
    "rejected": {"slip", "reason"},
    "forwarded": {"office"},
    "consulted": {"office"},
    "answered": {"office"},
    "supplement_requested": {"slip", "reason"},
    "supplemented": set(),
    "paused": {"reason", "ground", "document", "document_at", "notice"},
    "resumed": set(),
    "payment_requested": set(),
    "paid": set(),
    "apologised": {"slip", "reason", "promised"},
    "completed": set(),
    "delivered": {"channel", "office"},
    "withdrawn": {"reason", "document", "notice"},
    "closed": {"ground", "reason", "document", "notice"},
    "document_attached": {"document"},
    "notified": {"notice"},
    "published": set(),
    "rated": set(),
    "corrected": {"reason"},
}


def build(kind: str, **fields: object) -> Event:
    return EVENT_CLASSES[kind].model_validate(BASE | LEAST[kind] | fields)


def without(kind: str, name: str) -> dict[str, object]:
    return {key: value for key, value in (BASE | LEAST[kind]).items() if key != name}


def test_the_kinds_are_those_of_the_event_log_in_its_order() -> None:
    assert tuple(NEEDS) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_built_from_what_it_needs(kind: str) -> None:
    assert build(kind).to_row()["event"] == kind


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in sorted(NEEDS[kind])])
def test_a_kind_cannot_be_built_without_what_it_needs(kind: str, name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        EVENT_CLASSES[kind].model_validate(without(kind, name))


@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\u00a0", "\u200b", "?"])
@pytest.mark.parametrize("name", ["reason", "document", "notice"])
def test_a_pause_with_a_blank_or_unknown_text_cannot_be_built(name: str, blank: str) -> None:
    with pytest.raises(ValidationError, match=name):
        build("paused", **{name: blank})


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(days=1)])
def test_the_document_of_a_pause_is_attached_strictly_before_it(after: timedelta) -> None:
    with pytest.raises(ValidationError, match="before the pause"):
        build("paused", document_at=BASE["at"] + after)


def test_a_document_attached_a_microsecond_before_the_pause_is_before_it() -> None:
    assert isinstance(build("paused", document_at=BASE["at"] - timedelta(microseconds=1)), Paused)


@pytest.mark.parametrize("name", ["at", "recorded_at", "document_at"])
def test_a_naive_moment_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        build("paused", **{name: datetime(2026, 6, 1, 9)})  # noqa: DTZ001  # the naive moment is the point


def test_a_naive_promise_is_refused_and_never_read_as_a_date() -> None:
    with pytest.raises(ValidationError, match="promised"):
        build("received", promised=datetime(2026, 6, 9, 17))  # noqa: DTZ001  # the naive moment is the point


def test_a_promise_stays_the_date_or_the_moment_that_it_is() -> None:
    day, moment = build("received"), build("received", promised=at("09 17:00"))
    assert type(day.to_row()["promised"]) is date
    assert moment.to_row()["promised"] == at("09 17:00")


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("paused", "ground", "holiday"),
        ("closed", "ground", "verification"),
        ("submitted", "channel", "fax"),
        ("delivered", "channel", ""),
        ("completed", "signed", "true"),
        ("forwarded", "office", 7),
        ("received", "promised", "2026-06-09"),
    ],
)
def test_a_value_outside_its_column_is_refused_and_never_converted(kind: str, name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        build(kind, **{name: value})


@pytest.mark.parametrize(("kind", "name"), [("resumed", "ground"), ("paid", "promised"), ("paused", "channel")])
def test_a_column_that_belongs_to_other_kinds_is_refused(kind: str, name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        build(kind, **{name: "other"})


def test_an_e_result_and_its_signature_come_together() -> None:
    assert build("completed", document="KQ-1", signed=True).to_row()["signed"] is True
    assert Completed.model_validate(BASE).to_row()["document"] is None
    for half in ({"document": "KQ-1"}, {"document": "KQ-1", "signed": False}, {"signed": True}):
        with pytest.raises(ValidationError, match="come together"):
            Completed.model_validate(BASE | half)


def test_a_row_has_the_columns_of_the_log_in_their_order() -> None:
    assert tuple(build("paused").to_row()) == LOG_COLUMNS


def test_a_row_keeps_what_the_event_was_given_and_leaves_the_rest_empty() -> None:
    row = Forwarded(**BASE, office=" Phòng Đất đai ", limit="2 ngày làm việc").to_row()
    given = {"dossier": "A1", "event": "forwarded", "at": at("02 09:00"), "recorded_at": at("02 09:00")}
    said = given | {"office": "Phòng Đất đai", "limit": "2 ngày làm việc", "digitised": False, "reused": False}
    assert row == dict.fromkeys(LOG_COLUMNS) | said


def test_an_event_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        build("received").slip = "TN-2"


@pytest.mark.parametrize(("text", "blank"), [("", True), ("\u200b\ufeff", True), ("\u0301x", False), ("ờ", False)])
def test_a_text_is_blank_when_it_shows_nothing(text: str, blank: bool) -> None:  # noqa: FBT001  # a table of cases
    assert is_blank(text) is blank
