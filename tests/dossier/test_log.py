import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import for_country, vietnam
from dossier.events import KINDS
from dossier.formats import LogError, Unreadable, read_log
from dossier.formats.delimited import read_csv
from dossier.formats.jsonlines import read_jsonl
from tests.dossier.logs import HEADER, LINE, column, log_of, utc


def test_a_log_is_read_with_its_rows_columns_and_latest_moment(tmp_path: Path) -> None:
    text = "dossier,event,at,recorded_at\nH1,received,2024-03-05T10:00+07:00,2024-03-09T10:00+07:00\n"
    text += "H1,completed,2024-03-06 11:00Z,\n"
    log = log_of(tmp_path, text)
    assert column(log, "dossier") == ["H1", "H1"]
    assert column(log, "row") == [1, 2]
    assert column(log, "event") == ["received", "completed"]
    assert column(log, "at") == [utc("2024-03-05T10:00+07:00"), utc("2024-03-06T11:00Z")]
    assert column(log, "recorded_at") == [utc("2024-03-09T10:00+07:00"), None]
    assert log.columns == {"dossier", "event", "at", "recorded_at"}
    assert log.kinds == set(KINDS)
    assert (log.rows, log.latest, log.calendar) == (2, utc("2024-03-09T10:00+07:00"), vietnam())
    assert not log.unreadable
    assert log.law_as_of is None


def test_types_are_those_that_checking_counts_on(tmp_path: Path) -> None:
    names = "dossier,event,at,recorded_at,document_at,promised,signed,digitised,limit,extra"
    log = log_of(tmp_path, f"{names}\nH1,received,2024-03-05T10:00Z,,,,,,,\n")
    moment = pl.Datetime("us", "UTC")
    assert dict(log.events.schema) == {
        "dossier": pl.String,
        "row": pl.UInt32,
        "event": pl.String,
        "at": moment,
        "recorded_at": moment,
        "limit": pl.String,
        "promised_at": moment,
        "promised_date": pl.Date,
        "promised_unknown": pl.Boolean,
        "document_at": moment,
        "signed": pl.Boolean,
        "digitised": pl.Boolean,
        "extra": pl.String,
    }


def test_an_empty_cell_means_none_and_a_question_mark_means_the_source_cannot_say(tmp_path: Path) -> None:
    names = "dossier,event,at,reason,slip,signed,digitised,promised,document_at,limit,office"
    log = log_of(
        tmp_path, f"{names}\nH1,paused,2024-03-05T10:00Z,,?,,?,,?,,\nH2,paused,2024-03-05T10:00Z, ,x,?,,?,,?,?\n"
    )
    assert column(log, "reason") == [None, None]
    assert column(log, "slip") == ["?", "x"]
    assert column(log, "signed") == [False, None]
    assert column(log, "digitised") == [None, False]
    assert column(log, "promised_unknown") == [False, True]
    assert column(log, "document_at") == [None, None]
    assert column(log, "limit") == [None, "?"]
    assert column(log, "office") == [None, "?"]


def test_a_promise_is_a_date_or_a_moment(tmp_path: Path) -> None:
    line = "H1,received,2024-03-05T10:00Z"
    log = log_of(tmp_path, f"dossier,event,at,promised\n{line},2024-05-03\n{line},2024-05-03T23:00Z\n")
    assert column(log, "promised_at") == [None, utc("2024-05-03T23:00Z")]
    assert column(log, "promised_date") == [date(2024, 5, 3), date(2024, 5, 4)]


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("TRUE", True), ("1", True), ("False", False), ("0", False)]
)
def test_flags_are_read_in_any_case(tmp_path: Path, text: str, value: bool) -> None:  # noqa: FBT001  # a cell
    log = log_of(tmp_path, f"dossier,event,at,signed\nH1,completed,2024-03-05T10:00Z,{text}\n")
    assert column(log, "signed") == [value]


def test_a_limit_that_says_that_none_is_given_is_empty_and_any_other_stays_as_printed(tmp_path: Path) -> None:
    line = "H1,received,2024-03-05T10:00Z"
    log = log_of(tmp_path, f"dossier,event,at,limit\n{line},Không có thông tin\n{line},15 Ngày làm việc\n")
    assert column(log, "limit") == [None, "15 Ngày làm việc"]


