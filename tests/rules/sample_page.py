"""A made-up quarter of a one-stop-shop office, as the checker hands it to the report."""

# ruff: noqa: E501  # a table reads best with one rule a line

import random
from datetime import datetime, timedelta, timezone

from rules.report import FindingRow, OfficeRow, Page, RuleRow, StepRow, WeekRow

ICT = timezone(timedelta(hours=7))
TOTAL = 2012
PLAN = "Kế hoạch kiểm soát TTHC năm 2024, mục III.6"
DECREE = "Nghị định 61/2018/NĐ-CP, Điều 19"

# code, severity, Vietnamese title, English title, citation, status, preventable, violated, satisfied, not assessable
RULES = [
    ("R01", "high", "Trả lời hồ sơ trực tuyến quá 8 giờ làm việc", "Online dossier answered after more than 8 working hours", f"{PLAN}; Nghị định 45/2020/NĐ-CP, Điều 11", "unverified", False, 31, 1177, 0),
    ("R02", "medium", "Tiếp nhận không có giấy tiếp nhận và hẹn trả", "Received without receipt slip", DECREE, "unverified", True, 4, 1906, 0),
    ("R03", "medium", "Chuyển hồ sơ chậm sau khi tiếp nhận", "Forwarded late after receipt", "Quyết định 1948/QĐ-UBND", "read", False, 22, 1795, 14),
    ("R04", "high", "Yêu cầu bổ sung quá một lần", "More than one supplement request", f"{PLAN}; Nghị định 63/2010/NĐ-CP, Điều 20", "read", True, 9, 1901, 0),
    ("R05", "medium", "Yêu cầu bổ sung, hướng dẫn không có phiếu", "Supplement request or guidance without slip", PLAN, "read", True, 3, 246, 0),
    ("R06", "medium", "Yêu cầu bổ sung không nêu lý do", "Supplement request without reason", "Nghị định 63/2010/NĐ-CP, Điều 18", "read", True, 2, 236, 0),
    ("R07", "medium", "Từ chối không có phiếu", "Rejection without slip", PLAN, "read", True, 0, 58, 0),
    ("R08", "medium", "Từ chối không nêu lý do", "Rejection without reason", "Nghị định 63/2010/NĐ-CP, Điều 18", "read", True, 1, 57, 0),
    ("R09", "high", "Dừng tính thời gian không nêu lý do", "Clock stopped without reason", PLAN, "read", True, 3, 118, 0),
    ("R10", "high", "Dừng tính thời gian khi chưa có văn bản đính kèm", "Clock stopped with no document attached before it", PLAN, "read", True, 12, 109, 0),
    ("R11", "high", "Dừng tính thời gian không thông báo bằng văn bản", "Clock stopped without written notice", PLAN, "read", True, 6, 115, 0),
    ("R12", "medium", "Vẫn đang dừng tính khi có kết quả hoặc đóng", "Still stopped when completed or closed", "Nguyên tắc tính thời hạn", "read", True, 0, 121, 0),
    ("R13", "high", "Quyết định sau hạn giải quyết", "Decided after the legal due date", DECREE, "unverified", False, 96, 1544, 21),
    ("R14", "high", "Chưa xong và đã quá hạn giải quyết", "Open and past the legal due date", DECREE, "unverified", False, 11, 219, 0),
    ("R15", "high", "Quá hạn mà không có phiếu xin lỗi", "Overdue without any apology", f"{PLAN}; {DECREE}", "unverified", False, 40, 67, 0),
    ("R18", "medium", "Hẹn lại ngày trả quá một lần", "Re-appointed more than once", DECREE, "unverified", True, 2, 72, 0),
    ("R19", "high", "Hoàn thành mà không có kết quả điện tử", "Completed without e-result", "Nghị định 61/2018/NĐ-CP", "unverified", True, 0, 1582, 0),
    ("R20", "medium", "Kết quả điện tử không có chữ ký số hợp lệ", "E-result not validly signed", "Nghị định 45/2020/NĐ-CP", "unverified", True, 0, 0, 1582),
    ("R22", "medium", "Có bước xử lý sau khi hồ sơ đã đóng", "A step after the dossier was closed", "Nguyên tắc toàn vẹn của lịch sử", "read", True, 1, 1811, 0),
    ("R24", "low", "Thứ tự các bước không thể có", "An order of steps that cannot be", "Nguyên tắc toàn vẹn của lịch sử", "read", True, 1, 2011, 0),
]  # fmt: skip
SIGNALS = [
    ("S01", "low", "Nhập chậm hơn một ngày làm việc", "Entered more than one working day late", "Không có", "read", False, 37, 1975, 0),
    ("S02", "low", "Đúng hạn chỉ nhờ dừng tính thời gian", "On time only thanks to a pause", "Không có", "read", False, 18, 91, 0),
]  # fmt: skip
OFFICES = ["Chi nhánh Văn phòng Đăng ký đất đai Nha Trang", "Phòng Môi trường", "Phòng Khoáng sản", "Phòng Tài nguyên nước",
           "Chi cục Biển và Hải đảo", "Phòng Quy hoạch đất đai", "Văn phòng Sở", None]  # fmt: skip
LATE_BY_OFFICE = [(912, 41), (221, 23), (64, 9), (118, 6), (35, 0), (180, 14), (110, 3), (0, 0)]
DECIDED_BY_WEEK = [(104, 2), (131, 5), (128, 4), (140, 6), (133, 7), (129, 9), (38, 2), (151, 14), (146, 12), (137, 10), (139, 9), (132, 8), (132, 8)]  # fmt: skip


