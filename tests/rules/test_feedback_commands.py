"""`--kind feedback` as an office calls it: tables, judging a log or a database, figures, rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from dossier.feedback import FEEDBACK
from dossier.stores.sql import Store
from dossier.stores.tables import Tables
from rules.feedback import lint as feedback_lint
from rules.feedback.lint import lint_feedback
from rules.feedback.rulebook import feedback_rulebook
from rules.rulebook import Rulebook, rulebook
from tests.dossier.feedback_office import FeedbackOffice
from tests.rules.databases import Refused, answer, refused, run

__all__ = ["refused"]

STORIES = Path(__file__).parents[1] / "stories"

# received on Monday 1 June 2026: 15 working days end on the 22nd; an answer of the 23rd is to be public on the 25th
LOG = """\
dossier,event,at,channel,document,notice,reason
P1,received,2026-06-01T09:00+07:00,phone,,,
P1,answered,2026-06-23T09:00+07:00,,TL-1,TB-1,
P1,published,2026-06-24T09:00+07:00,web,,,
P2,received,2026-06-01T10:00+07:00,online,,,
P2,rejected,2026-06-02T10:00+07:00,,,,Không thuộc phạm vi
"""
EVENING, NEXT_DAY = "2026-06-25T17:00+07:00", "2026-06-26T08:00+07:00"
LATE, BARE = ("P1", "F04"), ("P2", "F10")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "feedback.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'office.db'}"


@contextmanager
def desk_in(address: str, tables: Tables) -> Iterator[FeedbackOffice]:
    """An office for feedback whose acts are kept."""
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        yield FeedbackOffice(Store(connection, tables, FEEDBACK.lifecycle))
    engine.dispose()


def found(*words: object) -> set[tuple[str, str]]:
    return {(one["dossier"], one["rule"]) for one in answer("check", "--kind", "feedback", *words)["findings"]}


def test_a_log_of_feedback_is_judged_by_the_rules_of_feedback(log: Path) -> None:
    document = answer("check", "--kind", "feedback", log, "--as-of", EVENING)
    assert [rule["code"] for rule in document["rules"]] == [f"F{number:02}" for number in range(1, 14)]
    assert (document["dossiers"], document["events"], document["unreadable"]) == (2, 5, [])
    assert found(log, "--as-of", EVENING) == {LATE, BARE}
    assert found(log, "--as-of", NEXT_DAY) == {LATE, BARE, ("P1", "F07"), ("P1", "F09")}


def test_the_table_on_the_terminal_speaks_of_feedback(log: Path) -> None:
    said = run("check", "--kind", "feedback", log, "--as-of", EVENING).stdout
    assert "2 cases of feedback, 5 events" in said
    assert "law of the day of sending" in said
    assert "P1 F04: Phản ánh, kiến nghị phải được trả lời chậm nhất ngày 22/06/2026" in said


def test_a_database_of_a_new_user_is_made_filled_judged_and_counted(address: str) -> None:
    assert "is there now" in run("db", "upgrade", "--kind", "feedback", "--db", address).stdout
    assert answer("db", "status", "--kind", "feedback", "--db", address)["current"]
    assert not answer("db", "status", "--db", address, exit_code=1)["current"]
    with desk_in(address, Tables(FEEDBACK.prefix)) as office:
        office.do("receive", "01 09:00")
        office.do("answer", "23 09:00")
        office.do("publish", "24 09:00")
        office.do("receive", "26 09:00", code="P2")
    assert found("--db", address, "--as-of", EVENING) == {LATE}
    figures = answer("report", "feedback", "--db", address, "--period", "2026-06")["figures"]
    assert {one["code"]: (one["numerator"], one["denominator"]) for one in figures} == {
        "5.2": (0, 1),
        "III.10.a": (0, 1),
        "III.10.b": (0, 1),
        "III.10.c": (1, 1),
        "III.11": (0, 1),
    }


def test_the_daily_commands_run_a_desk_for_feedback(address: str, tmp_path: Path) -> None:
    run("db", "upgrade", "--kind", "feedback", "--db", address)
    with desk_in(address, Tables(FEEDBACK.prefix)) as office:
        office.do("receive", "01 09:00")
    words = ("--kind", "feedback", "--db", address, "--now", "2026-06-05T07:00+07:00")
    (line,) = answer("worklist", *words)["lines"]
    assert (line["dossier"], line["legal_due"]) == ("P1", "2026-06-22")
    assert answer("recompute", *words) == {"seen": 1, "changed": 0, "failed": []}
    assert answer("sweep", *words)["fired"] == {"forward_due": 1}
    assert answer("sweep", *words)["fired"] == {}
    (tmp_path / "out").mkdir()
    assert answer("deliver", *words, "--to", tmp_path / "out")["sent"] == 1
    (message,) = (tmp_path / "out" / "reminder").iterdir()
    assert "Phản ánh, kiến nghị P1" in json.loads(message.read_text(encoding="utf-8"))["payload"]["vi"]


def test_tables_under_another_prefix_are_judged_too(address: str) -> None:
    assert run("db", "upgrade", "--prefix", "hcc_pakn_", "--db", address).exit_code == 0
    with desk_in(address, Tables("hcc_pakn_")) as office:
        office.do("receive", "01 09:00")
        office.do("answer", "23 09:00")
    assert found("--db", address, "--prefix", "hcc_pakn_", "--as-of", EVENING) == {LATE}


def test_a_database_without_tables_for_feedback_says_how_to_make_them(address: str, refused: Refused) -> None:
    assert run("db", "upgrade", "--db", address).exit_code == 0
    said = refused("check", "--kind", "feedback", "--db", address)
    assert "motcua db upgrade --db URL --prefix motcua_feedback_" in said


def test_a_mapping_of_a_foreign_log_names_the_steps_of_feedback(tmp_path: Path) -> None:
    log, mapping = tmp_path / "hotline.csv", tmp_path / "hotline.toml"
    log.write_text(
        "id,việc,lúc\nP1,tiếp nhận,2026-06-01T09:00+07:00\nP1,xin gia hạn,2026-06-22T09:00+07:00\n", encoding="utf-8"
    )
    mapping.write_text(
        'can_say = ["forwarded", "supplement_requested", "supplemented", "answered", "rejected"]\n'
        '[columns]\ndossier = "id"\nactivity = "việc"\ntime = "lúc"\n'
        '[[events]]\nkind = "received"\nactivity = "tiếp nhận"\n'
        '[[events]]\nkind = "extension_requested"\nactivity = "xin gia hạn"\n',
        encoding="utf-8",
    )
    assert ("P1", "F05") in found(log, "--mapping", mapping)
    counts = answer("report", "feedback", log, "--mapping", mapping, "--period", "2026-06")["counts"]
    assert (counts["sent"], counts["open"]) == (1, 1)


def test_a_waived_finding_is_marked_and_no_longer_a_reason_to_fail(log: Path, tmp_path: Path) -> None:
    waivers, out = tmp_path / "waivers.csv", tmp_path / "found.csv"
    waivers.write_text(
        "dossier,rule,reason,approver,instrument,date\n"
        "P1,F04,Vụ việc phức tạp,Giám đốc Sở,12/QĐ-SXD,2026-06-24\n"
        "P2,F10,Đã thông báo bằng điện thoại,Giám đốc Sở,13/QĐ-SXD,2026-06-24\n",
        encoding="utf-8",
    )
    words = ("check", "--kind", "feedback", log, "--as-of", EVENING, "--fail-on-findings", "--findings", out)
    assert run(*words).exit_code == 1
    assert run(*words, "--waivers", waivers).exit_code == 0
    assert out.read_text(encoding="utf-8").count("Giám đốc Sở") == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--house", "own.toml"),
        ("--procedures", "own.toml"),
        ("--against", "own.toml"),
        ("--what-if", "holiday=2026-06-08"),
        ("--stream", "folder"),
        ("--workers", "2"),
        ("--report", "page.html"),
    ],
    ids=lambda words: words[0],
)
def test_what_there_is_for_dossiers_only_is_refused_by_its_name(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("check", "--kind", "feedback", log, *words)
    assert done.exit_code == 2
    assert f"cannot be given with {words[0]}" in " ".join(done.stderr.replace("│", " ").split())
    assert [path.name for path in tmp_path.iterdir()] == [log.name]


def test_a_log_of_dossiers_is_not_judged_as_feedback(tmp_path: Path) -> None:
    log = tmp_path / "dossiers.csv"
    log.write_text("dossier,event,at\nA1,completed,2026-06-01T09:00+07:00\n", encoding="utf-8")
    done = run("check", "--kind", "feedback", log)
    assert done.exit_code == 2
    assert "'completed' no known code" in done.stderr


# the rules


def listed(*words: object) -> list[str]:
    return [rule["code"] for rule in answer("rules", *words)]


def test_the_rules_of_feedback_are_listed_apart() -> None:
    assert listed("--kind", "feedback") == [rule.code for rule in feedback_rulebook()]
    assert listed() == listed("--kind", "dossier") == [rule.code for rule in rulebook()]


@pytest.mark.parametrize("words", [("F03",), ("f03",), ("F03", "--kind", "feedback")])
def test_a_rule_of_feedback_is_shown_by_its_code(words: tuple[str, ...]) -> None:
    assert answer("rules", *words)["title_en"] == "Information requested later than 5 working days"


def test_a_code_that_there_is_not_is_answered_with_those_of_feedback(refused: Refused) -> None:
    assert "'F99'; the rulebook has F01, F02" in refused("rules", "F99")


def test_a_house_file_has_no_rules_of_feedback(tmp_path: Path) -> None:
    assert run("rules", "--kind", "feedback", "--house", tmp_path / "own.toml").exit_code == 2


def test_the_rules_of_feedback_that_ship_have_no_fault_and_a_story_each_way() -> None:
    assert lint_feedback(STORIES) == []
    assert run("rules", "lint", "--stories", STORIES).stdout == "no faults\n"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('condition = "rejection_late"', 'condition = "rejection_later"', "rejection_later"),
        ('condition = "rejection_late"', 'condition = "rejection_late AND NOT rejection_late"', "it never fires"),
        ('todo_en = "Look at new feedback on the day on which it comes."', 'todo_en = ""', "todo_en: it is empty"),
    ],
)
def test_a_fault_in_a_rule_of_feedback_is_found_by_the_lint_of_the_command(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, told: str
) -> None:
    text = (Path(feedback_lint.__file__).parents[1] / "data" / "feedback.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    broken = Rulebook.loads(text.replace(old, new), "feedback.toml")
    monkeypatch.setattr(feedback_lint, "feedback_rulebook", lambda: broken)
    for words in ((), ("--kind", "feedback")):
        done = run("rules", "lint", *words, "--json")
        assert done.exit_code == 1
        (fault,) = json.loads(done.stdout)
        assert told in f"{fault['key']}: {fault['found']}"
        assert fault["key"].startswith("rule F02")
    assert run("rules", "lint", "--kind", "dossier").exit_code == 0
