"""`motcua limits` and `motcua procedures`: how printed limits read, from the command line."""

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from dossier.limits import read_limit
from rules.cli import limits as limits_command
from rules.cli import procedures as procedures_command

ROOT = Path(__file__).parents[2]
PORTAL = ROOT / ".." / "shared" / "data" / "procedures.csv.gz"
needs_portal = pytest.mark.skipif(
    not PORTAL.exists(), reason="the published catalogue ../shared/data/procedures.csv.gz is not here"
)

app = typer.Typer()
app.add_typer(procedures_command.app, name="procedures")
app.command()(limits_command.limits)


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def document(*arguments: str | Path) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


PRINTED = [
    ("20 Ngày làm việc", 20, "working_day"),
    ("02 Ngày làm việc", 2, "working_day"),
    ("03 ngày làm việc kể từ ngày nhận đủ hồ sơ", 3, "working_day"),
    ("1.5 ngày làm việc", 1.5, "working_day"),
    ("0,5 ngày làm việc", 0.5, "working_day"),
    ("15 working days", 15, "working_day"),
    ("30 Ngày", 30, "day"),
    ("8 Giờ", 8, "hour"),
    ("24 giờ làm việc", 24, "working_hour"),
    ("1 Tháng", 1, "month"),
    ("2 năm", 2, "year"),
]


@pytest.mark.parametrize(("text", "value", "unit"), PRINTED)
def test_a_limit_is_read_with_value_and_unit_as_printed(text: str, value: float, unit: str) -> None:
    shown = read_limit(text).as_dict()
    assert shown == {"text": text, "value": value, "unit": unit, "status": "read"}
    assert type(shown["value"]) is type(value)


@pytest.mark.parametrize("text", ["", "   ", "Không có thông tin", "không có thông tin"])
def test_no_limit_given_is_none(text: str) -> None:
    assert read_limit(text).as_dict() == {"text": text, "value": None, "unit": None, "status": "none"}


@pytest.mark.parametrize("text", ["1", "48", "½ ngày", "5 tuần", "10 - 15 ngày", "-3 ngày", "ngay trong ngày", "ngày"])
def test_what_has_no_single_reading_is_unreadable_with_a_reason(text: str) -> None:
    shown = read_limit(text).as_dict()
    assert (shown["value"], shown["unit"], shown["status"]) == (None, None, "unreadable")
    assert shown["reason"]


@pytest.mark.parametrize(
    ("text", "value"), [("0,1 ngày", "0.1"), ("123456,7891 ngày", "123456.7891"), ("2,0 ngày", "2")]
)
def test_a_decimal_stands_in_json_with_the_digits_that_were_printed(text: str, value: str) -> None:
    assert json.dumps(read_limit(text).as_dict()["value"]) == value


@needs_portal
def test_every_limit_with_a_unit_of_the_published_catalogue_is_read_and_the_rest_counted(tmp_path: Path) -> None:
    with gzip.open(PORTAL, "rt", encoding="utf-8", newline="") as stream:
        texts = [row["time_limit"] for row in csv.DictReader(stream)]
    names = {"Ngày làm việc": "working_day", "Ngày": "day", "Giờ": "hour", "Tháng": "month", "Năm": "year"}
    matches = [re.fullmatch(rf"(\d+) ({'|'.join(names)})", text) for text in texts]
    bare = sum(bool(re.fullmatch(r"\d+", text)) for text in texts)
    absent = sum(text in {"", "Không có thông tin"} for text in texts)
    assert sum(map(bool, matches)) + bare + absent == len(texts)

    out = tmp_path / "rows.jsonl"
    counts = document("limits", PORTAL, "--column", "time_limit", "--rows", out, "--json")
    assert counts["units"] == dict(Counter(names[match[2]] for match in matches if match))
    assert (counts["rows"], counts["read"]) == (3263, len(texts) - bare - absent)
    assert (counts["none"], counts["unreadable"]) == (absent, bare)
    assert counts["reasons"] == {"the number has no unit": bare}

    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["row"] for row in rows] == list(range(1, len(texts) + 1))
    assert [row["text"] for row in rows] == texts
    for row, match in zip(rows, matches, strict=True):
        assert (row["value"], row["unit"]) == ((int(match[1]), names[match[2]]) if match else (None, None))


