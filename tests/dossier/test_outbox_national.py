from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.case import Case
from dossier.events import KINDS
from dossier.outbox.host import Host, TimeFormat
from dossier.outbox.national import national_record
from dossier.outbox.statuses import MAPPING, NATIONAL_STATUS, end_of_handling, national_status, national_steps
from tests.dossier.office import FIELDS, ROADS, Office
from tests.dossier.outbox_cases import CODE, SETTING, case, kinds

DESIGN = (Path(__file__).parents[2] / "docs" / "design.md").read_text(encoding="utf-8")
HOST = Host()


def _design_rows() -> Iterator[tuple[str, str]]:
    for cells, status in re.findall(r"^\| (`\w+`(?:(?: /|,) `\w+`)*) \| (.*?) \|.*\|$", DESIGN, re.MULTILINE):
        for kind in re.findall(r"`(\w+)`", cells):
            if kind in KINDS:
                yield kind, status


def test_the_table_of_the_design_page_has_every_kind() -> None:
    assert {kind for kind, _ in _design_rows()} == set(KINDS)


@pytest.mark.parametrize(("kind", "status"), list(_design_rows()))
def test_each_kind_is_mapped_as_the_design_page_says(kind: str, status: str) -> None:
    numbers = [int(number) for number in re.findall(r"\d+", status)]
    if not numbers:
        assert kind not in MAPPING
        return
    assert (MAPPING[kind].before, MAPPING[kind].after) == (numbers[0], numbers[-1])
    assert MAPPING[kind].passing == status.startswith("(")


def test_labels_are_those_of_the_national_system() -> None:
    """From the description of the figures of Quyết định 766/QĐ-TTg."""
    assert list(NATIONAL_STATUS) == list(range(1, 11))
    assert (NATIONAL_STATUS[1], NATIONAL_STATUS[5], NATIONAL_STATUS[10]) == (
        "Mới đăng ký", "Yêu cầu bổ sung giấy tờ", "Đã trả kết quả",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("history", "status"),
    [
        (["submitted"], 1),
        (["submitted", "guided"], 5),
        (["submitted", "guided", "submitted"], 1),
        (["submitted", "rejected"], 3),
        (["submitted", "withdrawn"], 7),
        (["received"], 2),
        (["received", "rejected"], 8),
        (["submitted", "received", "rejected"], 8),
        (["received", "paused"], 4),
        (["received", "paused", "resumed"], 4),
        (["received", "consulted", "answered"], 4),
        (["received", "apologised"], 4),
        (["received", "supplement_requested"], 5),
        (["received", "supplement_requested", "apologised"], 5),
        (["received", "supplement_requested", "consulted"], 5),
        (["received", "supplement_requested", "supplemented"], 4),
        (["received", "payment_requested"], 6),
        (["received", "payment_requested", "consulted"], 6),
        (["received", "payment_requested", "paid"], 4),
        (["received", "closed"], 8),
        (["received", "completed"], 9),
        (["received", "completed", "delivered", "rated", "corrected", "published"], 10),
        (["received", "document_attached", "notified"], 2),
        (["submitted", "consulted"], 1),
        (["consulted"], 4),  # began before its export
        (["delivered"], 10),
        (["document_attached"], None),
        (["moved"], None),
        ([], None),
    ],
)
def test_a_history_comes_to_the_status(history: list[str], status: int | None) -> None:
    assert national_status(kinds(*history)) == status


STATUS_OF_STATE = {
    "submitted": 1, "received": 2, "processing": 4, "supplement_requested": 5, "paused": 4, "payment_due": 6, "late": 4,
    "completed": 9, "delivered": 10, "rejected": 8, "withdrawn": 7, "closed": 8,
}  # fmt: skip
"""What the states mean in the national system; each road to `rejected` here leads over a receipt."""


@pytest.mark.parametrize("state", ROADS)
def test_a_dossier_of_the_desk_has_the_status_of_its_state(state: str) -> None:
    view = Office().go(*ROADS[state])
    assert national_status(Case(view.code, view.history)) == STATUS_OF_STATE[state]