def test_codes_stay_text_digit_by_digit(tmp_path: Path) -> None:
    csv_log = log_of(tmp_path, "dossier,event,at,slip\n007,received,2024-03-05T10:00Z,1.50\n")
    line = '{"dossier": 7, "event": "received", "at": "2024-03-05T10:00Z", "slip": 12345678901234567890.10}\n'
    json_log = log_of(tmp_path, line, "log.jsonl")
    assert (column(csv_log, "dossier"), column(csv_log, "slip")) == (["007"], ["1.50"])
    assert (column(json_log, "dossier"), column(json_log, "slip")) == (["7"], ["12345678901234567890.10"])


FAULTS = [
    ("event", "recieved", "nearest is 'received'"),
    ("event", "", "empty"),
    ("event", "?", "cannot be unknown"),
    ("at", "", "empty"),
    ("at", "2024-03-05T10:00", "without offset"),
    ("at", "2024-02-30T10:00Z", "no such date"),
    ("at", "1969-01-01T10:00Z", "1970 to 2100"),
    ("recorded_at", "yesterday", "no ISO 8601 moment"),
    ("document_at", "2024-03-05", "without a time of day"),
    ("promised", "2024-02-30", "no such date"),
    ("limit", "15", "no unit"),
    ("channel", "internet", "allowed are online, in_person, postal"),
    ("ground", "no_money", "financial_obligation"),
    ("signed", "yes", "write true, false"),
    ("digitised", "có", "write true, false"),
]


@pytest.mark.parametrize(("name", "value", "says"), FAULTS)
def test_a_bad_cell_sets_its_dossier_aside_and_the_rest_is_read(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    cells = {"dossier": "H2", "event": "received", "at": "2024-03-06T10:00+07:00", name: value}
    names = list(cells)
    good = [
        {**cells, name: ""},
        {**cells, name: "" if name not in {"event", "at"} else {"event": "paused", "at": cells["at"]}[name]},
    ]
    good = [
        {**row, "dossier": code, "event": "received", "at": "2024-03-05T10:00+07:00"}
        for row, code in zip(good, ("H1", "H2"), strict=True)
    ]
    lines = [",".join(row[key] for key in names) for row in (*good, cells)]
    log = log_of(tmp_path, "\n".join([",".join(names), *lines]))
    assert column(log, "dossier") == ["H1"]
    [fault] = log.unreadable
    assert (fault.dossier, fault.row, fault.column, fault.value) == ("H2", 3, name, value)
    assert says in fault.reason
    assert log.rows == 3


def test_a_row_without_dossier_is_set_aside_alone(tmp_path: Path) -> None:
    log = log_of(tmp_path, f"{HEADER}\n{LINE}\n ,received,2024-03-09T10:00Z,\n")
    assert column(log, "dossier") == ["H1"]
    assert [(fault.dossier, fault.row, fault.column) for fault in log.unreadable] == [(None, 2, "dossier")]
    assert log.latest == utc("2024-03-09T10:00Z")


def test_every_fault_of_a_row_is_told(tmp_path: Path) -> None:
    log = log_of(tmp_path, f"{HEADER}\nH1,begun,2024-13-01T10:00Z,fax\n")
    assert [fault.column for fault in log.unreadable] == ["event", "at", "channel"]
    assert log.events.is_empty()


def test_a_long_value_is_shown_cut(tmp_path: Path) -> None:
    log = log_of(tmp_path, f"{HEADER}\nH1,{'x' * 500},2024-03-05T10:00Z,\n")
    assert log.unreadable[0].value == "x" * 80


def test_columns_of_ones_own_are_kept_and_named_and_missing_ones_are_told(tmp_path: Path) -> None:
    log = log_of(tmp_path, f"{HEADER},Ghi chú,reasons\n{LINE},a,b\n")
    assert (column(log, "Ghi chú"), column(log, "reasons")) == (["a"], ["b"])
    assert log.columns == {"dossier", "event", "at", "channel"}
    assert any("'Ghi chú'" in warning for warning in log.warnings)
    assert any("'reasons'" in warning and "'reason'" in warning for warning in log.warnings)
    assert any("parent, recorded_at, actor" in warning for warning in log.warnings)


def test_a_log_without_rows_is_an_empty_log(tmp_path: Path) -> None:
    log = log_of(tmp_path, HEADER)
    assert (log.rows, log.latest, log.events.height) == (0, None, 0)
    assert log.columns == {"dossier", "event", "at", "channel"}


def test_histories_that_cannot_be_are_counted_in_the_warnings(tmp_path: Path) -> None:
    text = "dossier,event,at\n"
    text += "A,submitted,2024-03-05T10:00Z\nA,received,2024-03-04T10:00Z\n"
    text += "B,completed,2024-03-05T10:00Z\nB,forwarded,2024-03-06T10:00Z\n"
    text += "C,completed,2024-03-05T10:00Z\nC,delivered,2024-03-06T10:00Z\nC,rated,2024-03-07T10:00Z\n"
    warnings = log_of(tmp_path, text).warnings
    assert "1 dossiers have activities after they were over" in warnings
    assert "1 dossiers have impossible times: received or completed before they were submitted" in warnings


def test_a_given_calendar_tells_the_zone_of_promised_dates(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("dossier,event,at,promised\nH1,received,2024-03-05T10:00Z,2024-05-03T23:00Z\n", encoding="utf-8")
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"])
    log = read_log(path, calendar=dutch)
    assert log.calendar == dutch
    assert column(log, "promised_date") == [date(2024, 5, 4)]
    assert column(read_log(path), "promised_date") == [date(2024, 5, 4)]


# CSV


def test_csv_takes_a_byte_order_mark_windows_line_ends_and_quoted_line_breaks(tmp_path: Path) -> None:
    text = f'\ufeff{HEADER},reason\r\n{LINE},"a, ""b""\r\nc"\r\n{LINE},"d\ne"\r\n\r\n'
    assert column(log_of(tmp_path, text), "reason") == ['a, "b"\r\nc', "d\ne"]


def test_csv_takes_semicolons_only_where_the_header_is_clearly_written_with_them(tmp_path: Path) -> None:
    log = log_of(tmp_path, "dossier;event;at;reason\nH1;received;2024-03-05T10:00Z;a,b\n")
    assert column(log, "reason") == ["a,b"]
    log = log_of(tmp_path, "dossier,event,at,a;b\nH1,received,2024-03-05T10:00Z,c;d\n")
    assert column(log, "a;b") == ["c;d"]


_marks = st.text('ab,;" \n\r\té\u2028', max_size=6)
_tables = st.integers(3, 5).flatmap(
    lambda width: st.lists(st.lists(_marks, min_size=width, max_size=width), max_size=8)
)


@given(_tables, st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]))
@settings(max_examples=300)
def test_csv_is_split_into_the_cells_that_pythons_reader_finds(
    table: list[list[str]], dialect: tuple[str, int]
) -> None:
    buffer = io.StringIO(newline="")
    header = [f"n{n}" for n in range(len(table[0]) if table else 3)]
    csv.writer(buffer, lineterminator=dialect[0], quoting=dialect[1]).writerows([header, *table])  # type: ignore[arg-type]
    frame = read_csv(Path("x.csv"), buffer.getvalue().encode(), header)
    assert [[cell or "" for cell in row] for row in frame.rows()] == table


