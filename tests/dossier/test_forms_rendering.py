import hashlib
import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pypdf import PdfReader

from dossier.errors import FormRefused
from dossier.forms import render
from tests.dossier.paper import OFFICE, STORIES, filled, pages, sections, squeezed

ROOT = Path(__file__).parents[2]
ALPHABET = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
HOSTILE = [
    '#import "@preview/x": *',
    '#read("layout.typ")',
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\\ \\u{41} \\n *b* _i_ $x$ `c` // /* */ @a <b> ~ --",
    "{dossier} {office.phone} {{ 7*7 }} {% raw %}",
    "אבג",
]
DIGESTS = """
import hashlib
from dossier.forms import render
from tests.dossier.paper import OFFICE, STORIES, filled
for media in ("pdf", "html"):
    for story in STORIES:
        print(story, media, hashlib.sha256(render(filled(story), OFFICE, media).content).hexdigest())
"""

FORK = """
import os
from dossier.errors import ForkedAfterPrinting
from dossier.forms import render
from tests.dossier.paper import OFFICE, filled
render(filled("receipt"), OFFICE)
if child := os.fork():
    os.waitpid(child, 0)
else:
    try:
        render(filled("receipt"), OFFICE)
    except ForkedAfterPrinting as told:
        print(type(told).__name__, flush=True)
    os._exit(0)
"""


def test_the_same_form_gives_the_same_bytes_in_another_process_folder_zone_and_locale(tmp_path: Path) -> None:
    surroundings = [
        (ROOT, {"TZ": "UTC", "LANG": "C", "PYTHONHASHSEED": "1"}),
        (tmp_path, {"TZ": "America/New_York", "LANG": "vi_VN.UTF-8", "PYTHONHASHSEED": "2", "SOURCE_DATE_EPOCH": "1"}),
    ]
    printed = [
        subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", DIGESTS],
            cwd=folder,
            env=os.environ | settings | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for folder, settings in surroundings
    ]
    assert printed[0] == printed[1]
    assert printed[0].count("\n") == 2 * len(STORIES)


def test_what_is_rendered_says_what_it_is() -> None:
    rendered = render(filled("apology-2025"), OFFICE)
    assert rendered.sha256 == hashlib.sha256(rendered.content).hexdigest()
    assert (rendered.media_type, rendered.template) == ("application/pdf", "apology@2")
    assert render(filled("receipt"), OFFICE, "html").media_type == "text/html; charset=utf-8"


def test_another_medium_is_refused() -> None:
    with pytest.raises(ValueError, match="the media are pdf, html"):
        render(filled("receipt"), OFFICE, "docx")  # type: ignore[arg-type]  # the case


def test_a_pdf_is_one_for_archives_with_its_title_language_and_date() -> None:
    content = render(filled("receipt"), OFFICE).content
    for text in (
        b"<pdfaid:part>2</pdfaid:part>",
        b"<pdfaid:conformance>A</pdfaid:conformance>",
        b"/Lang(vi-VN)",
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả".encode(),
        b"2023-10-27T00:00:00",
    ):
        assert text in content


@pytest.mark.parametrize("letters", [ALPHABET, ALPHABET.upper()])
def test_every_vietnamese_letter_is_printed_plain_bold_and_italic(letters: str) -> None:
    office = OFFICE.model_copy(update={"place": letters})
    form = filled("receipt", address=letters, officer=letters)
    (front, _), (web, _) = pages(render(form, office).content), sections(render(form, office, "html").content)
    for text in (front, web):
        assert f"{letters},ngày27" in text
        assert f"Địachỉ:{letters}" in text
        assert text.endswith(letters)


