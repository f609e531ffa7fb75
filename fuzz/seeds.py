"""The inputs that mutation starts from: the malformed files of the tests, the examples, and small sound documents."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.audit.frames import Frame
    from rules.audit.manifests import Manifest

Seeds = Callable[[], Sequence[bytes]]

ROOT = Path(__file__).parents[1]
LOG = """dossier,event,at,channel,office,procedure,limit,promised,ground,signed,note
H1,received,2024-03-05T10:00+07:00,online,UBND xã A,1.012784,12 ngày làm việc,2024-03-21,,true,"a, ""b"", c"
H1,paused,2024-03-06T01:00:00Z,?,UBND xã A,,,,financial_obligation,?,=1+1
H1,completed,2024-03-08T17:00:30.5+07:00,,UBND xã A,,,,,false,
H2,received,08/03/2024 09:00,postal,?,?,Không có thông tin,?,,,
"""
RECORD = {
    "MaHoSo": "H56.1-260601-0007", "MaTTHC": "1.012784", "KenhThucHien": "2", "NgayTiepNhan": "20260601140000",
    "NgayHenTra": "2026-06-11T17:00:00+07:00", "TrangThaiHoSo": "10", "DanhSachGiayToKetQua": [{"GiayToId": "KQ-1"}],
    "TienTrinhXuLy": [{"MaHoSo": "H56.1-260601-0007", "TrangThai": "5", "ThoiDiemXuLy": "20260603080000"}],
}  # fmt: skip
WAIVERS = """format = 1
[[waiver]]
dossier = "H1"
rule = "R13"
reason = "bão số 3"
approver = "Chủ tịch UBND"
instrument = "12/QĐ-UBND"
date = 2024-09-10
until = 2024-10-10
"""


def files(*patterns: str) -> Seeds:
    """The malformed files of the tests and the examples with such names."""
    folders = (ROOT / "tests" / "malformed", ROOT / "examples")
    found = sorted(path for folder in folders for pattern in patterns for path in folder.glob(pattern))
    return lambda: [path.read_bytes() for path in found]


def calendars() -> list[bytes]:
    """The calendar that ships, and malformed ones."""
    return [(ROOT / "calendars" / "data" / "vietnam.toml").read_bytes(), *files("calendar-*.toml")()]


def rules() -> list[bytes]:
    """A rule of the rulebook that ships."""
    text = (ROOT / "rules" / "data" / "rules.toml").read_text(encoding="utf-8")
    return ["[[rule]]".join(text.split("[[rule]]")[:2]).encode()]


def csv_logs() -> list[bytes]:
    """Logs as CSV."""
    return [LOG.encode(), *files("log-*.csv")()]


def jsonl_logs() -> list[bytes]:
    """Logs as JSON Lines."""
    return [_rewritten("log.jsonl"), *files("log-*.jsonl")()]


def parquet_logs() -> list[bytes]:
    """A log as Parquet, packed and plain."""
    import polars as pl

    buffer = io.BytesIO()
    pl.read_parquet(io.BytesIO(_rewritten("log.parquet"))).write_parquet(buffer, compression="uncompressed")
    return [_rewritten("log.parquet"), buffer.getvalue()]


def xlsx_logs() -> list[bytes]:
    """A log as a workbook."""
    return [_rewritten("log.xlsx")]


def national() -> list[bytes]:
    """National records in a JSON list."""
    return [json.dumps([RECORD], ensure_ascii=False).encode()]


def waivers() -> list[bytes]:
    """Waivers as TOML."""
    return [WAIVERS.encode()]


def expressions() -> list[bytes]:
    """Conditions: those of the example and of the rules that ship, and hostile ones."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("examples/house.toml", "rules/data/rules.toml")]
    found = {said for text in texts for said in re.findall(r'^(?:applies|condition) = "(.*)"$', text, re.MULTILINE)}
    hostile = (
        "pauses > 2; drop table x",
        "(SELECT 1)",
        "pauses IN (1, 2.5, NULL)",
        "CASE WHEN overdue THEN pauses END > 1",
    )
    return [text.encode() for text in (*sorted(found), *hostile)]


def terms() -> list[bytes]:
    """Limits as procedures print them."""
    texts = (
        "12 ngày làm việc",
        "8 giờ",
        "1,5 ngày",
        "3 tháng",
        "0,5 ngày làm việc",
        "không quá 05 ngày",
        "15 working days",
    )
    return [text.encode() for text in texts]


def codes() -> list[bytes]:
    """Dossier codes of each grammar."""
    return [b"000.00.06.H56-231027-12345", b"G10.000.15-251231-010001", b"H56.1-260601-0007"]


def certificates() -> list[bytes]:
    """Certificates of deadlines, with and without a pause."""
    from datetime import datetime

    from calendars import Term, deadline, vietnam
    from calendars.certificates import canonical, certificate

    calendar = vietnam()
    start, end = (datetime(2026, 8, day, 10, tzinfo=calendar.zone) for day in (20, 24))
    limits = "5 ngày làm việc", "2 tháng", "8 giờ làm việc"
    made = [deadline(calendar, start, Term.parse(limit)) for limit in limits]
    paused = deadline(calendar, start, Term.parse(limits[0]), pauses=[(start, end)])
    return [canonical(certificate(calendar, each)).encode() for each in (*made, paused)]


def frame() -> Frame:
    """A small frame."""
    from rules.audit.frames import Frame, Unit

    units = [Unit(code, f"office {code}", ("R13",), (f"đơn {code}",)) for code in ("=1+1", "B", "C", "D")]
    return Frame(units, ("title",), unit="pauses")


@cache
def manifest() -> Manifest:
    """The manifest of a draw of the whole frame."""
    from rules.audit.designs import Design, Purpose
    from rules.audit.drawing import draw
    from rules.audit.manifests import Manifest

    design = Design(purposes=(Purpose(name="overall", kind="simple", size=4),), confidence="0.95")
    return Manifest.of(draw(frame(), design, "63454660390103169462", "public dice, 2026-11-02"))


def manifests() -> list[bytes]:
    """A manifest as it is written."""
    return [manifest().to_json().encode()]


def frames() -> list[bytes]:
    """Frames as tables."""
    return [_written("f.csv", frame().write_csv), b"id;act;stratum\nH1#paused#1;paused;A\n", *files("log-*.csv")()]


def csv_worksheets() -> list[bytes]:
    """A worksheet as CSV, not yet filled and filled."""
    from rules.audit.worksheets import worksheet, write_csv

    blank = _written("w.csv", lambda path: write_csv(worksheet(manifest(), frame()), path))
    return [blank, blank.replace(b",,", ",đúng quy định,".encode())]


def xlsx_worksheets() -> list[bytes]:
    """A worksheet as a workbook."""
    from rules.audit.worksheets import worksheet, write_xlsx

    return [_written("w.xlsx", lambda path: write_xlsx(worksheet(manifest(), frame()), path))]


def root() -> bytes:
    """A certificate that is trusted."""
    from tests.dossier.authority import authorities

    return authorities().root.pem


def pdfs() -> list[bytes]:
    """A decision: unsigned, signed, signed with a time stamp."""
    from tests.dossier.authority import authorities, decision, sign

    known = authorities()
    stamped = sign(decision(), known.officer, stamper=known.clock.stamping())
    return [decision(), sign(decision(), known.officer), stamped]


@cache
def _rewritten(name: str) -> bytes:
    from dossier.formats import read_log, write_log

    with TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.csv"
        plain.write_text(LOG, encoding="utf-8")
        return _written(name, lambda path: write_log(read_log(plain), path))


def _written(name: str, write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