@given(st.text('a,"\n\r', max_size=40))
@settings(max_examples=1000)
def test_csv_of_any_shape_is_refused_or_split_as_pythons_strict_reader_splits_it(text: str) -> None:
    text = "x,y,z\n" + text
    try:
        frame = read_csv(Path("x.csv"), text.encode(), ["x", "y", "z"])
    except LogError:
        return
    rows = list(csv.reader(io.StringIO(text.rstrip("\r\n"), newline=""), strict=True))
    assert [[cell or "" for cell in row] for row in frame.rows()] == rows[1:]


def test_rows_that_look_like_rows_inside_a_quoted_cell_stay_one_cell(tmp_path: Path) -> None:
    trap = f"\n{LINE},x" * 40
    lines = "\n".join(f'H{n},received,2024-03-05T10:00Z,online,"{trap}"' for n in range(20_000))
    log = log_of(tmp_path, f"{HEADER},reason\n{lines}\n")
    assert log.rows == 20_000
    assert log.events["dossier"].n_unique() == 20_000


# JSON Lines


def test_a_key_that_appears_first_in_the_last_of_many_lines_is_a_column(tmp_path: Path) -> None:
    line = '{"dossier": "H1", "event": "received", "at": "2024-03-05T10:00Z"}\n'
    last = '{"dossier": "H2", "event": "completed", "at": "2024-03-06T10:00Z", "signed": true, "note": "n"}'
    log = log_of(tmp_path, line * 120_000 + last, "log.ndjson")
    assert log.rows == 120_001
    assert "signed" in log.columns
    assert log.events["signed"].sum() == 1
    assert log.events["note"].null_count() == 120_000