def rule_row(line: tuple, kind: str = "rule", total: int = TOTAL) -> RuleRow:
    code, severity, vi, en, citation, status, preventable, violated, satisfied, blind = line
    return RuleRow(
        code=code, kind=kind, severity=severity, title_vi=vi, title_en=en, citation=citation, status=status,
        preventable=preventable, violated=violated, satisfied=satisfied, not_assessable=blind,
        not_applicable=total - violated - satisfied - blind,
    )  # fmt: skip


def history(day: datetime) -> list[StepRow]:
    office = "Phòng Môi trường"
    plan = [
        (0, 8.2, "submitted", "applicant", None, "trực tuyến"),
        (0, 10.5, "received", "cb.lan", "Bộ phận Một cửa", "giấy tiếp nhận TN-0412, hẹn trả 26/07/2024"),
        (0, 14.1, "forwarded", "cb.lan", office, ""),
        (4, 9.0, "document_attached", "cv.minh", office, "CV-118: xin ý kiến Chi cục Kiểm lâm"),
        (4, 9.3, "paused", "cv.minh", office, "căn cứ: lấy ý kiến cơ quan; thông báo TB-77"),
        (9, 15.0, "resumed", "cv.minh", office, "đã có ý kiến trả lời"),
        (30, 16.4, "completed", "ld.hoa", office, "kết quả KQ-0412.pdf, đã ký số"),
        (31, 8.6, "delivered", "cb.lan", "Bộ phận Một cửa", "trả qua bưu chính"),
    ]
    return [StepRow(at=_at(day, days, hours), kind=kind, actor=actor, office=where, detail=detail)
            for days, hours, kind, actor, where, detail in plan]  # fmt: skip


def _at(day: datetime, days: int, hours: float) -> str:
    return (day + timedelta(days=days, hours=hours)).isoformat()


def _finding(rule: RuleRow, number: int, histories: dict[str, list[StepRow]]) -> FindingRow:
    day = datetime(2024, 7, 1, tzinfo=ICT) + timedelta(days=number % 80)
    dossier = f"000.00.06.H56-{day:%y%m%d}-{number:04}"
    histories[dossier] = history(day)
    step = random.Random(number).choice(histories[dossier][:7])["at"]
    at = {"R13": histories[dossier][6]["at"], "R14": "2024-09-30T17:00:00+07:00"}.get(rule["code"], step)
    due = f"{day + timedelta(days=25):%Y-%m-%d}"
    found, allowed = {
        "R01": ("11,5 giờ làm việc", "8 giờ làm việc"), "R04": (2, 1), "R13": (at, due), "R14": ("chưa có kết quả", due),
    }.get(rule["code"], ("không có", "phải có"))  # fmt: skip
    return FindingRow(
        dossier=dossier, rule=rule["code"], at=at, found=found, allowed=allowed, citation=rule["citation"],
        message_vi=f"Hồ sơ {dossier} có dấu hiệu chưa đúng quy định: {rule['title_vi'].lower()}.",
        message_en=f"Dossier {dossier} shows a sign of breaking a rule: {rule['title_en'].lower()}.",
    )  # fmt: skip


def sample_page() -> Page:
    rules = [rule_row(line) for line in RULES] + [rule_row(line, "signal") for line in SIGNALS]
    histories: dict[str, list[StepRow]] = {}
    number = iter(range(1, 10_000))
    listed = [_finding(rule, next(number), histories) for rule in rules for _ in range(rule["violated"])]
    codes = {rule["code"]: rule["kind"] for rule in rules}
    monday = datetime(2024, 7, 1, tzinfo=ICT)
    return Page(
        title="Kiểm tra hồ sơ quý III năm 2024, Sở Tài nguyên và Môi trường",
        generated_from="cham-chi.csv", dossiers=TOTAL, events=14310, flagged=187,
        as_of="2024-09-30T17:00:00+07:00", law_as_of=None, calendar="Việt Nam (Asia/Ho_Chi_Minh)",
        rules=rules,
        findings=[f for f in listed if codes[f["rule"]] == "rule"],
        signals=[f for f in listed if codes[f["rule"]] == "signal"],
        weeks=[WeekRow(week=f"{monday + timedelta(weeks=i):%G-W%V}", decided=decided, late=late)
               for i, (decided, late) in enumerate(DECIDED_BY_WEEK)],
        offices=[OfficeRow(office=office, received=decided + 30, decided=decided, late=late, open_overdue=late // 8)
                 for office, (decided, late) in zip(OFFICES, LATE_BY_OFFICE, strict=True)],
        histories=histories,
        unreadable=[
            {"dossier": "000.00.06.H56-240712-0199", "row": 4211, "column": "at", "value": "2024-07-12 09:10", "reason": "moment without zone; write 2024-07-12T09:10+07:00"},
            {"dossier": None, "row": 9020, "column": "event", "value": "xulylai", "reason": "unknown event kind"},
        ],
        warnings=["column “ghi_chu” is not part of the event log; it is kept and not read"],
    )  # fmt: skip


def empty_page() -> Page:
    return Page(
        title="Nhật ký trống", generated_from="trong.csv", dossiers=0, events=0, as_of="2024-09-30", law_as_of="2024-06-01",
        calendar="Việt Nam", rules=[rule_row((*line[:7], 0, 0, 0), total=0) for line in RULES],
        findings=[], signals=[], weeks=[], offices=[], histories={}, unreadable=[], warnings=[],
    )  # fmt: skip
