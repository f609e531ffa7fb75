"""From a published catalogue table to a procedure file."""

import csv
import gzip
import io
import re
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars import Term
from dossier.catalogue import COLUMNS, Imported, import_catalogue
from dossier.procedures import Procedures
from dossier.tables import LONGEST_LINE, UnreadableTable, read_table, write_whole

PORTAL = Path(__file__).parents[2] / ".." / "shared" / "data" / "procedures.csv.gz"
needs_portal = pytest.mark.skipif(
    not PORTAL.exists(), reason="the published catalogue ../shared/data/procedures.csv.gz is not here"
)
SINCE = date(2026, 7, 1)


def table(
    path: Path, *rows: tuple[str, ...], header: tuple[str, ...] = ("code", "name", "channel", "time_limit")
) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def imported(tmp_path: Path, *rows: tuple[str, ...]) -> Imported:
    return import_catalogue(table(tmp_path / "catalogue.csv", *rows), SINCE)


def cases(result: Imported, code: str) -> dict[str, str]:
    version = Procedures.loads(result.toml_text).on(code, SINCE)
    assert version is not None
    return dict(version.cases)


def test_rows_that_print_the_same_limit_are_one_normal_case(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        ("1.000001", "Một", "Trực tuyến", "2 Ngày làm việc"),
        ("1.000001", "Một", "Trực tiếp", "02 Ngày làm việc"),
    )
    assert cases(result, "1.000001") == {"normal": "2 Ngày làm việc"}
    assert (result.read, result.unused, result.unnamed_cases) == (2, (), ())


def test_rows_that_print_different_limits_are_cases_that_nobody_named(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        ("1.012784", "Tách thửa", "Trực tuyến", "12 Ngày làm việc"),
        ("1.012784", "Tách thửa", "Dịch vụ bưu chính", "12 Ngày làm việc"),
        ("1.012784", "Tách thửa", "Trực tiếp", "22 Ngày làm việc"),
    )
    assert cases(result, "1.012784") == {"case_1": "12 Ngày làm việc", "case_2": "22 Ngày làm việc"}
    assert result.unnamed_cases == ("1.012784",)
    version = Procedures.loads(result.toml_text).on("1.012784", SINCE)
    assert version is not None
    assert "Trực tiếp: 22 Ngày làm việc" in version.note


def test_an_equal_number_of_another_unit_is_another_case(tmp_path: Path) -> None:
    result = imported(
        tmp_path, ("1.000811", "Thẻ ABTC", "Trực tuyến", "21 Ngày"), ("1.000811", "Thẻ ABTC", "", "21 Ngày làm việc")
    )
    assert cases(result, "1.000811") == {"case_1": "21 Ngày", "case_2": "21 Ngày làm việc"}


def test_a_bare_number_is_reported_and_never_guessed_from_the_row_beside_it(tmp_path: Path) -> None:
    result = imported(
        tmp_path, ("1.000001", "Một", "Trực tuyến", "1"), ("1.000001", "Một", "Trực tiếp", "20 Ngày làm việc")
    )
    assert cases(result, "1.000001") == {"case_1": "20 Ngày làm việc"}
    [row] = result.unused
    assert (row.row, row.line, row.code, row.text, row.reason) == (1, 2, "1.000001", "1", "the number has no unit")
    assert not row.refused


def test_a_procedure_without_any_readable_limit_is_written_without_one(tmp_path: Path) -> None:
    result = imported(
        tmp_path, ("1.014232", "Thăm dò", "Trực tiếp", "Không có thông tin"), ("1.014232", "Thăm dò", "", "")
    )
    assert cases(result, "1.014232") == {}
    assert result.without_limit == ("1.014232",)
    assert [row.reason for row in result.unused] == ["no limit is given"] * 2


def test_a_part_of_a_month_that_the_law_does_not_know_is_reported(tmp_path: Path) -> None:
    result = imported(tmp_path, ("1.000001", "Một", "", "0,3 tháng"), ("1.000002", "Hai", "", "0,5 tháng"))
    assert cases(result, "1.000001") == {}
    assert cases(result, "1.000002") == {"normal": "0,5 tháng"}
    assert "half months" in result.unused[0].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("1.01278", "Tách thửa", "", "12 Ngày"), "one digit, a dot and six digits"),
        (("", "Tách thửa", "", "12 Ngày"), "one digit, a dot and six digits"),
        (("1.000002", " ", "", "12 Ngày"), "no name"),
        (("1.000001", "Hai", "", "12 Ngày"), "name differs"),
    ],
)
def test_a_row_at_fault_is_refused_and_the_rest_is_read(tmp_path: Path, row: tuple[str, ...], reason: str) -> None:
    result = imported(tmp_path, ("1.000001", "Một", "", "12 Ngày"), row)
    assert [unused.refused for unused in result.unused] == [True]
    assert reason in result.unused[0].reason
    assert cases(result, "1.000001") == {"normal": "12 Ngày"}


def test_what_the_catalogue_does_not_say_stays_unknown(tmp_path: Path) -> None:
    result = imported(tmp_path, ("1.000001", "Một", "Trực tiếp", "12 Ngày"))
    version = Procedures.loads(result.toml_text).on("1.000001", SINCE)
    assert version is not None
    assert (version.result, version.postal, version.status, version.decision) == (
        "unknown",
        None,
        "unverified",
        "not verified",
    )
    assert version.excluded_waits == "any_documented"
    assert Procedures.loads(result.toml_text).on("1.000001", date(2026, 6, 30)) is None


def test_without_a_start_the_limits_hold_from_the_day_of_the_import(tmp_path: Path) -> None:
    path = table(tmp_path / "catalogue.csv", ("1.000001", "Một", "", "12 Ngày"))
    assert abs((import_catalogue(path).in_force_from - date.today()).days) <= 1  # noqa: DTZ011  # the zones differ