@given(st.lists(st.sampled_from(KINDS), max_size=12))
def test_every_step_has_one_of_the_ten_statuses_whatever_the_order(history: list[str]) -> None:
    assert {status for _, status in national_steps(kinds(*history))} <= set(NATIONAL_STATUS)


@pytest.mark.parametrize(
    ("history", "ended_by"),
    [
        (["received", "completed", "delivered"], "completed"),
        (["received", "delivered"], "delivered"),
        (["received", "closed"], "closed"),
        (["received", "rejected"], "rejected"),
        (["submitted", "rejected"], "rejected"),
        (["received", "withdrawn"], "withdrawn"),
        (["submitted", "withdrawn"], None),
        (["received", "withdrawn", "closed"], "closed"),
        (["received", "supplement_requested"], None),
        (["received"], None),
    ],
)
def test_handling_ends_with_9_else_10_else_8_or_3_else_7_of_a_received_dossier(
    history: list[str], ended_by: str | None
) -> None:
    """Quyết định 766/QĐ-TTg, figure 2.1."""
    found = kinds(*history)
    last = found.first(ended_by) if ended_by else None
    assert end_of_handling(found) == (last.at if last else None)


ROAD = (
    ("submitted", "01 09:00", {"channel": "online", "procedure": "1.012784", "applicant": "P-7", "sector": "Đất đai",
                               "document": "DON-1", "digitised": True, "actor": "applicant"}),
    ("received", "01 14:00", {"office": "Trung tâm", "promised": date(2026, 6, 8), "actor": "cb-1", "slip": "TN-1"}),
    ("forwarded", "02 08:00", {"office": "Phòng Đất đai", "limit": "2 ngày làm việc", "actor": "cb-1"}),
    ("supplement_requested", "03 10:30", {"reason": "Thiếu trích lục", "slip": "BS-1", "actor": "cb-2"}),
    ("supplemented", "04 09:00", {"document": "TL-1", "digitised": False, "promised": date(2026, 6, 11)}),
    ("completed", "10 16:00", {"document": "KQ-1", "signed": True, "actor": "ld-1"}),
    ("delivered", "11 08:15", {"channel": "postal", "office": "Trung tâm"}),
)  # fmt: skip


def test_the_record_of_a_dossier_from_submission_to_delivery() -> None:
    record = national_record(case(*ROAD), SETTING, HOST)
    steps = record.pop("TienTrinhXuLy")
    assert record == {
        "MaHoSo": CODE,
        "MaTTHC": "1.012784",
        "TenLinhVuc": "Đất đai",
        "KenhThucHien": "2",
        "NgayNopHoSo": "20260601090000",
        "NgayTiepNhan": "20260601140000",
        "NgayHenTra": "20260611235959",  # a date ends at 24:00, Bộ luật Dân sự 2015, Điều 148 khoản 6
        "NgayYeuCauBoSung": "20260603103000",
        "TrangThaiHoSo": "10",
        "NgayKetThucXuLy": "20260610160000",
        "NgayTra": "20260611081500",
        "HinhThuc": "1",
        "DonViXuLy": "Phòng Đất đai",
        "HoSoCoThanhPhanSoHoa": "1",
        "TaiLieuNop": [
            {"TepDinhKemId": "DON-1", "DuocSoHoa": "1"},
            {"TepDinhKemId": "TL-1", "DuocSoHoa": "0"},
        ],
        "DanhSachLePhi": [],
        "DanhSachGiayToKetQua": [{"GiayToId": "KQ-1"}],
    }
    assert [step["TrangThai"] for step in steps] == ["1", "2", "4", "5", "4", "9", "10"]  # type: ignore[attr-defined]


