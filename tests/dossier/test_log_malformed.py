import contextlib
import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.errors import DossierError
from dossier.formats import LogError, MalformedMapping, read_log, read_mapping
from tests.dossier.logs import HEADER, LINE, MALFORMED

FAULTS = {  # file: (place, what is found, part of what is allowed or of the remedy)
    "column-twice.csv": ("line 1, column 'event'", "stands 2 times", "name each column once"),
    "column-missing.csv": ("columns", "no column 'event'", "perhaps 'evnt'"),
    "column-without-name.csv": ("line 1, column 4", "without a name", "take out columns that are empty"),
    "column-reserved.csv": ("column 'promised_at'", "reserved", "name it 'promised'"),
    "row-too-short.csv": ("line 3, column 4 ('channel')", "has 3 cells, the header has 4", "also the empty ones"),
    "row-too-long.csv": ("line 3, column 5", "has 6 cells, the header has 4", "quotes around a cell"),
    "blank-line-between-rows.csv": ("line 3, column 1", "has 0 cells", "write every cell"),
    "quote-inside-a-cell.csv": ("line 3, column 4", "a quote inside a cell", "double those inside it"),
    "text-after-a-quote.csv": ("line 3, column 1", "text after the closing quote", "double those inside it"),
    "quote-never-closed.csv": ("line 3", "never closed", "export the file again"),
    "carriage-return-alone.csv": ("line 2, column 4", "carriage return", "LF or CR LF"),
    "quote-in-the-header.csv": ("line 1", "expected after", "correct the header"),
    "only-line-breaks.csv": ("line 1", "no header", "export it again"),
    "line-no-json.jsonl": ("line 2, column 46", "no JSON", "correct the line"),
    "line-cut-short.jsonl": ("line 2, column 28", "no JSON: Unterminated string", "export the log again"),
    "line-a-list.jsonl": ("line 2", "a JSON list", "one JSON object a line"),
    "line-blank.jsonl": ("line 2", "a blank line", "one JSON object a line"),
    "line-two-objects.jsonl": ("line 2, column 72", "Extra data", "one JSON object a line"),
    "value-a-list.jsonl": ("line 2", "'document' holds a list", "text, numbers, true, false and null"),
    "value-an-object.jsonl": ("line 2", "'dossier' holds an object", "text, numbers, true, false and null"),
    "value-not-a-number.jsonl": ("line 2", "NaN", "text, numbers, true, false and null"),
    "key-twice.jsonl": ("line 2", "'dossier' stands twice", "each key once"),
    "key-missing-everywhere.jsonl": ("columns", "no column 'at'", "with a mapping"),
    "object-without-a-key.jsonl": ("line 2", "without a key", "one JSON object a line"),
    "key-half-a-character.jsonl": ("line 2", "no Unicode text", "correct the line"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_malformed_log_is_refused_with_file_place_and_remedy(name: str) -> None:
    assert_refused(MALFORMED / f"log-{name}", *FAULTS[name])


def assert_refused(path: Path, place: str, found: str, remedy: str) -> None:
    with pytest.raises(LogError) as refused:
        read_log(path)
    error = refused.value
    assert isinstance(error, DossierError)
    assert error.path == str(path)
    assert error.place.startswith(place)
    assert found in error.found
    assert remedy in f"{error.allowed}; {error.remedy}"
    assert all(part in str(error) for part in (error.path, error.place, error.found, error.allowed, error.remedy))


def test_every_malformed_log_has_its_test() -> None:
    assert {path.name.removeprefix("log-") for path in MALFORMED.glob("log-*")} == set(FAULTS)


TEXT = f"{HEADER}\n{LINE}\n".encode()
PACKED = gzip.compress(TEXT * 1000, mtime=0)


def parquet(**columns: object) -> bytes:
    """A Parquet file with the required columns and others."""
    buffer = io.BytesIO()
    moment = pl.Series([datetime.fromisoformat("2024-03-05T10:00+07:00")])
    pl.DataFrame({"dossier": ["H1"], "event": ["received"], "at": moment, **columns}).write_parquet(buffer)
    return buffer.getvalue()


BYTES: dict[str, tuple[str, bytes | Callable[[], bytes], str, str, str]] = {
    "gzip cut short": ("a.csv.gz", PACKED[:-20], "after byte", "cut short", "copy or export"),
    "gzip with a wrong checksum": (
        "a.csv.gz",
        PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:],
        "after byte",
        "damaged",
        "copy",
    ),
    "gzip in name only": ("a.jsonl.gz", TEXT, "after byte 0", "damaged", "a whole gzip file"),
    "gzip without its name": ("a.csv", PACKED, "line 1, byte 1", "packed with gzip", "name it .gz"),
    "nothing in the file": ("a.csv", b"", "byte 0", "empty", "export the log again"),
    "nothing in the gzip": ("a.csv.gz", gzip.compress(b""), "byte 0", "empty", "export the log again"),
    "byte that is not UTF-8": ("a.csv", TEXT + b"H2,\xe9", "line 3, byte 70", "byte 0xe9 is not UTF-8", "as UTF-8"),
    "half a surrogate pair in bytes": ("a.csv", TEXT + b"\xed\xa0\x80", "line 3, byte 67", "not UTF-8", "as UTF-8"),
    "UTF-16": ("a.csv", TEXT.decode().encode("utf-16"), "line 1, byte 0", "begins as UTF-16", "CSV UTF-8"),
    "NUL byte": ("a.csv", TEXT + b"H2\0", "line 3, byte 69", "NUL byte", "was damaged"),
    "line over 1 MiB": (
        "a.csv",
        TEXT + b"x" * (1024 * 1024 + 1),
        "line 3, byte 67",
        "longer than 1048576",
        "line break",
    ),
    "line over 1 MiB in JSON": ("a.jsonl", b"[" * 1_100_000, "line 1, byte 0", "longer than 1048576", "line break"),
    "nesting without end": ("a.jsonl", b"[" * 1_000_000, "line 1", "nested without end", "one JSON object"),
    "byte order mark alone": ("a.csv", b"\xef\xbb\xbf", "line 1", "no header", "export it again"),
    "no Parquet": ("a.parquet", TEXT, "", "does not begin with PAR1", "export it again"),
    "Parquet cut short": ("a.parquet", lambda: parquet()[:-10], "", "does not end with PAR1", "export it again"),
    "Parquet without sense": ("a.parquet", b"PAR1\xff\xff\xff\x7fPAR1", "", "cannot be read", "export it again"),
    "Parquet with nested data": (
        "a.parquet",
        lambda: parquet(document=[["a", "b"]]),
        "column 'document'",
        "type List(String)",
        "one column per value",
    ),
    "Parquet with nested data of its own": (
        "a.parquet",
        lambda: parquet(x=[{"y": 1}]),
        "column 'x'",
        "Struct",
        "nested data",
    ),
    "Parquet with bytes": ("a.parquet", lambda: parquet(slip=[b"1"]), "column 'slip'", "type Binary", "as text"),
    "Parquet with codes as floats": (
        "a.parquet",
        lambda: parquet(slip=[7.0]),
        "column 'slip'",
        "type Float64",
        "as text",
    ),
    "Parquet with a cell over 1 MiB": (
        "a.parquet",
        lambda: parquet(reason=["x" * (1024 * 1024 + 1)]),
        "row 1, column 'reason'",
        "longer than 1048576",
        "1 MiB",
    ),
    "ending that is not known": ("a.xls", TEXT, "", "ends in '.xls'", "as .xlsx"),
    "workbook packed with gzip": ("a.xlsx.gz", TEXT, "", "ends in '.xlsx.gz'", ".parquet and .xlsx"),
    "no ending": ("log", TEXT, "", "ends in 'nothing'", ".csv, .jsonl"),
    "Parquet packed with gzip": ("a.parquet.gz", TEXT, "", "ends in '.parquet.gz'", ".parquet"),
}


@pytest.mark.parametrize("fault", BYTES)
def test_each_fault_of_the_bytes_is_refused_with_file_place_and_remedy(tmp_path: Path, fault: str) -> None:
    name, data, place, found, remedy = BYTES[fault]
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data())
    assert_refused(tmp_path / name, place, found, remedy)


