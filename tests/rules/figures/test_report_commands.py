"""`motcua report`: the commands from a log to a workbook, a page and JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from dossier.formats.writing import write_log
from rules.cli import app
from rules.errors import DoesNotAddUp
from tests.rules.figures.test_form06a import STORY, received, step
from tests.rules.figures.test_officers import STORY as OFFICERS
from tests.rules.logs import Row, log_of


def written(folder: Path, rows: list[Row], name: str = "log.jsonl") -> str:
    write_log(log_of(rows), folder / name)
    return str(folder / name)


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["report", *arguments], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def asked(*arguments: str) -> Any:  # a document
    return json.loads(run(*arguments, "--json"))


def test_06a_is_written_as_workbook_and_page_with_its_window(tmp_path: Path) -> None:
    log, files = written(tmp_path, STORY), (tmp_path / "06a.xlsx", tmp_path / "06a.html")
    arguments = ("06a", log, "--period", "2026-06", "--window", "calendar", "--xlsx", str(files[0]))
    told = asked(*arguments, "--html", str(files[1]))
    practice, strict = told["forms"]
    assert (practice["total"]["9"], strict["total"]["9"]) == (4, 1)
    assert told["window"] == "calendar months"
    assert openpyxl.load_workbook(files[0]).sheetnames[:2] == ["Theo thông lệ", "Theo hạn luật định"]
    assert "Biểu số II.06a" in files[1].read_text(encoding="utf-8")


def test_the_window_of_the_reports_is_the_default_and_is_printed(tmp_path: Path) -> None:
    told = asked("06a", written(tmp_path, STORY), "--period", "2026-06")
    assert told["forms"][0]["period"] == {"name": "2026-06", "first": "2026-05-15", "last": "2026-06-14"}
    assert "15th of the month before" in told["window"]


def test_a_form_that_does_not_add_up_is_not_written(tmp_path: Path) -> None:
    log = written(tmp_path, [*STORY, received("D1", "2026-06-02", promised=date(2026, 6, 9), channel="?")])
    with pytest.raises(DoesNotAddUp, match="D1"):
        run("06a", log, "--period", "2026-06", "--xlsx", str(tmp_path / "x.xlsx"))
    assert not (tmp_path / "x.xlsx").exists()
    assert run("06a", log, "--period", "2026-06", "--unknown-channel", "direct")


def test_the_form_of_the_period_before_may_come_from_the_log_it_was_made_from(tmp_path: Path) -> None:
    now = written(tmp_path, STORY)
    then = written(tmp_path, [row for row in STORY if row.get("dossier") != "A2"], "then.jsonl")
    with pytest.raises(DoesNotAddUp, match="carried over but not under way"):
        run("06a", now, "--period", "2026-06", "--window", "calendar", "--previous", then)


def test_officers_prints_what_was_chosen(tmp_path: Path) -> None:
    log = written(tmp_path, OFFICERS)
    told = asked("officers", log, "--period", "2026-06", "--attribution", "everyone", "--denominator", "handled")
    assert (told["attribution"], told["denominator"], told["cap"], told["due_on"]) == (
        "everyone", "handled", "0.1", "2026-07-04",
    )  # fmt: skip
    printed = run("officers", log, "--period", "2026-06")
    assert "công chức thực hiện bước sau cùng" in printed


def test_small_groups_are_hidden_when_it_is_published(tmp_path: Path) -> None:
    told = asked("officers", written(tmp_path, OFFICERS), "--period", "2026-06", "--publish", "5")
    assert {one["overdue"] for one in told["officers"]} == {None}


def test_due_lists_what_is_owed_in_a_month() -> None:
    told = asked("due", "--month", "2026-11", "--today", "2026-11-02")
    (officers,) = [one for one in told["due"] if one["code"] == "I.6"]
    # Wednesday 4 November 2026; from Monday the 2nd two working days are left
    assert (officers["last_on"], officers["worked"], officers["working_days_left"]) == ("2026-11-04", True, 2)
    assert "Kế hoạch 2024" in officers["citation"]


@pytest.mark.parametrize("month", ["2026", "2026-Q3", "2026-11-01..2026-11-15"])
def test_due_takes_a_month_only(month: str) -> None:
    run("due", "--month", month, code=2)


def test_tasks_are_judged_on_a_day(tmp_path: Path) -> None:
    table = tmp_path / "tasks.csv"
    table.write_text("task,due_on,done_on\nN1,2026-11-05,2026-11-05\nN2,2026-11-06,\n", encoding="utf-8")
    told = asked("tasks", str(table), "--period", "2026-11", "--today", "2026-11-06")
    assert (told["met"], told["by_date_that_holds"]["pending"]) == (True, 1)
    told = asked("tasks", str(table), "--period", "2026-11", "--today", "2026-11-07")
    assert (told["met"], told["overdue"]) == (False, ["N2"])


def test_the_register_is_written_from_a_log(tmp_path: Path) -> None:
    out = tmp_path / "register.xlsx"
    run("register", written(tmp_path, STORY), "--period", "2026-06", "--xlsx", str(out))
    page = openpyxl.load_workbook(out).active
    assert page is not None
    codes = [row[1] for row in page.iter_rows(values_only=True) if row[0] and str(row[0]).isdigit()]
    assert codes == ["A3", "A4", "A5", "B1", "B2", "B3", "B4", "B5"]


def test_indicators_list_the_three_readings_and_the_dossiers_behind_a_figure(tmp_path: Path) -> None:
    log = written(tmp_path, STORY)
    told = asked("indicators", log, "--period", "2026-06", "--by", "sector", "--only", "by_law", "--dossiers", "by_law")
    (total,) = told["totals"]
    behind = told["dossiers"]
    assert (len(behind["numerator"]), len(behind["rest"])) == (
        total["numerator"], total["denominator"] - total["numerator"],
    )  # fmt: skip
    assert sum(one["numerator"] for one in told["figures"]) == total["numerator"]
    assert set(told["readings"]) == {"law", "d766", "practice"}
    html = tmp_path / "indicators.html"
    run("indicators", log, "--period", "2026-Q2", "--html", str(html))
    assert "Ba cách đọc cùng những hồ sơ đó" in html.read_text(encoding="utf-8")


def test_a_figure_as_it_was_known_is_explained_against_what_is_known_now(tmp_path: Path) -> None:
    recorded = [dict(row) | {"recorded_at": row["at"]} for row in STORY if row["dossier"] != "A4"]
    late = step("A4", "completed", "2026-06-08")
    recorded += [received("A4", "2026-06-01", promised=date(2026, 6, 8), recorded_at=STORY[0]["at"])]
    recorded += [late | {"recorded_at": step("A4", "completed", "2026-07-20")["at"]}]
    log = written(tmp_path, recorded)
    told = asked("indicators", log, "--period", "2026-06", "--only", "by_law", "--known-at", "2026-07-15T00:00+07:00")
    (change,) = told["changes"]
    assert (change["dossier"], change["then"], change["now"], change["recorded"]) == (
        "A4", "rest", "numerator", ["completed"],
    )  # fmt: skip


def test_known_now_is_the_plain_report(tmp_path: Path) -> None:
    log = written(tmp_path, [dict(row) | {"recorded_at": row["at"]} for row in STORY])
    plain = asked("06a", log, "--period", "2026-06")
    known = asked("06a", log, "--period", "2026-06", "--known-at", "2030-01-01T00:00+07:00")
    assert known["forms"] == plain["forms"]
    assert "0 later rows left out" in known["notes"][0]


def test_reconcile_answers_1_where_a_dossier_differs(tmp_path: Path) -> None:
    log, portal = written(tmp_path, STORY), tmp_path / "portal.csv"
    header = "Mã hồ sơ,Ngày hẹn trả,Ngày kết thúc xử lý\n"
    portal.write_text(header + "A4,08/06/2026,08/06/2026\n", encoding="utf-8")
    told = json.loads(run("reconcile", str(portal), log, "--period", "2026-06", "--json", code=1))
    assert {one["dossier"]: one["differences"] for one in told["dossiers"]}["A5"] == ["not_in_portal"]
    only = written(tmp_path, [row for row in STORY if row["dossier"] == "A4"], "only.jsonl")
    assert run("reconcile", str(portal), only, "--period", "2026-06")


FEEDBACK_LOG = """dossier,event,at,channel,office,document
P1,submitted,2026-06-01T09:00+07:00,web,,
P1,received,2026-06-01T10:00+07:00,,H32,
P1,answered,2026-06-10T09:00+07:00,,H32,CV-1
P2,submitted,2026-06-01T09:00+07:00,web,,
P2,received,2026-06-01T10:00+07:00,,H32,
P2,answered,2026-06-29T09:00+07:00,,H32,CV-2
P3,submitted,2026-06-01T09:00+07:00,pigeon,,
"""


def test_feedback_figures_come_from_a_log_of_their_own_and_feed_the_indicator(tmp_path: Path) -> None:
    cases, html = tmp_path / "feedback.csv", tmp_path / "feedback.html"
    cases.write_text(FEEDBACK_LOG, encoding="utf-8")
    told = asked("feedback", str(cases), "--period", "2026-06", "--html", str(html))
    shares = {one["code"]: (one["numerator"], one["denominator"], one["rest"]) for one in told["figures"]}
    # fifteen working days from Monday 1 June end on Monday 22 June
    assert shares["III.10.a"] == (1, 2, ["P2"])
    assert told["notes"] == ["1 dossier could not be read."]
    assert "Phản ánh, kiến nghị chưa đạt" in html.read_text(encoding="utf-8")
    log = written(tmp_path, STORY)
    five = asked("indicators", log, "--period", "2026-06", "--only", "5.2", "--feedback", str(cases))
    assert [five["totals"][0][name] for name in ("numerator", "denominator")] == [*shares["5.2"][:2]]


def test_without_a_log_and_without_a_database_the_command_says_what_to_give() -> None:
    run("officers", "--period", "2026-06", code=2)


def test_a_log_with_rows_that_cannot_be_read_says_so_in_the_report(tmp_path: Path) -> None:
    path = Path(written(tmp_path, STORY))
    path.write_text(path.read_text(encoding="utf-8") + '{"dossier": "X", "event": "received", "at": "never"}\n')
    told = asked("06a", str(path), "--period", "2026-06")
    assert told["notes"] == ["1 dossier could not be read."]