def test_a_forwarding_begins_a_step_that_is_due_by_its_own_limit() -> None:
    steps = national_record(case(*ROAD), SETTING, HOST)["TienTrinhXuLy"]
    assert steps[2] == {  # type: ignore[index]
        "MaHoSo": CODE,
        "NguoiXuLy": "cb-1",
        "ThoiDiemXuLy": "20260602080000",
        "PhongBanXuLy": "Phòng Đất đai",
        "NoiDungXuLy": "Chuyển xử lý",
        "TrangThai": "4",
        "NgayBatDau": "20260602080000",
        "NgayKetThucTheoQuyDinh": "20260604235959",  # Tuesday and two working days
    }


def test_a_step_limit_in_hours_ends_at_its_hour() -> None:
    found = case(("received", "01 08:00"), ("forwarded", "01 08:00", {"limit": "4 giờ làm việc"}))
    (_, step) = national_record(found, SETTING, HOST)["TienTrinhXuLy"]  # type: ignore[misc]
    assert step["NgayKetThucTheoQuyDinh"] == "20260601140000"  # 08:00-11:30 and 13:30-14:00


@pytest.mark.parametrize("limit", ["sớm", "99999 ngày làm việc", None])
def test_a_step_limit_that_cannot_be_counted_is_left_out(limit: str | None) -> None:
    found = case(("received", "01 08:00"), ("forwarded", "01 08:00", {"limit": limit}))
    (_, step) = national_record(found, SETTING, HOST)["TienTrinhXuLy"]  # type: ignore[misc]
    assert "NgayKetThucTheoQuyDinh" not in step


@pytest.mark.parametrize(("channel", "code"), [("in_person", "1"), ("online", "2"), ("postal", "3")])
def test_channels_have_the_numbers_of_the_national_system(channel: str, code: str) -> None:
    assert national_record(case(("received", "01 09:00", {"channel": channel})), SETTING, HOST)["KenhThucHien"] == code


@pytest.mark.parametrize(("channel", "handed_in"), [("in_person", "20260601090000"), ("postal", None), (None, None)])
def test_at_the_counter_handing_in_and_receipt_are_one(channel: str | None, handed_in: str | None) -> None:
    found = national_record(case(("received", "01 09:00", {"channel": channel})), SETTING, HOST)
    assert found.get("NgayNopHoSo") == handed_in


def test_a_dossier_that_was_guided_and_submitted_again_keeps_its_first_submission() -> None:
    found = case(("submitted", "01 09:00"), ("guided", "01 11:00"), ("submitted", "03 09:00"))
    record = national_record(found, SETTING, HOST)
    assert (record["NgayNopHoSo"], record["NgayYeuCauBoSung"]) == ("20260601090000", "20260601110000")
    assert "NgayTiepNhan" not in record


LATE = (
    ("received", "01 09:00", {"promised": date(2026, 6, 8)}),
    ("apologised", "05 09:00", {"promised": date(2026, 6, 12)}),
)


def test_an_apology_does_not_move_the_promise_by_which_the_state_counts_unless_the_host_wants_it() -> None:
    assert national_record(case(*LATE), SETTING, HOST)["NgayHenTra"] == "20260608235959"
    host = Host(apology_moves_promise=True)
    assert national_record(case(*LATE), SETTING, host)["NgayHenTra"] == "20260612235959"


MOMENT = datetime(2026, 6, 1, 18, 5, 9, 999_999, UTC)


@pytest.mark.parametrize(
    ("times", "written"),
    [
        (TimeFormat.COMPACT, "20260602010509"),
        (TimeFormat.SPACED, "2026-06-02 01:05:09"),
        (TimeFormat.ISO, "2026-06-02T01:05:09+07:00"),
    ],
)
def test_a_moment_is_written_in_vietnams_time_in_each_of_the_three_ways(times: TimeFormat, written: str) -> None:
    found = national_record(case(("received", MOMENT)), SETTING, Host(times=times))
    assert found["NgayTiepNhan"] == written


@pytest.fixture
def _elsewhere() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_elsewhere")
def test_the_zone_of_the_process_does_not_matter() -> None:
    assert time.localtime(0).tm_hour == 19  # the fixture works
    assert TimeFormat.COMPACT.write(MOMENT) == "20260602010509"
    assert TimeFormat.SPACED.write(date(2026, 6, 8)) == "2026-06-08 23:59:59"