def test_json_truth_null_and_missing_keys_are_cells(tmp_path: Path) -> None:
    head = '"event": "completed", "at": "2024-03-05T10:00Z"'
    lines = [
        f'{{"dossier": "A", {head}, "signed": true, "slip": null}}',
        f'{{"dossier": "B", {head}, "signed": "?", "slip": "\\u00e9\\"1\\""}}',
        f'{{"dossier": "C", {head}, "slip": false}}',
    ]
    log = log_of(tmp_path, "\ufeff" + "\r\n".join(lines), "log.jsonl")
    assert column(log, "signed") == [True, None, False]
    assert column(log, "slip") == [None, 'é"1"', "false"]


_json = (
    st.none() | st.booleans() | st.text(max_size=5) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
_objects = st.dictionaries(st.text("ab", min_size=1, max_size=2), _json, min_size=1, max_size=4)


@given(st.lists(_objects, min_size=1, max_size=6), st.booleans())
@settings(max_examples=300)
def test_json_lines_are_read_as_pythons_reader_reads_each_with_numbers_as_printed(
    objects: list[dict[str, object]],
    ascii_only: bool,  # noqa: FBT001  # drawn
) -> None:
    lines = [json.dumps(item, ensure_ascii=ascii_only) for item in objects]
    try:
        data = "\n".join(lines).encode()
    except UnicodeEncodeError:
        return
    frame, faults = read_jsonl(Path("x.jsonl"), data)
    words = {None: None, True: "true", False: "false"}
    for number, line in enumerate(lines):
        expected = json.loads(line, parse_int=str, parse_float=str)
        for key in frame.columns:
            value = expected.get(key)
            text = value if isinstance(value, str) else words[value]
            if not any(fault.row == number + 1 and fault.column == key for fault in faults):
                assert frame[key][number] == text


@given(st.text('{}[]":,ab1e.\\u ', max_size=20))
@settings(max_examples=1000)
def test_a_line_that_python_refuses_as_a_flat_object_is_refused(text: str) -> None:
    def flat(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len(dict(pairs)) == len(pairs)
        assert not any(isinstance(value, list | dict) for _, value in pairs)
        return dict(pairs)

    line = '{"a":"x",' + text
    try:
        found = json.loads(line, object_pairs_hook=flat, parse_int=str, parse_float=str)
        allowed = isinstance(found, dict) and all(key.strip() for key in found)
    except (ValueError, AssertionError):
        allowed = False
    try:
        read_jsonl(Path("x.jsonl"), line.encode())
    except LogError:
        assert not allowed or len({key.strip() for key in found}) < len(found)
    else:
        assert allowed


# Parquet


def test_parquet_columns_of_every_flat_type_are_the_texts_they_stand_for(tmp_path: Path) -> None:
    zoned = datetime(2024, 3, 5, 3, 0, 0, 123456, UTC)
    frame = pl.DataFrame(
        {
            "dossier": pl.Series([7, 8], dtype=pl.Int64),
            "event": pl.Series(["received", "completed"], dtype=pl.Categorical),
            "at": pl.Series([zoned, zoned]).dt.convert_time_zone("Asia/Ho_Chi_Minh").dt.cast_time_unit("ns"),
            "recorded_at": ["2024-03-05T10:00+07:00", None],
            "promised": [date(2024, 5, 3), None],
            "signed": [None, True],
            "sector": pl.Series([None, None], dtype=pl.Null),
            "fee": [1.5, None],
        }
    )
    frame.write_parquet(tmp_path / "log.parquet")
    log = read_log(tmp_path / "log.parquet")
    assert column(log, "dossier") == ["7", "8"]
    assert column(log, "at") == [zoned, zoned]
    assert column(log, "recorded_at") == [utc("2024-03-05T03:00Z"), None]
    assert column(log, "promised_date") == [date(2024, 5, 3), None]
    assert column(log, "signed") == [False, True]
    assert column(log, "sector") == [None, None]
    assert column(log, "fee") == ["1.5", None]


def test_parquet_timestamps_without_zone_are_moments_without_offset(tmp_path: Path) -> None:
    naive = datetime(2024, 3, 5, 10)  # noqa: DTZ001  # meant
    pl.DataFrame({"dossier": ["A"], "event": ["received"], "at": [naive]}).write_parquet(tmp_path / "log.parquet")
    [fault] = read_log(tmp_path / "log.parquet").unreadable
    assert isinstance(fault, Unreadable)
    assert "without offset" in fault.reason
