"""National records read as a log: field by field, status by status, and back from what this house sends."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.case import Case
from dossier.events import KINDS
from dossier.formats import EventLog, LogError, LogMapping, read_log, read_mapping
from dossier.formats.mapping import National
from dossier.formats.national import OF_RECORDS, OF_STEPS
from dossier.formats.sheets import workbook_of
from dossier.outbox.host import Host, TimeFormat
from dossier.outbox.national import national_record
from dossier.outbox.statuses import MAPPING
from tests.dossier.logs import column, utc
from tests.dossier.office import ROADS, Office
from tests.dossier.outbox_cases import SETTING, case, kinds

NATIONAL = LogMapping("", national=National())
Fields = dict[str, object]


def read(folder: Path, *records: object, name: str = "ho-so.json", mapping: LogMapping = NATIONAL) -> EventLog:
    """The log that records tell."""
    lines = name.endswith("l")
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    (folder / name).write_text(text, encoding="utf-8")
    return read_log(folder / name, mapping)


def story(log: EventLog) -> list[tuple[object, ...]]:
    """Kinds and moments in local time, step by step."""
    local = pl.col("at").dt.convert_time_zone("Asia/Ho_Chi_Minh").dt.to_string("%d %H:%M:%S")
    return log.events.filter(pl.col("event").is_not_null()).select("event", local).rows()


RECORD: Fields = {
    "MaHoSo": "H56.1-260601-0007", "MaTTHC": "1.012784", "TenTTHC": "Tách thửa", "TenLinhVuc": "Đất đai",
    "KenhThucHien": "2", "ChuHoSo": "Nguyễn Thị Mẫu", "LoaiDoiTuong": "1",
    "NgayNopHoSo": "20260601090000", "NgayTiepNhan": "20260601140000", "NgayHenTra": "20260611170000",
    "TrangThaiHoSo": "10", "NgayKetThucXuLy": "20260610160000", "NgayTra": "20260611081500", "HinhThuc": "1",
    "DonViXuLy": "Phòng Đất đai", "DanhSachGiayToKetQua": [{"GiayToId": "KQ-1"}],
}  # fmt: skip


def step(status: int | str, moment: str, **fields: object) -> Fields:
    """A step of June 2026."""
    return {"MaHoSo": RECORD["MaHoSo"], "TrangThai": str(status), "ThoiDiemXuLy": f"202606{moment}", **fields}


def with_steps(*steps: Fields, **fields: object) -> Fields:
    """A dossier received on the first, and its steps."""
    found = {"MaHoSo": RECORD["MaHoSo"], "NgayTiepNhan": "20260601080000", **fields}
    return {**found, "TienTrinhXuLy": list(steps)}


def test_a_record_without_steps_tells_submission_receipt_end_and_return(tmp_path: Path) -> None:
    log = read(tmp_path, RECORD)
    assert story(log) == [
        ("submitted", "01 09:00:00"), ("received", "01 14:00:00"), ("completed", "10 16:00:00"),
        ("delivered", "11 08:15:00"),
    ]  # fmt: skip
    assert column(log, "channel") == ["online", "online", "?", "postal"]
    assert column(log, "procedure") == ["1.012784"] * 4
    assert column(log, "sector") == ["Đất đai"] * 4
    assert column(log, "document") == ["?", "?", "KQ-1", "?"]
    assert column(log, "promised_at") == [None, utc("2026-06-11T17:00+07:00"), None, None]
    assert log.kinds == OF_RECORDS
    assert log.columns == {"dossier", "event", "at", "procedure", "sector", "channel", "promised", "document"}


def test_a_source_without_steps_cannot_say_how_often_a_supplement_was_requested() -> None:
    assert not OF_RECORDS & {"supplement_requested", "guided", "paused", "apologised", "forwarded"}
    assert OF_RECORDS < OF_STEPS
    assert not OF_STEPS & {"paused", "resumed", "apologised", "consulted", "published", "notified"}


def test_persons_are_never_taken_out_of_the_file(tmp_path: Path) -> None:
    log = read(tmp_path, RECORD | {"SoGiayTo": "012345678901"})
    told = repr((log.events.rows(), log.warnings, log.unreadable))
    assert "Nguyễn" not in told
    assert "012345678901" not in told
    assert "applicant" not in log.columns
    assert any("'ChuHoSo', 'LoaiDoiTuong'" in text for text in log.warnings)


@pytest.mark.parametrize(
    ("status", "ends"),
    [("9", "completed"), ("10", "completed"), ("8", "closed"), ("3", "rejected"), ("7", "withdrawn"), ("4", None)],
)
def test_the_end_of_handling_is_what_the_status_says(tmp_path: Path, status: str, ends: str | None) -> None:
    """Quyết định 766/QĐ-TTg, figure 2.1."""
    found = {"MaHoSo": "H1", "NgayTiepNhan": "20260601140000", "NgayKetThucXuLy": "20260610160000"}
    log = read(tmp_path, found | {"TrangThaiHoSo": status})
    assert [kind for kind, _ in story(log)] == ["received", *([ends] if ends else [])]


@pytest.mark.parametrize(("asked", "kind"), [("20260601130000", "guided"), ("20260602080000", "supplement_requested")])
def test_a_supplement_asked_before_receipt_is_guidance(tmp_path: Path, asked: str, kind: str) -> None:
    log = read(tmp_path, {"MaHoSo": "H1", "NgayTiepNhan": "20260601140000", "NgayYeuCauBoSung": asked})
    assert kind in column(log, "event")


def test_at_the_counter_handing_in_and_receipt_are_one(tmp_path: Path) -> None:
    found = {"MaHoSo": "H1", "NgayNopHoSo": "20260601140000", "NgayTiepNhan": "20260601140000", "KenhThucHien": "1"}
    assert column(read(tmp_path, found), "event") == ["received"]
    assert column(read(tmp_path, found | {"KenhThucHien": "2"}), "event") == ["submitted", "received"]


@pytest.mark.parametrize(
    "written", ["20260601140000", "2026-06-01 14:00:00", "2026-06-01T14:00:00", "2026-06-01T14:00:00+07:00",
                "2026-06-01T14:00:00.000+0700", "2026-06-01T07:00:00Z"]
)  # fmt: skip
def test_each_way_to_write_a_moment_is_local_time_unless_it_says_otherwise(tmp_path: Path, written: str) -> None:
    log = read(tmp_path, {"MaHoSo": "H1", "NgayTiepNhan": written})
    assert column(log, "at") == [datetime(2026, 6, 1, 7, tzinfo=UTC)]


@pytest.mark.parametrize("written", ["20260608235959", "2026-06-08 00:00:00", "20260608", "2026-06-08T23:59:59+07:00"])
def test_a_promise_at_the_edge_of_a_day_is_the_day(tmp_path: Path, written: str) -> None:
    log = read(tmp_path, {"MaHoSo": "H1", "NgayTiepNhan": "20260601140000", "NgayHenTra": written})
    assert (column(log, "promised_date"), column(log, "promised_at")) == ([date(2026, 6, 8)], [None])
    assert ("promises at 00:00:00 read as their date" in log.summary.repaired) == ("00:00:00" in written)


def test_moments_of_the_year_one_are_those_that_systems_write_for_none(tmp_path: Path) -> None:
    log = read(tmp_path, {"MaHoSo": "H1", "NgayTiepNhan": "20260601140000", "NgayTra": "0001-01-01T00:00:00"})
    assert column(log, "event") == ["received"]
    assert log.summary.repaired == {"moments of the year 0001 read as empty": 1}


BY_STATUS = [
    ([1, 2, 4, 9, 10], ["submitted", "received", "forwarded", "completed", "delivered"]),
    ([1, 5, 1, 2], ["submitted", "guided", "submitted", "received"]),
    ([1, 3], ["submitted", "rejected"]),
    ([2, 5, 4, 9], ["received", "supplement_requested", "supplemented", "completed"]),
    ([2, 6, 4], ["received", "payment_requested", "paid"]),
    ([2, 4, 7], ["received", "forwarded", "withdrawn"]),
    ([2, 4, 8], ["received", "forwarded", "closed"]),
    ([2, 5, 5, 4, 4], ["received", "supplement_requested", "supplemented"]),  # repeated: a note
    ([2, 5, 4, 5], ["received", "supplement_requested", "supplemented", "supplement_requested"]),
]


@pytest.mark.parametrize(("statuses", "told"), BY_STATUS)
def test_statuses_alone_tell_the_kinds(tmp_path: Path, statuses: list[int], told: list[str]) -> None:
    steps = [step(status, f"{day:02}090000", NoiDungXuLy="Đã xử lý") for day, status in enumerate(statuses, 2)]
    found = {"MaHoSo": RECORD["MaHoSo"], "TienTrinhXuLy": steps}
    assert [kind for kind, _ in story(read(tmp_path, found))] == told


def test_a_dossier_that_goes_on_to_another_office_is_forwarded_though_the_status_stays(tmp_path: Path) -> None:
    rooms = ["Phòng A", "Phòng A", "Phòng B"]
    steps = [step(4, f"{day:02}090000", PhongBanXuLy=room, NguoiXuLy="cb-1") for day, room in enumerate(rooms, 2)]
    log = read(tmp_path, with_steps(*steps))
    assert story(log) == [("received", "01 08:00:00"), ("forwarded", "02 09:00:00"), ("forwarded", "04 09:00:00")]
    assert column(log, "office") == ["?", "Phòng A", "Phòng A", "Phòng B"]
    assert column(log, "actor") == ["?", "cb-1", "cb-1", "cb-1"]


def test_the_sentences_of_this_house_tell_what_a_status_does_not(tmp_path: Path) -> None:
    pause, resume = MAPPING["paused"].content, MAPPING["resumed"].content
    steps = [step(4, "02090000", NoiDungXuLy=pause), step(4, "03090000", NoiDungXuLy=resume)]
    log = read(tmp_path, with_steps(*steps))
    assert [kind for kind, _ in story(log)] == ["received", "paused", "resumed"]
    assert {"paused", "resumed"} <= log.kinds
    assert "apologised" not in log.kinds


def test_what_no_step_tells_the_record_adds_and_nothing_twice(tmp_path: Path) -> None:
    steps = [step(2, "01080000"), step(9, "05100000")]
    found = with_steps(*steps, NgayKetThucXuLy="20260605100000", TrangThaiHoSo="10", NgayTra="20260606080000")
    assert story(read(tmp_path, found)) == [
        ("received", "01 08:00:00"), ("completed", "05 10:00:00"), ("delivered", "06 08:00:00"),
    ]  # fmt: skip


def test_a_record_sent_again_replaces_the_one_before_with_its_steps(tmp_path: Path) -> None:
    first = with_steps(step(2, "01080000"), step(4, "02080000"))
    second = with_steps(step(2, "01080000"), step(8, "03080000"))
    log = read(tmp_path, first, second)
    assert [kind for kind, _ in story(log)] == ["received", "closed"]
    assert log.summary.repaired == {"records of the same dossier replaced by the last one (rows)": 1}


FAULTS = [
    ({"NgayTiepNhan": "01/06/2026"}, "NgayTiepNhan", "01/06/2026", "no ISO 8601 moment"),
    ({"NgayHenTra": "20261301000001"}, "NgayHenTra", "2026-13-01 00:00:01", "no such date"),
    ({"KenhThucHien": "9"}, "KenhThucHien", "9", "allowed are online, in_person, postal"),
    ({"NgayTiepNhan": ["x"]}, "NgayTiepNhan", '["x"]', "neither text nor number"),
    ({"TenLinhVuc": "\ud800"}, "TenLinhVuc", "\\ud800", "half a Unicode character"),
    ({"TienTrinhXuLy": [step(11, "02080000")]}, "TienTrinhXuLy[1].TrangThai", "11", "allowed are 1 to 10"),
    ({"TienTrinhXuLy": [step(2, "01080000"), step(4, "")]}, "TienTrinhXuLy[2].ThoiDiemXuLy", "202606", "no ISO 8601"),
    ({"TienTrinhXuLy": ["x"]}, "TienTrinhXuLy[1]", "x", "no object"),
]


@pytest.mark.parametrize(("fields", "name", "value", "says"), FAULTS)
def test_a_bad_field_sets_its_dossier_aside_and_the_rest_is_read(
    tmp_path: Path, fields: Fields, name: str, value: str, says: str
) -> None:
    bad = {"MaHoSo": RECORD["MaHoSo"], "NgayTiepNhan": "20260601080000", **fields}
    log = read(tmp_path, {"MaHoSo": "H2", "NgayTiepNhan": "20260601080000"}, bad)
    assert set(column(log, "dossier")) == {"H2"}
    [fault] = log.unreadable
    assert (fault.dossier, fault.row, fault.column, fault.value) == (RECORD["MaHoSo"], 2, name, value)
    assert says in fault.reason
    assert fault.file == "ho-so.json"
    assert log.summary.dossiers_set_aside == 1


def test_a_record_without_code_and_an_item_that_is_no_record_are_set_aside_alone(tmp_path: Path) -> None:
    log = read(tmp_path, {"NgayTiepNhan": "20260601080000"}, "x", {"MaHoSo": "H1", "NgayTiepNhan": "20260601080000"})
    assert column(log, "dossier") == ["H1"]
    assert [(fault.dossier, fault.row, fault.column) for fault in log.unreadable] == [
        (None, 1, "MaHoSo"), (None, 2, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[{", "line 1: no JSON"),
        ('[{"MaHoSo": 1, "MaHoSo": 2}]', "stands twice"),
        ("[" * 100_000, "nested without end"),
        ("[NaN]", "NaN"),
        ('[{"dossier": "H1"}]', "no field 'MaHoSo'"),
        ("[]", "no field"),
        ("\ufeff\n\n[{]", "line 3"),
    ],
)
def test_what_is_no_list_of_records_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(LogError, match=r"what to do") as refused:
        read_log(tmp_path / "x.json", NATIONAL)
    assert says in str(refused.value)


def test_json_without_a_mapping_says_which_one_reads_it(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    with pytest.raises(LogError, match=r"national\.toml"):
        read_log(tmp_path / "x.json")


def _whole_day(records: list[Fields]) -> tuple[pl.DataFrame, pl.DataFrame]:
    dossiers = [{k: v for k, v in record.items() if not isinstance(v, list)} for record in records]
    steps = [found for record in records for found in record["TienTrinhXuLy"]]  # type: ignore[attr-defined]
    return pl.DataFrame(dossiers, infer_schema_length=None), pl.DataFrame(steps, infer_schema_length=None)


def test_json_lines_two_files_csv_and_a_workbook_with_two_sheets_tell_the_same(tmp_path: Path) -> None:
    records: list[Fields] = [
        with_steps(step(2, "01080000"), step(5, "02080000"), step(4, "03080000", PhongBanXuLy="Phòng A")),
        {"MaHoSo": "H2", "NgayTiepNhan": "20260601080000", "TienTrinhXuLy": [step(2, "01080000", MaHoSo="H2")]},
    ]
    expected = story(read(tmp_path, *records))
    assert len(expected) == 4
    assert story(read(tmp_path, *records, name="a.jsonl")) == expected
    dossiers, steps = _whole_day(records)
    dossiers.write_ndjson(tmp_path / "hs.jsonl")
    steps.write_ndjson(tmp_path / "buoc.jsonl")
    apart = LogMapping("", national=National(steps="buoc.jsonl"))
    assert story(read_log(tmp_path / "hs.jsonl", apart)) == expected
    dossiers.write_csv(tmp_path / "hs.csv")
    steps.write_csv(tmp_path / "buoc.csv")
    assert story(read_log(tmp_path / "hs.csv", LogMapping("", national=National(steps="buoc.csv")))) == expected
    _book(tmp_path / "hs.xlsx", HoSo=dossiers, TienTrinhXuLy=steps)
    assert story(read_log(tmp_path / "hs.xlsx", NATIONAL)) == expected


def _book(path: Path, **sheets: pl.DataFrame) -> None:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it ships no types

    with Workbook(path) as book:
        for name, frame in sheets.items():
            page = book.add_worksheet(name)
            for number, found in enumerate(frame.iter_columns()):
                for row, cell in enumerate([found.name, *found]):
                    page.write(row, number, cell)


def test_a_fault_of_a_workbook_names_its_sheet(tmp_path: Path) -> None:
    dossiers = pl.DataFrame({"MaHoSo": ["H1", "H2"], "NgayTiepNhan": ["20260601080000", "20260601080000"]})
    steps = pl.DataFrame({"MaHoSo": ["H1"], "ThoiDiemXuLy": ["hôm qua"], "TrangThai": ["2"]})
    _book(tmp_path / "hs.xlsx", HoSo=dossiers, TienTrinhXuLy=steps)
    log = read_log(tmp_path / "hs.xlsx", NATIONAL)
    [fault] = log.unreadable
    assert (fault.file, fault.row, fault.column) == ("hs.xlsx [TienTrinhXuLy]", 1, "ThoiDiemXuLy")
    assert column(log, "dossier") == ["H2"]
    assert (log.rows, log.summary.read, log.summary.set_aside) == (3, 1, 2)


def test_a_workbook_with_one_sheet_of_any_name_is_read_as_records(tmp_path: Path) -> None:
    texts = pl.DataFrame({"MaHoSo": ["0007"], "NgayTiepNhan": ["20260601080000"]})
    (tmp_path / "hs.xlsx").write_bytes(workbook_of(tmp_path / "hs.xlsx", texts, "Sheet1"))
    assert column(read_log(tmp_path / "hs.xlsx", NATIONAL), "dossier") == ["0007"]


def test_the_shipped_mapping_reads_records() -> None:
    assert read_mapping(Path(__file__).parents[2] / "examples" / "national.toml") == LogMapping(
        str(Path(__file__).parents[2] / "examples" / "national.toml"), national=National()
    )


# What this house sends, read back


def expected_of(found: Case) -> list[tuple[str, datetime]]:
    """The events that the national system knows of, to the second."""
    return [(r.kind, r.at.astimezone(UTC).replace(microsecond=0)) for r in found.records if r.kind in MAPPING]


def sent_and_read(folder: Path, found: Case, times: TimeFormat) -> EventLog:
    record = national_record(found, SETTING, Host(times=times))
    return read(folder, json.loads(json.dumps(record)))


@pytest.mark.parametrize("times", TimeFormat)
@pytest.mark.parametrize("state", ROADS)
def test_a_dossier_of_the_desk_comes_back_with_its_kinds_and_moments(
    tmp_path: Path, state: str, times: TimeFormat
) -> None:
    view = Office().go(*ROADS[state])
    found = Case(view.code, view.history)
    log = sent_and_read(tmp_path, found, times)
    assert log.events.select("event", "at").rows() == expected_of(found)
    assert not log.unreadable


_moments = st.lists(
    st.tuples(st.sampled_from([kind for kind in KINDS if kind in MAPPING]), st.integers(1, 90_000)),
    min_size=1,
    max_size=9,
)


@given(_moments, st.sampled_from(TimeFormat))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_comes_back_with_its_kinds_and_moments(
    tmp_path: Path, steps: list[tuple[str, int]], times: TimeFormat
) -> None:
    begin, events = datetime(2026, 6, 1, 1, tzinfo=UTC), []
    for kind, seconds in steps:
        begin += timedelta(seconds=seconds)
        events.append((kind, begin))
    found = case(*((kind, moment, {}) for kind, moment in events))
    log = sent_and_read(tmp_path, found, times)
    assert log.events.select("event", "at").rows() == expected_of(found)


def test_every_kind_that_the_national_system_knows_comes_back(tmp_path: Path) -> None:
    found = kinds(*MAPPING)
    assert column(sent_and_read(tmp_path, found, TimeFormat.COMPACT), "event") == list(MAPPING)
