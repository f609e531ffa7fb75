"""The record of a dossier for national synchronisation (đồng bộ hồ sơ), under the field names that systems send.

The names, the codes and the three ways to write a moment come from the source of systems that send such records, not
from the published interface; values are texts, as there. A field that the history cannot fill is left out; the host
fills in persons, names, files and fees through `Host`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType

from calendars import CalendarError, deadline
from dossier.case import Case
from dossier.outbox.facts import handling_office, last_text, pseudonym
from dossier.outbox.host import Host
from dossier.outbox.statuses import MAPPING, end_of_handling, national_status, national_steps
from dossier.setting import Setting, readable
from dossier.stores.records import Record

Fields = dict[str, object]

CHANNELS: Mapping[str, str] = MappingProxyType({"in_person": "1", "online": "2", "postal": "3"})
"""KenhThucHien: how the dossier was handed in."""

RETURNED: Mapping[str, str] = MappingProxyType({"in_person": "0", "postal": "1"})
"""HinhThuc: how the result was handed over; not verified, practice of one family of systems; no code for online."""

_PAPERS = ("submitted", "received", "supplemented")


def national_record(case: Case, setting: Setting, host: Host) -> Fields:
    """The record of a dossier with its steps; nothing personal is in it but what the look-ups of the host add.

    The look-ups are asked for `people` by the last pseudonym of the history. Papers handed in (TaiLieuNop) are those of
    a submission, a receipt or a supplement, and those that the applicant attached.
    """
    record = {name: value for name, value in _fields(case, host).items() if value is not None}
    record |= _lists(case, host)
    record["TienTrinhXuLy"] = [_step(case, setting, host, found, status) for found, status in national_steps(case)]
    return {**_added(case, host), **record}


def _fields(case: Case, host: Host) -> Fields:
    status, delivered = national_status(case), case.first("delivered")
    return {
        "MaHoSo": case.code,
        "MaTTHC": case.procedure,
        "TenLinhVuc": last_text(case, "sector"),
        "KenhThucHien": CHANNELS.get(_channel(case) or ""),
        "NgayNopHoSo": _written(host, _handed_in(case)),
        "NgayTiepNhan": _written(host, case.received.at if case.received else None),
        "NgayHenTra": _written(host, _promised(case, host)),
        "NgayYeuCauBoSung": _written(host, _last_at(case, "supplement_requested", "guided")),
        "TrangThaiHoSo": None if status is None else str(status),
        "NgayKetThucXuLy": _written(host, end_of_handling(case)),
        "NgayTra": _written(host, delivered.at if delivered else None),
        "HinhThuc": RETURNED.get(delivered.text("channel") or "") if delivered else None,
        "DonViXuLy": handling_office(case),
        "HoSoCoThanhPhanSoHoa": _any_digitised(case),
    }


def _lists(case: Case, host: Host) -> Fields:
    papers = {document: record for record in _papers(case) if (document := record.text("document"))}
    results = [result for r in case.records if r.kind == "completed" and (result := r.text("document"))]
    found: Fields = {
        "TaiLieuNop": [_paper(document, record, host) for document, record in papers.items()],
        "DanhSachGiayToKetQua": [{"GiayToId": result, **host.documents(result)} for result in results],
    }
    return {name: items for name, items in found.items() if items}


def _added(case: Case, host: Host) -> Fields:
    asked = ((host.procedures, case.procedure), (host.people, pseudonym(case)), (host.dossiers, case.code))
    added: Fields = {"TaiLieuNop": [], "DanhSachLePhi": [], "DanhSachGiayToKetQua": []}
    for look_up, code in asked:
        added |= look_up(code) if code is not None else {}
    return added


def _step(case: Case, setting: Setting, host: Host, record: Record, status: int) -> Fields:
    actor = record.text("actor")
    found: Fields = {
        "MaHoSo": case.code,
        "NguoiXuLy": actor,
        "ThoiDiemXuLy": host.times.write(record.at),
        "PhongBanXuLy": record.text("office"),
        "NoiDungXuLy": MAPPING[record.kind].content,
        "TrangThai": str(status),
        "NgayBatDau": host.times.write(record.at) if record.kind == "forwarded" else None,
        "NgayKetThucTheoQuyDinh": _written(host, _step_due(setting, record)),
    }
    kept = {name: value for name, value in found.items() if value is not None}
    return {**kept, **(host.officers(actor) if actor else {})}


def _step_due(setting: Setting, record: Record) -> date | datetime | None:
    """When the step that a forwarding begins is due; None where it prints no limit that can be counted."""
    term = readable(record.text("limit")) if record.kind == "forwarded" else None
    if term is None:
        return None
    try:
        end = deadline(setting.calendar, setting.calendar.local(record.at), term)
    except CalendarError:  # past the calendar's end
        return None
    return end.due if end.by_date else end.expires_at


def _channel(case: Case) -> str | None:
    return next((found for r in case.records if r.kind in _PAPERS[:2] and (found := r.text("channel"))), None)


def _handed_in(case: Case) -> datetime | None:
    """The first submission; at the counter handing in and receipt are one act."""
    submitted = case.first("submitted")
    if submitted is None and _channel(case) == "in_person":
        submitted = case.received
    return submitted.at if submitted else None


def _promised(case: Case, host: Host) -> date | datetime | None:
    kinds = {"received", "supplemented"} | ({"apologised"} if host.apology_moves_promise else set())
    cells = (record.known("promised") for record in reversed(case.records) if record.kind in kinds)
    return next((cell for cell in cells if isinstance(cell, date)), None)


def _papers(case: Case) -> Iterator[Record]:
    for record in case.records:
        attached = record.kind == "document_attached" and record.text("actor") == "applicant"
        if attached or record.kind in _PAPERS:
            yield record


def _paper(document: str, record: Record, host: Host) -> Fields:
    digitised = record.known("digitised")
    said: Fields = {} if digitised is None else {"DuocSoHoa": "1" if digitised else "0"}
    return {"TepDinhKemId": document, **said, **host.documents(document)}


def _any_digitised(case: Case) -> str | None:
    said = [cell for record in _papers(case) if (cell := record.known("digitised")) is not None]
    return ("1" if any(said) else "0") if said else None


def _last_at(case: Case, *kinds: str) -> datetime | None:
    return next((record.at for record in reversed(case.records) if record.kind in kinds), None)


def _written(host: Host, found: date | datetime | None) -> str | None:
    return None if found is None else host.times.write(found)
