"""The office that issues a form: what its head and the back of its receipts say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from dossier.forms.values import Refused, plain
from dossier.strict import Strict, read_file_strictly, read_strictly

LABELS = {
    "agency": "Tên cơ quan",
    "parent": "Cơ quan chủ quản",
    "unit": "Bộ phận Một cửa",
    "place": "Địa danh",
    "address": "Địa chỉ",
    "phone": "Số điện thoại của Bộ phận Một cửa",
    "feedback": "Địa chỉ tiếp nhận phản ánh, kiến nghị",
    "web": "Trang thông tin điện tử",
    "code": "Mã định danh cơ quan",
}
"""Every key of an office and its Vietnamese label."""

_EXAMPLE = (
    'agency = "Sở Nông nghiệp và Môi trường", unit = "Bộ phận Một cửa", place = "Khánh Hòa", phone = "0258 3822 222"'
)


def _printable(text: str) -> str:
    try:
        return plain(text)
    except Refused as refused:
        raise ValueError(str(refused)) from refused


Printed = Annotated[str, Field(min_length=1, pattern=r"\S", max_length=500), AfterValidator(_printable)]


class OfficeProfile(Strict):
    """Who issues: keys that a form needs and the office does not give are refused when it is printed.

    >>> OfficeProfile(agency="Sở Nông nghiệp và Môi trường", unit="Bộ phận Một cửa", place="Khánh Hòa").phone is None
    True

    Attributes:
        phone: of the one-stop unit; with a digit in it.
        feedback: where feedback (phản ánh, kiến nghị) is received: an address, a page or both.
        code: identifier of the office, at most 35 of 0-9 A-Z in groups split by dots (QĐ 20/2020/QĐ-TTg, art. 4).

    """

    agency: Printed
    unit: Printed
    place: Printed
    parent: Printed | None = None
    address: Printed | None = None
    phone: Annotated[Printed, Field(pattern=r"\d")] | None = None
    feedback: Printed | None = None
    web: Printed | None = None
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]+(\.[0-9A-Z]+)*$", max_length=35)] | None = None

    @classmethod
    def load(cls, path: Path) -> OfficeProfile:
        """Read an office file; raises as `loads` does, for a file that cannot be read, too."""
        return read_file_strictly(cls, path, _EXAMPLE)

    @classmethod
    def loads(cls, text: str, name: str = "office.toml") -> OfficeProfile:
        """Read the text of an office file.

        Raises:
            MalformedFile: with the first key that breaks a rule.

        """
        return read_strictly(cls, text, name, _EXAMPLE)