def test_letters_and_their_marks_apart_are_printed_as_one() -> None:
    assert "Nguyễn" in pages(render(filled("receipt", owner="Nguye\u0302\u0303n"), OFFICE).content)[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_and_never_read(text: str) -> None:
    rows = [{"name": text}]
    form = filled("receipt", owner=text, components=rows)
    office = OFFICE.model_copy(update={"feedback": text})
    front, back = pages(render(form, office).content)
    assert front.count(squeezed(text)) == 2
    assert squeezed(text) in back
    page = render(form, office, "html").content
    assert sections(page)[0].count(squeezed(text)) == 2
    assert page.count(b"<script") == page.count(b"<img") == 0


@pytest.mark.parametrize(
    ("fields", "name", "letter"),
    [
        ({"owner": "Ông 王 Vương"}, "owner", "王"),
        ({"components": [{"name": "Đơn \U0001f600"}]}, "components", "\U0001f600"),
        ({"address": "\ue000"}, "address", "\ue000"),
    ],
)
def test_a_letter_that_the_font_lacks_is_refused_and_never_printed_as_a_box(
    fields: dict[str, object], name: str, letter: str
) -> None:
    with pytest.raises(FormRefused) as refused:
        render(filled("receipt", **fields), OFFICE)
    assert [fault.field for fault in refused.value.faults] == [name]
    assert repr(letter) in refused.value.faults[0].why
    assert letter.encode() in render(filled("receipt", **fields), OFFICE, "html").content


def test_a_letter_of_the_office_that_the_font_lacks_is_refused_with_its_key() -> None:
    with pytest.raises(FormRefused, match=r"office.agency \(Tên cơ quan\) holds '王'"):
        render(filled("receipt"), OFFICE.model_copy(update={"agency": "王"}))


def test_a_form_is_printed_after_one_was_refused() -> None:
    before = render(filled("receipt"), OFFICE)
    with pytest.raises(FormRefused):
        render(filled("receipt", owner="王"), OFFICE)
    assert render(filled("receipt"), OFFICE) == before


@pytest.mark.parametrize("run", ["A" * 300, "https://" + "dai/" * 70])
def test_a_long_run_without_a_space_breaks_inside_the_margins(run: str) -> None:
    content = render(filled("receipt", content=run, components=[{"name": run}]), OFFICE).content
    assert pages(content)[0].count(run) == 2
    lines = PdfReader(io.BytesIO(content)).pages[0].extract_text().splitlines()
    assert max(map(len, lines)) < 110


def test_thirty_components_are_all_printed_and_the_back_is_the_last_page() -> None:
    rows = [{"name": f"Giấy tờ {number}: " + "bản vẽ công trình " * 6, "original": 1} for number in range(1, 31)]
    rendered = render(filled("receipt", components=rows), OFFICE)
    texts = pages(rendered.content)
    assert (rendered.sides, rendered.pages) == (2, len(texts))
    assert all(f"{number}Giấytờ{number}:" in "".join(texts) for number in range(1, 31))
    assert "SốđiệnthoạicủaBộphậnMộtcửa" in texts[-1]
    assert "NGƯỜITIẾPNHẬNHỒSƠ" in texts[-2]


def test_a_register_of_many_dossiers_repeats_its_head_on_every_page() -> None:
    rows = [STORIES["register"]["fields"]["dossiers"][0] | {"dossier": f"H32.08-231027-{n:04d}"} for n in range(100)]
    rendered = render(filled("register", dossiers=rows), OFFICE)
    texts = pages(rendered.content)
    assert len(texts) > 3
    assert all("Phươngthứcnhậnkếtquả" in text for text in texts)
    assert all(f"H32.08-231027-{n:04d}" in "".join(texts) for n in range(100))


def test_a_row_longer_than_a_page_is_printed_to_its_end() -> None:
    row = STORIES["register"]["fields"]["dossiers"][0] | {"content": "đất đai " * 1200 + "hết"}
    texts = pages(render(filled("register", dossiers=[row]), OFFICE).content)
    assert "".join(texts).count("đấtđai") == 1200
    assert "hết" in "".join(texts)


def test_the_qr_code_is_that_of_the_dossier_code() -> None:
    def drawing(**fields: object) -> list[bytes]:
        return re.findall(rb"<svg.*?</svg>", render(filled("supplement-request", **fields), OFFICE, "html").content)

    (drawn,) = drawing()
    assert drawing(owner="Người khác") == [drawn]
    assert drawing(dossier="H32.08.01-260204-0008") != [drawn]
    assert drawing(dossier=None) == []


def test_a_process_forked_after_printing_is_told_so_and_does_not_wait_for_ever() -> None:
    told = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", FORK], cwd=ROOT, capture_output=True, check=True, text=True, timeout=60
    ).stdout
    assert told == "ForkedAfterPrinting\n"


def test_threads_print_the_same_bytes() -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: render(filled("rejection"), OFFICE).sha256, range(40)))
    assert len(digests) == 1