def test_the_host_adds_persons_names_files_and_fees_and_what_the_history_says_stands() -> None:
    host = Host(
        people={"P-7": {"ChuHoSo": "Nguyễn Thị Mẫu", "MaHoSo": "other"}}.__getitem__,
        officers=lambda code: {"NguoiXuLy": f"Tên của {code}", "ChucDanh": "Chuyên viên"},
        documents=lambda code: {"TenTepDinhKem": f"{code}.pdf"},
        procedures={"1.012784": {"TenTTHC": "Tách thửa hoặc hợp thửa đất", "MaLinhVuc": "G13-DD"}}.__getitem__,
        dossiers={CODE: {"DanhSachLePhi": [{"Gia": "135000"}], "GhiChu": "", "TaiLieuNop": ["other"]}}.__getitem__,
    )
    record = national_record(case(*ROAD), SETTING, host)
    assert (record["ChuHoSo"], record["MaHoSo"]) == ("Nguyễn Thị Mẫu", CODE)
    assert (record["TenTTHC"], record["MaLinhVuc"], record["TenLinhVuc"]) == (
        "Tách thửa hoặc hợp thửa đất", "G13-DD", "Đất đai",
    )  # fmt: skip
    assert record["DanhSachLePhi"] == [{"Gia": "135000"}]
    assert record["TaiLieuNop"][0]["TenTepDinhKem"] == "DON-1.pdf"  # type: ignore[index]
    assert record["TienTrinhXuLy"][1]["NguoiXuLy"] == "Tên của cb-1"  # type: ignore[index]


def test_the_host_fills_a_list_that_the_history_leaves_empty() -> None:
    host = Host(dossiers=lambda _code: {"TaiLieuNop": [{"TepDinhKemId": "1"}]})
    assert national_record(kinds("received"), SETTING, host)["TaiLieuNop"] == [{"TepDinhKemId": "1"}]


def test_without_a_pseudonym_nobody_is_asked_for() -> None:
    def never(code: str) -> dict[str, object]:
        raise AssertionError(code)

    assert "ChuHoSo" not in national_record(kinds("received"), SETTING, Host(people=never))


def test_what_the_source_cannot_say_is_left_out() -> None:
    cells = dict.fromkeys(("promised", "channel", "office", "actor", "document", "digitised", "applicant"), "?")
    record = national_record(case(("received", "01 09:00", cells)), SETTING, HOST)
    assert set(record) == {
        "MaHoSo", "NgayTiepNhan", "TrangThaiHoSo",
        "TaiLieuNop", "DanhSachLePhi", "DanhSachGiayToKetQua", "TienTrinhXuLy",
    }  # fmt: skip
    assert "?" not in json.dumps(record)


def test_papers_that_an_officer_attached_were_not_handed_in() -> None:
    found = case(
        ("received", "01 09:00"),
        ("document_attached", "01 10:00", {"document": "VB-1", "actor": "cb-1"}),
        ("document_attached", "01 11:00", {"document": "GT-1", "actor": "applicant"}),
    )
    assert national_record(found, SETTING, HOST)["TaiLieuNop"] == [{"TepDinhKemId": "GT-1"}]


@pytest.mark.parametrize("command", FIELDS)
def test_every_value_of_a_record_is_a_text_or_a_list(command: str) -> None:
    """Systems send texts, numbers too: String.valueOf(HinhThuc) in the source of one family of them."""
    roads = ((), ("receive", "attach"), ("receive", "consult"), *ROADS.values())
    road = next(road for road in roads if not _refuses(road, command))
    view = Office().go(*road, command)
    record = national_record(Case(view.code, view.history), SETTING, HOST)
    assert {type(value) for value in record.values()} <= {str, list}
    assert json.loads(json.dumps(record)) == record


def _refuses(road: tuple[str, ...], command: str) -> bool:
    office = Office()
    if road:
        office.go(*road)
    return bool(office.refused(command))
