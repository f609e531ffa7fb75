"""Who works in the demo and on what: offices, rooms, procedures, and what their papers say. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from dossier.procedures import Procedure, Procedures, ProcedureVersion
from rules.demo.quarter import BEGIN, Chance

OFFICES: Mapping[str, float] = MappingProxyType(
    {
        "Trung tâm Hành chính công": 45,
        "Chi nhánh đất đai số 1": 25,
        "Chi nhánh đất đai số 2": 18,
        "Chi nhánh đất đai số 3": 12,
    }
)
"""The offices that receive dossiers at the desk, by their share."""

CARELESS_OFFICE = "Chi nhánh đất đai số 9 (sổ giấy)"
"""The office that kept its log by hand."""

CHANNELS = MappingProxyType({"online": 55, "in_person": 37, "postal": 8})
"""How dossiers come, by share."""

ROOMS: Mapping[str, str] = MappingProxyType(
    {
        "Đất đai": "Phòng Đăng ký đất đai",
        "Môi trường": "Phòng Môi trường",
        "Tài nguyên nước": "Phòng Tài nguyên nước",
        "Khí tượng, thủy văn": "Phòng Khí tượng thủy văn",
        "Biển và hải đảo": "Phòng Biển và hải đảo",
        "Đăng ký biện pháp bảo đảm": "Phòng Đăng ký biện pháp bảo đảm",
    }
)
OTHER_ROOM = "Phòng Hành chính"
ADVISERS = ("Sở Xây dựng", "Sở Tài chính", "Ủy ban nhân dân xã", "Chi cục Thuế")

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "1.012783": 14,
        "1.012784": 12,
        "1.011441": 12,
        "1.012787": 9,
        "1.012790": 8,
        "2.000908": 8,
        "1.013988": 6,
        "1.013992": 6,
        "1.013823": 6,
        "1.012786": 5,
        "1.010727": 3,
        "1.008603": 3,
    }
)
"""How often a procedure is asked for; any other that the province handles has the weight 1."""

SUPPLEMENT_REASONS = ("Thiếu trích lục bản đồ địa chính", "Đơn chưa có chữ ký", "Thiếu bản sao giấy ủy quyền")
REJECTION_REASONS = (
    "Không thuộc phạm vi giải quyết",
    "Không đủ điều kiện theo quy định",
    "Hồ sơ có nội dung không đúng",
)
APOLOGY_REASONS = ("Chậm ý kiến của cơ quan phối hợp", "Hồ sơ tăng đột biến", "Phải xác minh lại tại thực địa")
WITHDRAWAL_REASONS = ("Không còn nhu cầu", "Nộp trùng hồ sơ")
PAUSES: Mapping[str, str] = MappingProxyType(
    {
        "financial_obligation": "Chờ thông báo nghĩa vụ tài chính",
        "public_posting": "Niêm yết công khai",
        "expertise": "Chờ kết quả giám định",
        "other": "Chờ phân chia thừa kế",
    }
)
"""Grounds of a pause that every procedure of the demo excludes from its time limit, with a specific reason."""

NO_PAPER = frozenset({"none", "on_the_spot"})


@dataclass(frozen=True)
class Asked:
    """What is asked for: a procedure in its version of the quarter, and the limit of one of its cases."""

    procedure: Procedure
    version: ProcedureVersion
    limit: str

    @property
    def room(self) -> str:
        """Who handles it."""
        return ROOMS.get(self.procedure.sector, OTHER_ROOM)

    @property
    def ends_with_paper(self) -> bool:
        """Whether its result is a document, or nobody says that it is none."""
        return self.version.result not in NO_PAPER


@dataclass(frozen=True)
class Brief:
    """A dossier before anybody touches it.

    Attributes:
        code: its code.
        arrives: when it is handed in.
        channel: how.
        office: where.
        asked: what for.
        applicant: pseudonym.

    """

    code: str
    arrives: datetime
    channel: str
    office: str
    asked: Asked
    applicant: str


@cache
def provincial() -> Mapping[str, float]:
    """The procedures a province handles under a known limit, by code, with their weights."""
    chosen = [
        p for p in Procedures.shipped() if "Cấp tỉnh" in p.level and (version := p.on(BEGIN.date())) and version.cases
    ]
    return MappingProxyType({procedure.code: WEIGHTS.get(procedure.code, 1) for procedure in chosen})


def asked_for(chance: Chance, code: str, normal: float = 0.85) -> Asked:
    """One of the cases of a procedure, the first of them with the share `normal`."""
    procedure = Procedures.shipped().get(code)
    version = procedure.on(BEGIN.date()) if procedure else None
    if procedure is None or version is None:
        raise LookupError(f"the procedure file has no {code} on {BEGIN.date()}")
    first, *others = version.cases.values()
    return Asked(procedure, version, first if not others or chance.happens(normal) else chance.pick(others))
