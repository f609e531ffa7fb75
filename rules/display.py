"""How a value is written for each reader: Vietnamese or English, and harmless in a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from markupsafe import Markup

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
Value = str | int | float | bool | None

LONGEST = 600
UNKNOWN = "N/A"
_SWAP = str.maketrans(",.", ".,")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
_YES = {"vi": ("không", "có"), "en": ("no", "yes")}

KIND_LABELS: dict[str, tuple[str, str]] = {
    "submitted": ("Nộp hồ sơ", "Submitted"),
    "guided": ("Hướng dẫn bổ sung trước tiếp nhận", "Guided before receipt"),
    "received": ("Tiếp nhận", "Received"),
    "rejected": ("Từ chối", "Rejected"),
    "forwarded": ("Chuyển xử lý", "Forwarded"),
    "consulted": ("Lấy ý kiến", "Opinion asked"),
    "answered": ("Có ý kiến trả lời", "Opinion given"),
    "supplement_requested": ("Yêu cầu bổ sung", "Supplement requested"),
    "supplemented": ("Đã bổ sung", "Supplemented"),
    "paused": ("Dừng tính thời gian", "Clock stopped"),
    "resumed": ("Tiếp tục tính thời gian", "Clock resumed"),
    "payment_requested": ("Yêu cầu nghĩa vụ tài chính", "Payment requested"),
    "paid": ("Đã thực hiện nghĩa vụ tài chính", "Paid"),
    "apologised": ("Xin lỗi và hẹn lại", "Apologised, new appointment"),
    "completed": ("Có kết quả giải quyết", "Completed"),
    "delivered": ("Trả kết quả", "Delivered"),
    "withdrawn": ("Rút hồ sơ", "Withdrawn"),
    "closed": ("Dừng xử lý", "Closed"),
    "document_attached": ("Đính kèm văn bản", "Document attached"),
    "notified": ("Thông báo", "Notified"),
    "published": ("Công khai", "Published"),
    "rated": ("Đánh giá", "Rated"),
    "corrected": ("Đính chính", "Corrected"),
}


def visible(text: str, longest: int = LONGEST) -> str:
    r"""Put text on one line, spell out characters that hide or reorder others, cut what is very long.

    >>> visible("H56\u202e-01")
    'H56⟨U+202E⟩-01'
    >>> visible("abcdef", longest=4)
    'abcd… (6)'
    """
    cut = text if len(text) <= longest else f"{text[:longest]}… ({len(text)})"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else f"⟨U+{ord(c):04X}⟩" for c in " ".join(cut.split()))


def number(value: float, language: Language) -> str:
    """Write a count, or a measure with at most two decimals, with the separators of the language.

    >>> number(1434, "vi"), number(1434, "en"), number(9.5, "vi"), number(8.0, "en")
    ('1.434', '1,434', '9,5', '8')
    """
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate(_SWAP) if language == "vi" else text


@dataclass(frozen=True)
class Share:
    """A part of a whole that never loses its denominator; `part` None means it cannot be said."""

    part: int | None
    whole: int

    def percent(self, language: Language) -> str:
        """Write the share with one decimal; nothing out of nothing is N/A, a trace never shows as none.

        >>> Share(377, 1329).percent("vi"), Share(0, 0).percent("vi"), Share(1, 9000).percent("en")
        ('28,4%', 'N/A', '<0.1%')
        """
        if self.part is None or self.whole == 0:
            return UNKNOWN
        text = _one_decimal(self.part, self.whole)
        return text.translate(_SWAP) if language == "vi" else text

    def fraction(self, language: Language) -> str:
        """Write part / whole; out of nothing there is no fraction.

        >>> Share(377, 1329).fraction("en"), Share(0, 0).fraction("en")
        ('377 / 1,329', 'N/A')
        """
        if self.whole == 0:
            return UNKNOWN
        part = UNKNOWN if self.part is None else number(self.part, language)
        return f"{part} / {number(self.whole, language)}"


def _one_decimal(part: int, whole: int) -> str:
    text = f"{100 * part / whole:.1f}%"
    if text == "0.0%":
        return "<0.1%" if part else "0%"
    if text == "100.0%":
        return ">99.9%" if part < whole else "100%"
    return text


def instant(text: str) -> datetime | None:
    """Read an ISO 8601 date or moment; text that is neither gives None.

    >>> instant("2024-09-05T10:00+07:00").isoformat()
    '2024-09-05T10:00:00+07:00'
    """
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment(text: str, *, exact: bool = False) -> str:
    """Write an ISO date or moment as dd/mm/yyyy[ HH:MM[:SS]], on its own clock; other text stays as it is.

    >>> moment("2024-09-05T10:00:31+07:00"), moment("2024-09-05"), moment("not recorded")
    ('05/09/2024 10:00', '05/09/2024', 'not recorded')
    """
    read = instant(text)
    if read is None:
        return text
    clock = ("%H:%M:%S" if exact else "%H:%M") if len(text) > len("2024-09-05") else ""
    return f"{day(read)} {read.strftime(clock)}".rstrip()


def day(value: date) -> str:
    """Write a date as dd/mm/yyyy, whatever the century.

    >>> day(date(2024, 9, 5))
    '05/09/2024'
    """
    return f"{value.day:02}/{value.month:02}/{value.year:04}"


def shown(value: Value, language: Language, *, exact: bool = False) -> str:
    """Write a found or an allowed value: a number, a moment, yes or no, or text.

    >>> shown(2, "vi"), shown(None, "vi"), shown(False, "vi"), shown("2024-09-05T17:00+07:00", "en")
    ('2', '—', 'không', '05/09/2024 17:00')
    """
    if isinstance(value, bool):
        return _YES[language][value]
    if isinstance(value, int | float):
        return number(value, language)
    return moment(value, exact=exact) if value else "—"


def compared(values: Sequence[Value], language: Language) -> list[str]:
    """Write values that stand side by side; seconds appear only where the minutes would look equal.

    >>> compared(["2024-09-05T17:00:31+07:00", "2024-09-05T17:00:00+07:00"], "vi")
    ['05/09/2024 17:00:31', '05/09/2024 17:00:00']
    """
    plain = [shown(value, language) for value in values]
    alike = len(set(plain)) < len(set(values))
    return [shown(value, language, exact=True) for value in values] if alike else plain


def both(vi: object, en: object) -> Markup:
    """Write one text for each language; the page shows one of the two.

    >>> str(both("Hồ sơ", "Dossiers"))
    '<span lang="vi">Hồ sơ</span><span lang="en">Dossiers</span>'
    >>> str(both("<b>", "<b>"))
    '&lt;b&gt;'
    """
    if vi == en:
        return Markup("{}").format(safe(vi))
    spans = Markup('<span lang="vi">{}</span><span lang="en">{}</span>')
    return spans.format(safe(vi), safe(en))


def safe(value: object) -> object:
    """Make text visible before it is escaped; markup of our own and other objects pass.

    >>> safe("a\u200eb"), safe(3)
    ('a⟨U+200E⟩b', 3)
    """
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
