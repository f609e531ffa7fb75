"""What the tests of logs share: a small log, and rows that Hypothesis draws."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from dossier.events import KINDS, LOG_COLUMNS
from dossier.formats import EventLog, read_log

MALFORMED = Path(__file__).parents[1] / "malformed"
SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = "dossier,event,at,channel"
LINE = "H1,received,2024-03-05T10:00+07:00,online"


def log_of(folder: Path, text: str, name: str = "log.csv") -> EventLog:
    """The log that a text holds."""
    path = folder / name
    path.write_bytes(text.encode())
    return read_log(path)


def column(log: EventLog, name: str) -> list[object]:
    """The cells of a column of the readable dossiers."""
    return log.events.get_column(name).to_list()


def utc(text: str) -> datetime:
    """A moment in UTC from ISO 8601."""
    return datetime.fromisoformat(text).astimezone(UTC)


def same_story(one: EventLog, other: EventLog) -> bool:
    """Whether two logs tell the same, told by all that reading fills but the warnings."""
    kept = [name for name in one.events.columns if name in other.events.columns]
    assert set(one.events.columns) == set(other.events.columns)
    assert one.events.select(kept).equals(other.events.select(kept))
    return (one.columns, one.kinds, one.rows, one.latest) == (other.columns, other.kinds, other.rows, other.latest)


_SURROGATE = "Cs"
texts = st.text(st.characters(exclude_categories=[_SURROGATE], exclude_characters="\0"), min_size=1, max_size=12).map(
    lambda text: pl.Series([text]).str.strip_chars()[0]
)
"""Any text that a cell can hold, as it is after reading; hostile ones are meant."""

_codes = st.sampled_from(
    ["=1+1", "+84", "-7", "@x", "007", "1.004227", "Đơn \u202eđề nghị", "a,b", 'a"b', "a\r\nb", "?"]
)
_moments = st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  # UTC is given
_dates = st.dates(datetime(1971, 1, 1, tzinfo=UTC).date(), datetime(2099, 12, 30, tzinfo=UTC).date())
_cells = {
    "dossier": texts.filter(lambda text: text not in {"", "?"}),
    "event": st.sampled_from(KINDS),
    "at": _moments,
    "recorded_at": st.none() | _moments,
    "document_at": st.none() | _moments,
    "channel": st.sampled_from([None, "?", "online", "in_person", "postal"]),
    "limit": st.sampled_from([None, "?", "15 ngày làm việc", "8 giờ", "Không có thông tin"]),
    "promised": st.none() | st.just("?") | _moments | _dates,
    "ground": st.sampled_from([None, "?", "financial_obligation", "no_answer", "other"]),
    "signed": st.sampled_from([None, "?", True, False]),
    "digitised": st.sampled_from([None, "?", True, False]),
    "reused": st.sampled_from([None, "?", True, False]),
    "status": st.sampled_from([None, "?", "4", "10"]),
    "rating": st.sampled_from([None, "?", "satisfied", "complaint"]),
}
_optional = {
    name: _cells.get(name, st.none() | _codes | texts) for name in LOG_COLUMNS if name not in {"dossier", "event", "at"}
}
rows = st.lists(
    st.fixed_dictionaries(
        {name: _cells[name] for name in ("dossier", "event", "at")},
        optional={**_optional, "mã riêng": st.none() | texts},
    ),
    min_size=1,
    max_size=8,
)
"""Rows of a log as the desk hands them to the writer, with a column of the source's own."""
