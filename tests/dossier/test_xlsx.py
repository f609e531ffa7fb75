"""Workbooks: read as text without computing anything, written so that nothing can be computed."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from dossier.events import Row
from dossier.formats import EventLog, LogError, LogMapping, packed, read_log, read_mapping, spreadsheet, write_log
from dossier.formats.sheets import defused
from tests.dossier.logs import SHARED, column, log_of, rows, same_story, utc

HEAD = ["dossier", "event", "at", "slip"]
GOOD = ["H1", "received", "2024-03-05T10:00+07:00", "S1"]
NAIVE = '[time]\nzone = "Asia/Ho_Chi_Minh"\n'
Fill = Callable[[Workbook], None]


def book(folder: Path, fill: Fill | list[list[object]], name: str = "log.xlsx", **options: object) -> Path:
    """A workbook that a function fills, or one with a sheet of these rows."""
    with Workbook(folder / name, options) as made:
        if callable(fill):
            fill(made)
        else:
            put(made.add_worksheet("Hồ sơ"), fill)
    return folder / name


def put(page: object, table: list[list[object]]) -> None:
    for number, row in enumerate(table):
        for place, cell in enumerate(row):
            write = page.write_string if isinstance(cell, str) else page.write  # type: ignore[attr-defined]
            write(number, place, cell)


def mapping(folder: Path, text: str) -> LogMapping:
    (folder / "m.toml").write_text(text, encoding="utf-8")
    return read_mapping(folder / "m.toml")


def test_a_workbook_is_read_like_the_same_table_in_csv(tmp_path: Path) -> None:
    table = [HEAD, GOOD, ["H2", "completed", "2024-03-06 11:00:00Z", ""]]
    other = log_of(tmp_path, "\n".join(",".join(row) for row in table))
    log = read_log(book(tmp_path, table))  # type: ignore[arg-type]  # rows of texts are rows of cells
    assert same_story(log, other)
    assert log.warnings == other.warnings


@given(rows)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_reads_back_as_the_same_log(tmp_path: Path, rows: list[Row]) -> None:
    write_log(rows, tmp_path / "a.jsonl")
    write_log(read_log(tmp_path / "a.jsonl"), tmp_path / "a.xlsx")
    assert same_story(read_log(tmp_path / "a.jsonl"), read_log(tmp_path / "a.xlsx"))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    write_log([{"dossier": "H1", "event": "paid", "at": utc("2024-03-05T10:00Z"), "reason": f"x{text}y"}],
              tmp_path / "a.xlsx")  # fmt: skip
    assert column(read_log(tmp_path / "a.xlsx"), "reason") == [f"x{text}y"]


def test_what_looks_like_a_formula_a_link_or_a_number_is_written_as_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+84", "-7", "@x", "000123", "https://x.example", '=HYPERLINK("x")', "{=1}", "_x0007_"]
    moment = utc("2024-03-05T10:00Z")
    write_log([{"dossier": text, "event": "paid", "at": moment, "reason": text} for text in texts], tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    log = read_log(tmp_path / "a.xlsx")
    assert column(log, "dossier") == column(log, "reason") == texts
    assert not log.repaired


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    event: Row = {"dossier": "H1", "event": "paid", "at": utc("2024-03-05T10:00Z")}
    for name in ("a.xlsx", "b.xlsx"):
        write_log([event], tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_text_that_no_cell_holds_is_not_written(tmp_path: Path) -> None:
    event: Row = {"dossier": "H1", "event": "paid", "at": utc("2024-03-05T10:00Z"), "reason": "x" * 32_768}
    with pytest.raises(LogError, match="row 1, column 'reason': a text of 32768 characters"):
        write_log([event], tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())
    write_log([{**event, "reason": "𝔘" * 16_383}], tmp_path / "a.xlsx")
    assert len(str(column(read_log(tmp_path / "a.xlsx"), "reason")[0])) == 16_383


@pytest.mark.parametrize("text", ["=1+1", "+84", "-7", "@x", "\tx", "\rx", "\nx", "  =1", "＝1+1"])
def test_lists_for_people_have_their_formulas_defused(text: str) -> None:
    frame = pl.DataFrame({"a": [text, "x=1", "", None], "n": [1, 2, 3, 4]})
    assert defused(frame).rows() == [("'" + text, 1), ("x=1", 2), ("", 3), (None, 4)]


# What a spreadsheet makes of codes and dates


def test_a_code_that_became_a_number_is_read_and_told_and_text_stays_as_it_is(tmp_path: Path) -> None:
    log = read_log(book(tmp_path, [HEAD, ["000123", *GOOD[1:]], [123, *GOOD[1:3], 20260601090000]]))
    assert column(log, "dossier") == ["000123", "123"]
    assert column(log, "slip") == ["S1", "20260601090000"]
    assert log.summary.repaired == {spreadsheet.NUMBER: 2}


@pytest.mark.parametrize(
    ("cell", "says"),
    [(1234567890123456, "more than 15 digits"), (1.5, "dropped zeros"), (1e300, "more than 15 digits")],
)
def test_a_code_that_a_number_cannot_hold_sets_its_dossier_aside(tmp_path: Path, cell: float, says: str) -> None:
    log = read_log(book(tmp_path, [HEAD, GOOD, ["H2", *GOOD[1:3], cell]]))
    [fault] = log.unreadable
    assert (fault.dossier, fault.row, fault.column, fault.file) == ("H2", 2, "slip", "log.xlsx [Hồ sơ]")
    assert says in fault.reason
    assert column(log, "dossier") == ["H1"]


@pytest.mark.parametrize(("cell", "code"), [(1.004227, "1.004227"), (1.01278, "1.012780"), (2.0, "2")])
def test_a_procedure_code_that_became_a_number_has_its_six_digits_again(tmp_path: Path, cell: float, code: str) -> None:
    """Mã TTHC: one digit, a dot and six digits."""
    log = read_log(book(tmp_path, [[*HEAD[:3], "procedure"], [*GOOD[:3], cell]]))
    assert column(log, "procedure") == [code]


def test_dates_and_moments_of_a_spreadsheet_are_those_it_shows(tmp_path: Path) -> None:
    def fill(made: Workbook) -> None:
        page = made.add_worksheet()
        put(page, [["dossier", "event", "at", "promised", "recorded_at"]])
        day, time = made.add_format({"num_format": "dd/mm/yyyy"}), made.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for row in (1, 2):
            put_cells = [("H1", None), ("received", None), (45356.4166666667, time), (45383, day), (45356.5, None)]
            for place, (cell, style) in enumerate(put_cells):
                page.write(row, place, cell, style)

    log = read_log(book(tmp_path, fill), mapping(tmp_path, NAIVE))
    assert column(log, "at") == [utc("2024-03-05T10:00+07:00")] * 2
    assert column(log, "recorded_at") == [utc("2024-03-05T12:00+07:00")] * 2
    assert [str(day) for day in column(log, "promised_date")] == ["2024-04-01"] * 2
    assert column(log, "promised_at") == [None, None]
    assert log.summary.repaired == {spreadsheet.SERIAL: 2}
    assert "[time] zone" in read_log(tmp_path / "log.xlsx").unreadable[0].reason


def test_days_counted_from_1904_are_four_years_later(tmp_path: Path) -> None:
    def fill(made: Workbook) -> None:
        put(made.add_worksheet(), [HEAD])
        style = made.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for place, cell in enumerate(["H1", "received", 43894.5]):
            made.worksheets()[0].write(1, place, cell, style)

    log = read_log(book(tmp_path, fill, date_1904=True), mapping(tmp_path, NAIVE))
    assert column(log, "at") == [utc("2024-03-05T12:00+07:00")]


def test_a_code_that_became_a_date_sets_its_dossier_aside(tmp_path: Path) -> None:
    def fill(made: Workbook) -> None:
        page, style = made.add_worksheet(), made.add_format({"num_format": "d-mmm"})
        put(page, [HEAD, GOOD, GOOD])
        page.write(2, 3, 45356, style)

    [fault] = read_log(book(tmp_path, fill)).unreadable
    assert (fault.row, fault.column) == (2, "slip")
    assert "made the date 2024-03-05 of a code" in fault.reason


def test_truth_values_are_flags(tmp_path: Path) -> None:
    log = read_log(book(tmp_path, [[*HEAD[:3], "signed"], [*GOOD[:3], True], [*GOOD[:3], False]]))
    assert column(log, "signed") == [True, False]


# Formulas, merged cells, sheets, headers


def test_formulas_are_never_computed_the_value_last_saved_is_read(tmp_path: Path) -> None:
    def fill(made: Workbook) -> None:
        page = made.add_worksheet()
        put(page, [HEAD, GOOD, GOOD])
        page.write_formula(1, 3, '="S"&1+1', None, "S7")

    log = read_log(book(tmp_path, fill))
    assert column(log, "slip") == ["S7", "S1"]
    assert any(text.startswith("1 cells are formulas") for text in log.warnings)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ('<c r="D2"><f>1+1</f></c>', "value was not saved"),
        ('<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "could not compute"),
        ('<c r="D2"><v>abc</v></c>', "no number"),
        ('<c r="D2"><v>NaN</v></c>', "no number"),
        ('<c r="D2"><v>1E999999999</v></c>', "no number"),
    ],
)
def test_a_cell_without_a_value_of_its_own_sets_its_dossier_aside(tmp_path: Path, cell: str, says: str) -> None:
    [fault] = read_log(raw(tmp_path, rows_of(cell))).unreadable
    assert (fault.dossier, fault.row, fault.column) == ("H1", 1, "slip")
    assert says in fault.reason


def test_cells_merged_away_set_their_dossiers_aside(tmp_path: Path) -> None:
    def fill(made: Workbook) -> None:
        page = made.add_worksheet()
        put(page, [HEAD, GOOD, ["", *GOOD[1:]], ["H3", *GOOD[1:]]])
        page.merge_range(1, 0, 2, 0, "H1")

    log = read_log(book(tmp_path, fill))
    assert [(fault.row, fault.column) for fault in log.unreadable] == [(2, "dossier")] * 2
    assert column(log, "dossier") == ["H1", "H3"]


def test_the_first_sheet_that_is_shown_is_read_and_told_and_a_mapping_may_name_another(tmp_path: Path) -> None:
    def fill(made: Workbook) -> None:
        for name in ("ẩn", "Một", "Hai"):
            put(made.add_worksheet(name), [HEAD, [name, *GOOD[1:]]])
        made.worksheets()[1].activate()
        made.worksheets()[0].hide()

    path = book(tmp_path, fill)
    log = read_log(path)
    assert column(log, "dossier") == ["Một"]
    assert "of the workbook the sheet 'Một' was read, not 'ẩn', 'Hai'; a mapping may name one" in log.warnings
    assert column(read_log(path, mapping(tmp_path, 'sheet = "Hai"\n')), "dossier") == ["Hai"]
    with pytest.raises(LogError, match="there is no sheet 'Ba'; allowed: 'ẩn', 'Một', 'Hai'"):
        read_log(path, mapping(tmp_path, 'sheet = "Ba"\n'))


def test_a_title_above_the_header_blank_rows_and_notes_beside_are_left_out_and_told(tmp_path: Path) -> None:
    title: list[list[object]] = [["DANH SÁCH HỒ SƠ"], [], HEAD, GOOD, [], [*GOOD, "a note"]]
    log = read_log(book(tmp_path, title), mapping(tmp_path, "header = 3\n"))
    assert column(log, "row") == [1, 3]
    assert log.summary.repaired == {spreadsheet.BESIDE: 1, spreadsheet.BLANK: 1}
    assert (log.rows, log.summary.read) == (2, 2)


def test_a_foreign_table_is_read_through_its_mapping(tmp_path: Path) -> None:
    text = 'sheet = "Hồ sơ"\n[columns]\ndossier = "Mã"\nactivity = "Việc"\ntime = "Lúc"\nslip = "Phiếu"\n'
    text += '[[events]]\nkind = "received"\nactivity = "Tiếp nhận"\n' + NAIVE
    table: list[list[object]] = [["Mã", "Việc", "Lúc", "Phiếu"], ["A", "Tiếp nhận", 45356.5, 7]]
    log = read_log(book(tmp_path, table), mapping(tmp_path, text))
    assert log.events.select("dossier", "event", "at", "slip").rows() == [
        ("A", "received", utc("2024-03-05T12:00+07:00"), "7")
    ]


# Broken and hostile workbooks


NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CELL = '<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def rows_of(extra: str = "", after: str = "") -> str:
    """The XML of a sheet with a header and a row, and cells of one's own at its end."""
    lines = [
        "".join(CELL.format(place=f"{'ABCD'[n]}{row}", text=text) for n, text in enumerate(cells))
        for row, cells in ((1, HEAD), (2, GOOD[:3]))
    ]
    return f'<sheetData><row r="1">{lines[0]}</row><row r="2">{lines[1]}{extra}</row>{after}</sheetData>'


