"""What only the host knows: persons, names, files, fees, and its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum

from dossier.outbox.notices import Notices, notices
from dossier.timers import TimerRules

LookUp = Callable[[str], Mapping[str, object]]
"""Gives the fields that the host knows of the thing with this code; empty where it knows none."""

VIETNAM = timezone(timedelta(hours=7))
"""The zone of national data, whatever the zone of the process."""


class TimeFormat(Enum):
    """How a moment is written; three ways are in use."""

    COMPACT = "yyyyMMddHHmmss"
    SPACED = "yyyy-MM-dd HH:mm:ss"
    ISO = "ISO 8601"

    def write(self, found: date | datetime) -> str:
        """A moment in Vietnam's time, to the second; a date ends with its last second, when a term in days expires.

        >>> TimeFormat.COMPACT.write(date(2023, 11, 3))
        '20231103235959'
        """
        if isinstance(found, datetime):
            local = found.astimezone(VIETNAM)
        else:
            local = datetime.combine(found, time(23, 59, 59), VIETNAM)
        if self is TimeFormat.ISO:
            return local.isoformat(timespec="seconds")
        return local.strftime("%Y%m%d%H%M%S" if self is TimeFormat.COMPACT else "%Y-%m-%d %H:%M:%S")


def _nothing(_code: str) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Host:
    """What the host adds to messages, and how it wants them written.

    A look-up for national records may fill any field that the history does not; of documents and officers it wins.

    Attributes:
        people: by pseudonym: ChuHoSo, LoaiDoiTuong, TaiKhoanDuocXacThucVoiVNeID … (personal).
        officers: by code of the officer: NguoiXuLy, ChucDanh (personal).
        documents: by id of the document: TenTepDinhKem, DuongDanTaiTepTin, TenGiayTo, DuongDanTepTinKetQua …
        procedures: by code of the procedure: TenTTHC, MaLinhVuc, TenLinhVuc.
        dossiers: by code of the dossier: DanhSachLePhi, DuocThanhToanTrucTuyen, GhiChu …
        times: how moments are written.
        apology_moves_promise: whether NgayHenTra is the new appointment after an apology. Not verified; by default it
            is not, for the national figure compares the end of handling with it, and a late dossier stays late.
        notices: the sentences of notices; those of the package when none are given.
        timers: the sentences of reminders; those of the kind of case when none are given.

    """

    people: LookUp = _nothing
    officers: LookUp = _nothing
    documents: LookUp = _nothing
    procedures: LookUp = _nothing
    dossiers: LookUp = _nothing
    times: TimeFormat = TimeFormat.COMPACT
    apology_moves_promise: bool = False
    notices: Notices = field(default_factory=notices)
    timers: TimerRules | None = None
