"""`motcua calendar` as an officer calls it."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from calendars.refresh import SNAPSHOT
from calendars.views import read_view
from calendars.yearbook import year_of
from rules.cli import app
from rules.yearpage import render
from tests.calendars.test_vietnam import WORKING_DAYS
from tests.rules.test_report import Reader

HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}"
OFFICE = """
format = 1
base = "vietnam"
name = 'NAME'

[[day]]
date = 2026-02-13
sessions = ["07:00-11:00"]
vi = 'NAME'
en = "Morning only"
instrument = "[bold]Thông báo"
number = "not verified"
basis = "Nội quy cơ quan"
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["calendar", *map(str, words)])


def run_whole(*words: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with the error handling of `main`."""
    command = [sys.executable, "-c", "from rules.cli import main; main()", "calendar", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def office(folder: Path, name: str = "Office") -> Path:
    file = folder / "office.toml"
    file.write_text(OFFICE.replace("NAME", name.replace("'", "")), encoding="utf-8")
    return file


def page_of(year: int, name: str = "vietnam") -> str:
    return render(year_of(read_view(name), year))


# -- a year on a terminal


@pytest.mark.parametrize("year", [1970, 2015, 2026, 2030, 2100])
def test_a_year_fits_eighty_columns_and_names_every_month(year: int) -> None:
    shown = run(year).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert [
        name for name in ("Tháng 1 · January", "Tháng 9 · September", "Tháng 12 · December") if name not in shown
    ] == []


def test_days_off_and_make_up_days_carry_signs_that_need_no_colour() -> None:
    shown = run(2026).stdout
    assert "\x1b" not in shown
    assert "          1* 2* 3  4" in shown  # 1 and 2 January
    assert " 5  6  7  8  9 10+11" in shown  # the make-up Saturday
    assert "17 18 19 20 21 22+23" in shown


def test_a_year_lists_names_instruments_and_working_days() -> None:
    shown = " ".join(run(2026).stdout.split())
    assert "T6 2026-01-02 * Nghỉ hoán đổi dịp Tết Dương lịch · [2] 12729/VPCP-KGVX" in shown
    assert "số 12729/VPCP-KGVX, ngày 25/12/2025" in shown
    assert "249 ngày làm việc · working days" in shown
    assert "ngày làm việc 21 15 22 20 20 22 23 21 20 22 20 23 249" in shown


def test_an_instrument_without_a_number_says_so() -> None:
    assert "số: chưa kiểm chứng" in " ".join(run(2015).stdout.split())


def test_a_projected_year_says_so_at_the_top_at_each_month_and_at_each_day() -> None:
    shown = run(2030).stdout
    assert "DỰ KIẾN · PROJECTED" in shown
    assert shown.count("ngày (dự kiến)") == 12
    assert "*" not in shown
    assert "1? 2? 3?" in shown  # Tết 2030: 2 February in Hanoi


def test_the_year_before_a_decision_is_shown_as_it_was_known() -> None:
    shown = run(2026, "--as-of", "2025-12-24").stdout
    assert "Như đã biết ngày 2025-12-24" in shown
    assert "          1* 2  3  4" in shown
    assert "12729" not in shown


def test_without_a_year_this_year_is_shown() -> None:
    assert 1970 <= json.loads(run("--json").stdout)["year"] <= 2100


def test_options_may_stand_before_the_year_and_show_may_be_written() -> None:
    asked = [("--json", 2026), (2026, "--json"), ("show", 2026, "--json")]
    assert len({run(*words).stdout for words in asked}) == 1


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_the_json_of_a_year_counts_its_working_days(year: int) -> None:
    document = json.loads(run(year, "--json").stdout)
    assert document["working_days"] == WORKING_DAYS[year] == sum(m["working_days"] for m in document["months"])


def test_an_office_shows_its_half_day_and_its_text_is_no_markup(tmp_path: Path) -> None:
    shown = run(2026, "--of", office(tmp_path, "[red]Office[/red]")).stdout
    assert "[red]Office[/red]" in shown
    assert "13~14" in shown
    assert "(07:00-11:00)" in shown.replace("\n", " ")


@pytest.mark.parametrize("word", ["1969", "2101", "99999", "0", "20x6", "foo", "²⁰²⁶", "2026.5"])
def test_a_year_that_no_calendar_holds_is_refused_in_a_sentence(word: str) -> None:
    done = run_whole(word)
    assert done.returncode == 2
    assert re.match(r"motcua: .*1970.* to 2100", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("2026", "--as-of", "yesterday"), ("2026", "2027"), ("2026", "--of", "nowhere.toml")]
)
def test_a_question_that_cannot_be_read_exits_with_2(words: tuple[str, ...]) -> None:
    done = run_whole(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


# -- a year as a page


@pytest.mark.parametrize("name", ["vietnam", "holidays:NL", "vietnam@2000-01-01"])
@pytest.mark.parametrize("year", [1970, 2026, 2100])
def test_a_page_is_well_formed_and_asks_nothing_of_the_network(name: str, year: int) -> None:
    page = page_of(year, name)
    reader = Reader(page)
    assert (reader.open, reader.faults) == ([], [])
    assert re.findall(r"(?:src|srcset|href)=\"(?!#)|url\(|@import|https?://|<script", page) == []
    assert "default-src 'none'" in page


def test_a_page_is_vietnamese_first_and_holds_both_languages() -> None:
    page = page_of(2026)
    assert '<html lang="vi">' in page
    assert page.index('id="lang-vi" value="vi" checked') < page.index('id="lang-en"')
    assert '<span lang="vi">Tết Dương lịch</span><span lang="en">New Year&#39;s Day</span>' in page


def test_a_page_has_a_cell_for_every_day_and_a_sign_on_every_exceptional_one() -> None:
    cells = [tag.get("class") or "" for tag in Reader(page_of(2026)).named("span") if (tag.get("class") or "")]
    kinds = [cell.split()[1] for cell in cells if cell.startswith("cell ")]
    assert len(kinds) == 365
    assert (kinds.count("off"), kinds.count("worked"), kinds.count("working")) == (15, 2, 247)


def test_a_page_leads_from_each_day_to_its_instrument() -> None:
    reader = Reader(page_of(2015))
    targets = {f"#{tag['id']}" for tag in reader.named("li") if tag.get("id")}
    assert {tag["href"] for tag in reader.named("a")} == targets
    assert "chưa kiểm chứng" in reader.all_text()


def test_a_projected_page_says_so_and_cites_nothing() -> None:
    text = Reader(page_of(2030)).all_text()
    assert "DỰ KIẾN." in text
    assert "PROJECTED." in text
    assert "/QH" not in text


def test_a_hostile_office_writes_text_and_no_markup(tmp_path: Path) -> None:
    page = page_of(2026, str(office(tmp_path, HOSTILE)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page


def test_the_command_writes_the_page_and_leaves_nothing_else(tmp_path: Path) -> None:
    done = run(2026, "--html", tmp_path / "year.html")
    assert done.exit_code == 0
    assert (tmp_path / "year.html").read_text(encoding="utf-8") == page_of(2026)
    assert [file.name for file in tmp_path.iterdir()] == ["year.html"]


def test_a_place_that_cannot_be_written_to_exits_with_2(tmp_path: Path) -> None:
    assert run_whole(2026, "--html", tmp_path / "none" / "year.html").returncode == 2


# -- differences


def test_a_difference_exits_with_1_and_names_the_instrument() -> None:
    done = run("diff", "vietnam", "holidays:VN")
    assert done.exit_code == 1
    text = " ".join(done.stdout.split())
    assert "T6 2026-01-02 nghỉ · closed làm việc · worked" in text
    assert "12729/VPCP-KGVX" in text
    assert "2 dates differ from 2015-01-01 to 2027-12-31" in text


def test_no_difference_exits_with_0() -> None:
    done = run("diff", "vietnam", "holidays:VN", "--to", "2025-12-31")
    assert (done.exit_code, done.stdout) == (0, "no date differs from 2015-01-01 to 2025-12-31\n")


def test_the_json_of_a_difference_has_both_sides() -> None:
    done = run("diff", "vietnam", "vietnam@2025-12-24", "--from", "2026-01-01", "--to", "2026-01-05", "--json")
    document = json.loads(done.stdout)
    (found,) = document["differences"]
    assert (document["from"], document["to"], document["b"]["label"]) == (
        "2026-01-01",
        "2026-01-05",
        "vietnam@2025-12-24",
    )
    assert (found["date"], found["a"]["working"], found["b"]["working"]) == ("2026-01-02", False, True)
    assert found["a"]["number"] == "12729/VPCP-KGVX"


@pytest.mark.parametrize(
    "words",
    [
        ("vietnam", "holidays:QQ"),
        ("vietnam", "nowhere.toml"),
        ("vietnam",),
        ("vietnam", "vietnam", "--from", "2101-01-01"),
        ("vietnam", "vietnam", "--from", "2026-01-02", "--to", "2026-01-01"),
        ("vietnam", "vietnam", "--from", "2026"),
    ],
)
def test_a_comparison_that_cannot_be_made_exits_with_2(words: tuple[str, ...]) -> None:
    done = run_whole("diff", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


# -- refresh


def snapshot_without(day: str, folder: Path) -> Path:
    path = folder / "base.csv"
    lines = SNAPSHOT.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(day)), encoding="utf-8")
    return path


def test_refresh_only_prints_unless_told_to_write(tmp_path: Path) -> None:
    path = snapshot_without("2026-08-22", tmp_path)
    before = path.read_bytes()
    done = run("refresh", "--snapshot", path)
    assert done.exit_code == 0
    assert done.stdout.startswith("2026-08-22: ordinary -> worked (Làm bù)\n")
    assert "not written" in done.stdout
    assert path.read_bytes() == before


def test_refresh_writes_what_it_printed(tmp_path: Path) -> None:
    path = snapshot_without("2026-08-22", tmp_path)
    document = json.loads(run("refresh", "--write", "--json", "--snapshot", path).stdout)
    assert document["written"] is True
    assert document["changes"] == [{"date": "2026-08-22", "was": None, "now": {"kind": "worked", "name": "Làm bù"}}]
    with path.open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == document["dates"]
    assert json.loads(run("refresh", "--json", "--snapshot", path).stdout)["changes"] == []


def test_a_snapshot_that_cannot_be_read_exits_with_2(tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    path.write_text("date,kind,name\nyesterday,off,x\n", encoding="utf-8")
    done = run_whole("refresh", "--snapshot", path)
    assert done.returncode == 2
    assert "base.csv, line 2" in done.stderr