def raw(folder: Path, sheet: str, *, top: str = "", **parts: str | bytes) -> Path:
    """A workbook written by hand."""
    links = "".join(
        f'<Relationship Id="r{n}" Type="x/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate([("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")])
    )
    found: dict[str, str | bytes] = {
        "xl/workbook.xml": f'<workbook {NS} xmlns:r="r"><sheets><sheet name="S" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="p">{links}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?>{top}<worksheet {NS}>{sheet}</worksheet>',
        **{f"xl/{name.replace('_', '.')}": part for name, part in parts.items()},
    }
    with zipfile.ZipFile(folder / "raw.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in found.items():
            archive.writestr(name, part)
    return folder / "raw.xlsx"


def test_a_workbook_written_by_hand_is_read(tmp_path: Path) -> None:
    assert column(read_log(raw(tmp_path, rows_of())), "dossier") == ["H1"]


FAR = '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'
TEXT_ZERO = '<c r="D2" t="s"><v>0</v></c>'


def merges(cells: str) -> str:
    """The XML of merged cells."""
    return f'<mergeCells><mergeCell ref="{cells}"/></mergeCells>'


HOSTILE = {
    "a cell a million rows and columns away claims nothing": (rows_of(after=FAR), None),
    "a row beyond the sheet": (rows_of(after='<row r="4000000000"/>'), "row 4000000000"),
    "a cell that is none": (rows_of('<c r="ZZZZ9999999999"><v>1</v></c>'), "is no cell"),
    "a cell of another row": (rows_of('<c r="D3"><v>1</v></c>'), "the cell D3 stands in row 2"),
    "a cell twice": (rows_of('<c r="C2"><v>1</v></c>'), "column 3 stands after column 3"),
    "rows out of order": (rows_of(after='<row r="1"/>'), "row 1 stands after row 2"),
    "a shared text that is not there": (rows_of('<c r="D2" t="s"><v>9</v></c>'), "shared text '9'"),
    "a shared text below the first": (rows_of('<c r="D2" t="s"><v>-1</v></c>'), "shared text '-1'"),
    "xml cut short": ("<sheetData><row", "damaged"),
    "no sheet data": ("", "no header"),
    "merged cells without end": (rows_of() + merges("A1:XFD1048576") * 20, "merged"),
    "merged cells that are none": (rows_of() + merges("A1:ZZZZ9"), "is no cell"),
    "nesting without end": ("<row>" * 100_000, "damaged"),
    "a text over 1 MiB": (rows_of(f'<c r="D2" t="str"><v>{"x" * 1_048_577}</v></c>'), "longer than 1048576"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_sheet_is_refused_or_read_at_the_cost_of_what_it_holds(tmp_path: Path, what: str) -> None:
    sheet, says = HOSTILE[what]
    path = raw(tmp_path, sheet)
    if says is None:
        assert read_log(path).rows == 2
        return
    with pytest.raises(LogError, match="what to do") as refused:
        read_log(path)
    assert says in str(refused.value)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    top = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
    with pytest.raises(LogError, match="entities of its own"):
        read_log(raw(tmp_path, rows_of(), top=top))


def test_counts_that_a_workbook_claims_are_not_believed(tmp_path: Path) -> None:
    text = "<si><r><t>S</t></r><rPh><t>x</t></rPh><r><t>1</t></r></si>"
    strings = f'<sst {NS} count="4294967295" uniqueCount="4294967295">{text}</sst>'
    path = raw(
        tmp_path,
        '<dimension ref="A1:XFD1048576"/>' + rows_of(TEXT_ZERO),
        sharedStrings_xml=strings,
    )
    assert column(read_log(path), "slip") == ["S1"]


def test_a_part_that_unpacks_beyond_all_bounds_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "UNPACKED_LIMIT", 5_000_000)
    path = raw(tmp_path, rows_of() + " " * 10_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(LogError, match=r"unpacks to 1000.* bytes, more than 5000000"):
        read_log(path)


def test_a_part_that_unpacks_to_more_than_it_says_is_damaged(tmp_path: Path) -> None:
    path = raw(tmp_path, rows_of() + " " * 10_000_000)
    size = len(rows_of()) + len(f'<?xml version="1.0"?><worksheet {NS}></worksheet>') + 10_000_000
    data = path.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(LogError, match="damaged"):
        read_log(path)


def test_macros_and_links_are_not_looked_at(tmp_path: Path) -> None:
    path = raw(tmp_path, rows_of(), vbaProject_bin=b"\xd0\xcf\x11\xe0 Sub AutoOpen()", externalLinks_xml="<broken")
    assert not read_log(path).unreadable


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"dossier,event,at\n", "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "an old workbook (.xls) or one with a password"),
        (b"PK\x03\x04", "damaged"),
        (b"", "the file is empty"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    with pytest.raises(LogError, match="what to do") as refused:
        read_log(tmp_path / "a.xlsx")
    assert says in str(refused.value)


def _whole() -> bytes:
    buffer = io.BytesIO()
    with Workbook(buffer) as made:
        put(made.add_worksheet(), [HEAD, GOOD, [123, *GOOD[1:]]])  # type: ignore[list-item]  # rows of cells
    return buffer.getvalue()


WHOLE = _whole()


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_workbook_is_refused_or_read_but_never_ends_otherwise(
    tmp_path: Path,
    at: int,
    put_in: bytes,
    cut: bool,  # noqa: FBT001  # drawn
) -> None:
    data = WHOLE[:at] if cut else WHOLE[:at] + put_in + WHOLE[at + len(put_in) :]
    (tmp_path / "a.xlsx").write_bytes(data)
    try:
        found: EventLog | None = read_log(tmp_path / "a.xlsx")
    except LogError:
        found = None
    assert found is None or found.rows <= 2


@given(st.text("<>/=\"' rctvsfA1B2#&;xl\n", max_size=80))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_xml_in_a_sheet_is_refused_or_read(tmp_path: Path, text: str) -> None:
    path = raw(tmp_path, rows_of(after=text))
    try:
        read_log(path)
    except LogError as refused:
        assert "what to do" in str(refused)  # noqa: PT017  # a log may as well be read


@pytest.mark.skipif(not (SHARED / "wabo_receipt.csv.gz").exists(), reason="the WABO log is not there")
def test_wabo_through_a_workbook_tells_the_same(tmp_path: Path) -> None:
    frame = pl.read_csv(SHARED / "wabo_receipt.csv.gz", infer_schema=False)
    from dossier.formats.sheets import workbook_of

    (tmp_path / "wabo.xlsx").write_bytes(workbook_of(tmp_path / "wabo.xlsx", frame))
    wabo = read_mapping(Path(__file__).parents[2] / "examples" / "wabo.toml")
    assert same_story(read_log(tmp_path / "wabo.xlsx", wabo), read_log(SHARED / "wabo_receipt.csv.gz", wabo))