def test_a_line_of_exactly_1_mib_is_read(tmp_path: Path) -> None:
    long = "x" * (1024 * 1024 - len(LINE) - 1)
    (tmp_path / "log.csv").write_text(f"{HEADER},reason\n{LINE},{long}\n{LINE},{long}", encoding="utf-8")
    assert read_log(tmp_path / "log.csv").rows == 2


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert_refused(tmp_path / "nowhere.csv", "", "no such file", "check the path")
    assert_refused(tmp_path / "folder.csv", "", "is a directory", "check the path")


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_damaged_gzip_is_refused_or_read_but_never_ends_otherwise(
    tmp_path_factory: pytest.TempPathFactory, at: int, put: bytes
) -> None:
    data = gzip.compress(TEXT, mtime=0)
    at %= len(data)
    path = tmp_path_factory.mktemp("damaged") / "a.csv.gz"
    path.write_bytes(data[:at] + put + data[at + len(put) :])
    with contextlib.suppress(LogError):
        read_log(path)


@given(st.integers(1, 10_000))
@settings(max_examples=100, deadline=None)
def test_a_parquet_file_cut_short_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    data = parquet(reason=["because"])
    path = tmp_path_factory.mktemp("cut") / "a.parquet"
    path.write_bytes(data[: at % (len(data) - 1) + 1])
    with pytest.raises(LogError, match=r"PAR1|cannot be read"):
        read_log(path)