def test_unreadable_limits_are_no_failure_and_a_table_is_shown_to_people(tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    path.write_text('time_limit\n5 ngày\n5\n""\n', encoding="utf-8")
    result = run("limits", path)
    assert result.exit_code == 0
    assert "the number has no unit" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("no-column.csv", b"limit\n5\n", "no column 'time_limit'; the columns are limit"),
        ("cut.csv.gz", gzip.compress(b"time_limit\n" + bytes(range(48, 58)) * 9000)[:-9], "breaks off"),
        ("latin.csv", b"time_limit\n5 ng\xe0y\n", "line 2, byte 5: it is not UTF-8"),
        ("ragged.csv", b"a,time_limit\n1,5\n2\n", "line 3: row 2 has 1 cells, the header has 2"),
    ],
)
def test_a_broken_file_ends_with_2_and_writes_nothing(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path, out = tmp_path / name, tmp_path / "out.jsonl"
    path.write_bytes(content)
    result = run("limits", path, "--rows", out, "--json")
    assert result.exit_code == 2
    assert said in result.stderr
    assert name in result.stderr
    assert result.stdout == ""
    assert not out.exists()


def test_a_code_shows_one_procedure_with_json_before_or_after_it() -> None:
    for arguments in (("1.012784", "--json"), ("--json", "1.012784"), ("show", "1.012784", "--json")):
        shown = document("procedures", *arguments)
        assert shown["code"] == "1.012784"
        assert shown["version"][-1]["cases"]["normal"] == "12 ngày làm việc"


def test_without_a_code_the_procedures_are_listed() -> None:
    listed = document("procedures", "--json")["procedures"]
    assert "1.012784" in {procedure["code"] for procedure in listed}
    assert "1.012784" in run("procedures").stdout
    assert "Tách thửa" in run("procedures", "1.012784").stdout


def test_an_unknown_code_and_a_misspelt_command_end_with_2_and_say_what_to_do() -> None:
    unknown = run("procedures", "1.999999")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "`motcua procedures` lists the codes" in unknown.stderr
    misspelt = run("procedures", "lnit", "x.toml")
    assert misspelt.exit_code == 2
    assert "lint" in misspelt.stderr


def test_another_procedure_file_can_be_shown_and_a_broken_one_is_refused() -> None:
    sound = ROOT / "tests" / "malformed" / "procedures-steps-do-not-sum.toml"
    assert len(document("procedures", "--file", sound, "--json")["procedures"]) == 1
    broken = run("procedures", "--file", ROOT / "tests" / "malformed" / "procedures-unknown-key.toml")
    assert broken.exit_code == 2
    assert "'leval'" in broken.stderr


def test_lint_lists_every_problem_and_ends_with_2_on_an_error_only(tmp_path: Path) -> None:
    malformed = ROOT / "tests" / "malformed"
    refused = run("procedures", "lint", malformed / "procedures-versions-gap.toml", "--json")
    assert refused.exit_code == 2
    shown = json.loads(refused.stdout)
    assert (shown["errors"], shown["warnings"], shown["problems"][0]["kind"]) == (1, 0, "version-gap")
    assert run("procedures", "lint", malformed / "procedures-steps-do-not-sum.toml").exit_code == 0
    assert run("procedures", "lint", tmp_path / "absent.toml").exit_code == 2


def test_an_import_writes_a_file_that_lints_clean_and_reports_what_it_left_out(tmp_path: Path) -> None:
    path, out = tmp_path / "table.csv", tmp_path / "mine.toml"
    path.write_text("code,name,time_limit\n1.000001,Một,5 ngày\n1.000002,Hai,5\n", encoding="utf-8")
    shown = document("procedures", "import", path, "--out", out, "--in-force-from", "2026-07-01", "--json")
    assert (shown["rows"], shown["read"], shown["procedures"]) == (2, 1, 2)
    assert shown["without_limit"] == ["1.000002"]
    assert shown["unused"][0]["reason"] == "the number has no unit"
    assert run("procedures", "lint", out).exit_code == 0
    assert document("procedures", "--file", out, "1.000001", "--json")["version"][0]["in_force_from"] == "2026-07-01"


def test_an_import_without_out_prints_the_file_and_says_the_rest_on_stderr(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("code,name,time_limit\n1.000001,Một,5 ngày\n", encoding="utf-8")
    result = run("procedures", "import", path)
    assert result.exit_code == 0
    assert result.stdout.startswith("schema = 1\n")
    assert "1 procedures from 1 of 1 rows" in result.stderr
    assert document("procedures", "import", path, "--json")["toml"].startswith("schema = 1\n")


def test_a_refused_row_ends_with_2_and_a_broken_table_writes_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "table.csv", tmp_path / "mine.toml"
    path.write_text("code,name,time_limit\n1.000001,Một,5 ngày\n1.01,Hai,5 ngày\n", encoding="utf-8")
    refused = run("procedures", "import", path, "--out", out)
    assert refused.exit_code == 2
    assert "row 2 (line 3), 1.01" in refused.stdout
    out.unlink()
    path.write_text("code,name\n", encoding="utf-8")
    assert run("procedures", "import", path, "--out", out).exit_code == 2
    assert not out.exists()