words = st.text(st.characters(codec="utf-8"), max_size=12)


@given(st.lists(st.tuples(words, words, words, st.sampled_from(["1.000001", "1.000002"])), max_size=4))
def test_whatever_the_cells_hold_the_written_file_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str, str]]
) -> None:
    path = table(
        tmp_path_factory.mktemp("import") / "any.csv",
        *((code, name, channel, limit) for name, channel, limit, code in rows),
    )
    result = import_catalogue(path, SINCE)
    assert len(Procedures.loads(result.toml_text)) == result.procedures
    assert result.rows == len(rows)


@needs_portal
def test_the_published_catalogue_is_read_whole_and_reads_back() -> None:
    result = import_catalogue(PORTAL, SINCE)
    written = Procedures.loads(result.toml_text)
    with gzip.open(PORTAL, "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    expected: dict[str, set[tuple[Fraction, str]]] = defaultdict(set)
    unread = 0
    for row in rows:
        match = re.fullmatch(r"(\d+) (Ngày làm việc|Ngày|Giờ|Tháng)", row["time_limit"])
        unread += match is None
        expected[row["code"]] |= {(Fraction(match[1]), match[2].lower())} if match else set()
    assert (result.rows, result.procedures, result.refused) == (3263, 1147, 0)
    assert len(result.unused) == unread
    assert set(result.without_limit) == {code for code, limits in expected.items() if not limits}
    for code, limits in expected.items():
        version = written.on(code, SINCE)
        assert version is not None
        terms = [Term.parse(text) for text in version.cases.values()]
        assert {(term.value, term.text_vi.split(" ", 1)[1]) for term in terms} == limits
        assert len(terms) == len(limits)


def _gz(text: bytes) -> bytes:
    return gzip.compress(text)


HEADER = b"code,name,time_limit\n"
BROKEN = {
    "truncated.csv.gz": (_gz(HEADER + b"1.000001,Mot,5 ngay\n" * 5000)[:-20], "gzip stream", "breaks off"),
    "not-gzip.csv.gz": (HEADER, "gzip stream", "damaged"),
    "not-utf8.csv": (HEADER + b"1.000001,M\xf4t,5\n", "line 2, byte 11", "not UTF-8"),
    "utf16.csv": (HEADER.decode().encode("utf-16"), "line 1", "not UTF-8"),
    "ragged.csv": (HEADER + b"1.000001,Mot\n", "line 2", "row 1 has 2 cells, the header has 3"),
    "too-wide.csv": (HEADER + b"1.000001,Mot,5,6\n", "line 2", "row 1 has 4 cells"),
    "open-quote.csv": (HEADER + b'1.000001,"Mot,5\n', "line 2", "unexpected end of data"),
    "stray-quote.csv": (HEADER + b'1.000001,"Mot"x,5\n', "line 2", "expected after"),
    "long-line.csv": (HEADER + b"1.000001," + b"x" * (LONGEST_LINE + 1) + b",5\n", "line 2", "longer than 1 MiB"),
    "empty.csv": (b"", "line 1", "no header"),
    "column-twice.csv": (b"code,name,name,time_limit\n", "line 1, column 3", "'name' stands twice"),
    "column-without-name.csv": (b"code,name,,time_limit\n", "line 1, column 3", "no name"),
    "unknown-column.csv": (b"code,name,time_limit,chanel\n", "line 1, column 4", "'chanel'"),
    "missing-column.csv": (b"code,name\n", "line 1", "no column 'time_limit'"),
    "semicolons.csv": (b"code;name;time_limit\n", "line 1", "no column 'code'"),
    "workbook.xlsx": (b"PK\x03\x04rest", "file", "workbook"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_refused_with_file_and_place(tmp_path: Path, name: str) -> None:
    content, place, why = BROKEN[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableTable, match=re.escape(name)) as caught:
        import_catalogue(path)
    assert caught.value.place.startswith(place)
    assert why in str(caught.value)
    assert caught.value.remedy


def test_an_absent_table_and_a_folder_are_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(UnreadableTable, match=path.name):
            import_catalogue(path)


def test_semicolons_are_recognised_in_the_advice(tmp_path: Path) -> None:
    path = tmp_path / "semicolons.csv"
    path.write_bytes(b"code;name;time_limit\n1.000001;Mot;5\n")
    with pytest.raises(UnreadableTable, match="save it with commas"):
        import_catalogue(path)


def test_a_byte_order_mark_crlf_blank_lines_and_line_breaks_in_cells_are_read(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(
        b'\xef\xbb\xbfcode,name,time_limit\r\n\r\n1.000001,"Mot\r\nhai",5 ngay\r\n\r\n1.000002,Ba,6 ngay\r\n'
    )
    rows = read_table(path).rows
    assert [(row.number, row.line, row.cells[0]) for row in rows] == [(1, 4, "1.000001"), (2, 6, "1.000002")]


def test_a_blank_line_of_a_table_with_one_column_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_bytes(b"time_limit\n5 ngay\n\n6 ngay\n")
    assert read_table(path).column("time_limit") == ["5 ngay", "", "6 ngay"]


def test_a_file_is_written_whole_or_what_was_there_stays(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("before")

    def failing():  # type: ignore[no-untyped-def]  # noqa: ANN202  # a generator that breaks
        yield "half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole(target, failing())
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
    assert target.read_text() == "before"
    write_whole(target, ["a\n", "b\n"])
    assert target.read_text() == "a\nb\n"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="absent"):
        write_whole(tmp_path / "absent" / "out.txt", ["a"])


@needs_portal
def test_the_columns_of_a_catalogue_are_those_the_portal_publishes() -> None:
    assert read_table(PORTAL).columns == COLUMNS