# Hostile text: what looks like a formula, a control or a direction mark is text, and stays as it is.


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)",
        "+84",
        "-1",
        "@SUM",
        "\x07bell",
        "\x1b[31m",
        "\u202eright to left",
        "\u200b",
        "e\u0301",
        "𝔘",
        "x" * 500_000,
    ],
)
def test_hostile_text_is_kept_as_it_is_also_as_a_code(tmp_path: Path, text: str) -> None:
    row = {"dossier": text, "event": "received", "at": "2024-03-05T10:00Z", "reason": text}
    (tmp_path / "a.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    for name in ("a.csv", "a.jsonl"):
        log = read_log(tmp_path / name)
        assert log.events.select("dossier", "reason").rows() == [(text, text)]


@pytest.mark.parametrize(
    ("escape", "says"), [("\\u0000", "NUL"), ("\\ud800", "lone surrogate"), ("a\\udc80b", "lone surrogate")]
)
def test_text_that_no_database_holds_sets_its_dossier_aside(tmp_path: Path, escape: str, says: str) -> None:
    line = '{"dossier": "%s", "event": "received", "at": "2024-03-05T10:00Z", "reason": "%s"}\n'
    (tmp_path / "a.jsonl").write_text(line % ("H1", escape) + line % ("H2", "x"), encoding="utf-8")
    log = read_log(tmp_path / "a.jsonl")
    assert log.events["dossier"].to_list() == ["H2"]
    assert [(fault.dossier, fault.row, fault.column) for fault in log.unreadable] == [("H1", 1, "reason")]
    assert says in log.unreadable[0].reason


def test_a_nul_in_parquet_sets_its_dossier_aside(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(parquet(reason=["a\0b"]))
    [fault] = read_log(tmp_path / "a.parquet").unreadable
    assert (fault.dossier, fault.column) == ("H1", "reason")


# Mappings

MAPPINGS = {  # file: (place, what is found, part of what is allowed, part of the example)
    "key-twice": ("line 9", "Cannot overwrite a value: 'activity = \"out\"'", "each key", "time ="),
    "table-twice": ("line 6", "Cannot declare ('columns',) twice", "each table", "time ="),
    "not-toml": ("line 6", "Expected '='", "TOML", "time ="),
    "unknown-key": ("line 1, key 'law_asof'", "unknown key", "can_say, evidence_from, law_as_of", "law_as_of = 2024"),
    "unknown-column": ("line 4, key 'columns.chanel'", "unknown key", "dossier, activity, time", "channel ="),
    "unknown-key-of-an-event": (
        "line 9, key 'events[1].frist'",
        "unknown key",
        "kind, activity, first",
        "first = true",
    ),
    "unknown-kind": ("line 7, key 'events[1].kind'", "'recieved'", "submitted, guided, received", '"received"'),
    "kind-missing": ("key 'events[1].kind'", "missing", "kind", 'kind = "received"'),
    "time-missing": ("key 'columns.time'", "missing", "time", 'time = "time:timestamp"'),
    "events-missing": ("key 'events'", "missing", "one table per kind", "[[events]]"),
    "events-no-list": ("key 'events'", "found {", "a list", "[[events]]"),
    "column-as-number": ("line 2, key 'columns.dossier'", "found 7", "a text", 'dossier = "case:concept:name"'),
    "column-blank": ("line 2, key 'columns.dossier'", "found ' '", "a text", 'dossier = "case:concept:name"'),
    "activity-and-column": ("key 'events[1]'", "both", "one of them", "column ="),
    "neither-activity-nor-column": ("key 'events[1]'", "neither", "one of them", "column ="),
    "activity-mapped-twice": ("key 'events'", "'in' is mapped twice", "one event per activity", "activity ="),
    "first-beside-column": ("line 9, key 'events[1].first'", "first beside column", "activity", "activity ="),
    "first-as-text": ("line 9, key 'events[1].first'", "found 'yes'", "true or false", "first = true"),
    "field-of-a-fixed-column": ("line 9, key 'events[1].at'", "unknown key", "promised", "="),
    "unknown-code-of-a-value": ("line 11, key 'values.channel.Internet'", "'on-line'", "online, in_person", '"online"'),
    "values-of-a-free-column": ("key 'values.reason'", "unknown key", "channel, ground", "[values.channel]"),
    "unknown-zone": ("line 11, key 'time.zone'", "'Asia/Hanoi'", "tz database", 'zone = "Europe/Amsterdam"'),
    "unknown-country": ("line 11, key 'calendar.country'", "'XX'", "ISO 3166", 'country = "NL"'),
    "sessions-missing": ("key 'calendar.sessions'", "missing", "country, zone, sessions", 'sessions = ["08:00-17:00"]'),
    "sessions-overlap": ("line 13, key 'calendar.sessions'", "overlap", "in order", 'sessions = ["08:00-17:00"]'),
    "unknown-kind-of-can-say": ("line 1, key 'can_say'", "'rejectd'", "rejected", '"rejected"'),
    "law-as-of-as-text": ("line 1, key 'law_as_of'", "found '2024-06-01'", "without quotes", "law_as_of = 2024"),
    "law-as-of-a-moment": ("line 1, key 'law_as_of'", "found 2024-06-01 00:00", "a date", "law_as_of = 2024"),
    "evidence-as-text": ("key 'evidence_from.document_at'", "found '2024-01-01'", "without quotes", "2024-01-01}"),
    "header-zero": ("line 1, key 'header'", "found 0", "a whole number from 1", "header = 3"),
    "header-as-text": ("line 1, key 'header'", "found '3'", "a whole number from 1", "header = 3"),
    "sheet-as-number": ("line 1, key 'sheet'", "found 1", "a text", "sheet ="),
    "national-beside-columns": ("key 'columns'", "beside [national]", "[national] alone", "[national]"),
    "national-unknown-key": ("line 2, key 'national.step'", "unknown key", "dossiers, steps", "steps ="),
    "national-as-text": ("line 1, key 'national'", "found 'yes'", "a table", "[national]"),
    "evidence-of-an-unknown-column": ("key 'evidence_from.documents'", "unknown key", "document_at", "2024-01-01}"),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_each_malformed_mapping_is_refused_with_key_rule_and_a_good_example(name: str) -> None:
    place, found, allowed, example = MAPPINGS[name]
    with pytest.raises(MalformedMapping) as refused:
        read_mapping(MALFORMED / f"mapping-{name}.toml")
    error = refused.value
    assert error.place.startswith(place)
    assert found in error.found
    assert allowed in error.allowed
    assert example in error.example
    assert all(part in str(error) for part in (f"mapping-{name}.toml", error.found, error.allowed, error.example))


def test_every_malformed_mapping_has_its_test() -> None:
    assert {path.stem.removeprefix("mapping-") for path in MALFORMED.glob("mapping-*")} == set(MAPPINGS)


def test_a_mapping_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b'law_as_of = "\xff"')
    with pytest.raises(LogError, match="not UTF-8"):
        read_mapping(tmp_path / "m.toml")
