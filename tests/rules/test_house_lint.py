from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rules.cli import app
from rules.house import House
from rules.lint import lint_house, lint_shipped

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "house.toml"
GOOD = EXAMPLE.read_text(encoding="utf-8")
CONDITION = 'condition = "pauses > pauses_per_dossier_allowed"'


def faults_of(text: str, stories: Path | None = None) -> list[str]:
    return [str(fault) for fault in lint_house(House.loads(text, "own.toml"), "own.toml", stories)]


def test_the_rules_that_ship_have_no_fault() -> None:
    assert lint_shipped() == []


def test_the_example_has_no_fault() -> None:
    assert faults_of(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'title_en = "More pauses than the office allows"',
            'title_en = " "',
            "title_en: it is empty; write it in this",
        ),
        ('todo_vi = "Giải trình với lãnh đạo; không dừng thêm."', 'todo_vi = ""', "todo_vi: it is empty"),
        (
            'todo_en = "Explain to the head of the office; pause no more."',
            'todo_en = "Giải trình với lãnh đạo; không dừng thêm."',
            "todo_en: it repeats the Vietnamese",
        ),
        (
            "{found} times; the office allows {allowed}.",
            "{found} times.",
            "message_en: ['allowed', 'found'] in Vietnam",
        ),
        ("Hồ sơ đã dừng", "Vi phạm: hồ sơ đã dừng", "message_vi: it says 'vi phạm'; write 'có dấu hiệu"),
        (CONDITION, 'condition = "1 = 2"', "condition: it is false whatever the facts: it never fires"),
        (CONDITION, 'condition = "pauses > pauses_per_dossier_allowed AND FALSE"', "it is false whatever the facts"),
        (CONDITION, 'condition = "1 = 1"', "condition: it is true whatever the facts"),
        (CONDITION, 'condition = "pauses > 5 AND pauses < 3"', "no facts that were tried make `applies` and"),
        (CONDITION, 'condition = "pauses = 0"', "no facts that were tried make `applies` and"),
        (CONDITION, 'condition = "pauses > pauses"', "no facts that were tried"),
        (
            CONDITION,
            "condition = \"legal_due_on < DATE '2026-01-01' AND legal_due_on > DATE '2026-01-02'\"",
            "never fire",
        ),
        ('applies = "pauses > 0"', 'applies = "NULL"', "applies: it is false whatever the facts"),
        ("pauses_per_dossier_allowed", "2", "quota pauses_per_dossier: no rule uses it"),
    ],
)
def test_a_fault_is_told_with_file_key_and_what_to_do(old: str, new: str, told: str) -> None:
    assert old in GOOD
    (fault,) = faults_of(GOOD.replace(old, new))
    assert fault.startswith("own.toml: ")
    assert told in fault


@pytest.mark.parametrize(
    "condition",
    [
        "pauses > 3",
        "pauses = 7 AND channel = 'online'",
        "legal_due_on >= DATE '2030-01-01'",
        "overdue AND pauses <> 5",
        "received_at < completed_at",
        "NULLIF(overdue, FALSE)",
        "pauses + 100 > 2 * pauses",
    ],
)
def test_a_rule_that_can_fire_is_not_accused(condition: str) -> None:
    text = GOOD.replace(CONDITION, f'condition = "{condition}"')
    assert [fault for fault in faults_of(text) if "quota" not in fault] == []


STORY = '[[story]]\nen = "x"\n[story.judged]\nH01 = "violated"\n'


def test_a_rule_needs_a_story_in_which_it_is_violated_and_one_in_which_it_is_satisfied(tmp_path: Path) -> None:
    assert [fault.count("no story in which") for fault in faults_of(GOOD, tmp_path)] == [1, 1]
    (tmp_path / "own.toml").write_text(STORY, encoding="utf-8")
    (missing,) = faults_of(GOOD, tmp_path)
    assert "no story in which it is satisfied; write a [[story]] in" in missing
    (tmp_path / "more.toml").write_text(STORY.replace("violated", "satisfied"), encoding="utf-8")
    assert faults_of(GOOD, tmp_path) == []


def test_the_command_prints_each_fault_and_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(GOOD.replace(CONDITION, 'condition = "1 = 2"'), encoding="utf-8")
    done = CliRunner().invoke(app, ["rules", "lint", "--house", str(path)])
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0].startswith("own.toml: rule H01, condition: it is false whatever the facts")
    assert [
        one["key"]
        for one in json.loads(CliRunner().invoke(app, ["rules", "lint", "--house", str(path), "--json"]).stdout)
    ]


def test_the_command_prints_every_fault_of_a_file_that_does_not_load(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        GOOD.replace('code = "H01"', 'code = "R13"').replace('found = ["pauses"]', 'found = ["x"]'), "utf-8"
    )
    done = CliRunner().invoke(app, ["rules", "lint", "--house", str(path)])
    assert done.exit_code == 1
    assert [line.split(": ")[1] for line in done.stdout.splitlines()[:2]] == ["rule R13", "rule R13, found"]


def test_the_command_ends_with_zero_where_there_is_no_fault() -> None:
    done = CliRunner().invoke(app, ["rules", "lint", "--house", str(EXAMPLE)])
    assert (done.exit_code, done.stdout) == (0, "no faults\n")


def test_a_house_rule_is_listed_and_shown_with_its_status() -> None:
    listed = CliRunner().invoke(app, ["rules", "--house", str(EXAMPLE), "--json"]).stdout
    assert [rule["code"] for rule in json.loads(listed)][-1] == "H01"
    shown = CliRunner().invoke(app, ["rules", "H01", "--house", str(EXAMPLE)]).stdout
    assert "unverified" in shown


def test_stories_go_with_lint(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["rules", "R04", "--stories", str(tmp_path)]).exit_code == 2
