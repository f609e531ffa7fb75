from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dossier.feedback import FEEDBACK, limits
from dossier.feedback.lifecycle import FEEDBACK_STATES, FEEDBACK_TABLE
from dossier.feedback.limits import LIMITS
from dossier.lifecycle import SAME
from rules.feedback.facts import feedback_facts
from rules.feedback.measures import MEASURES
from rules.feedback.rulebook import feedback_rulebook
from rules.known import expression_faults, kinds_of
from rules.lint import languages
from rules.rulebook import Rule
from tests.rules.databases import answer, run
from tests.rules.feedback_logs import feedback_log
from tests.rules.logs import at

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "feedback.md").read_text(encoding="utf-8")
FACTS = feedback_facts(feedback_log([]), at("2026-06-01 09:00"))


def table(heading: str, header: str) -> list[list[str]]:
    """The rows of the table of a section that begins with this header."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = section.split(f"| {header} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]


@pytest.mark.parametrize("page", ["feedback.md", "lifecycle.md"])
def test_the_example_prints_what_the_page_says(tmp_path: Path, page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    code, printed = re.findall(r"```python\n(.*?)```.*?```\n(.*?)```", text, re.DOTALL)[0]
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == printed


def test_a_case_from_end_to_end_runs_as_the_page_says_and_its_commands_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = PAGE.split("## A case from end to end\n")[1].split("\n## ")[0]
    ((code, printed, commands),) = re.findall(
        r"```python\n(.*?)```.*?```\n(.*?)```.*?```sh\n(.*?)```", section, re.DOTALL
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == printed
    monkeypatch.chdir(tmp_path)
    for line in commands.splitlines():
        _, *words = line.split()
        assert run(*words).exit_code == 0, line
    assert answer("check", "--kind", "feedback", "--db", "sqlite:///office.db")["findings"] == []


def test_the_states_are_those_of_the_lifecycle() -> None:
    rows = table("States", "state | Vietnamese | meaning")
    assert [(row[0].strip("`"), row[1]) for row in rows] == [*FEEDBACK_STATES.items()]


def test_the_commands_are_those_of_the_table() -> None:
    rows = table("Commands", "command | event | from | to | needs")
    told = [(*(cell.strip("`") for cell in row[:2]), row[2], row[3].strip("`")) for row in rows]
    assert told == [
        (
            move.command,
            move.kind,
            "any state" if set(move.sources) == set(FEEDBACK_STATES) else ", ".join(f"`{s}`" for s in move.sources),
            "the same" if move.to == SAME else move.to,
        )
        for move in FEEDBACK_TABLE
    ]


def test_the_needs_of_a_command_are_those_of_its_event() -> None:
    for command, kind, *_, needs in table("Commands", "command | event | from | to | needs"):
        needed = {name for name, required in FEEDBACK.lifecycle.fields[kind.strip("`")].items() if required}
        assert {name for name in needed if name not in needs} == set(), command
        assert needed or needs == "–"


def test_the_limits_are_those_of_the_file() -> None:
    rows = table("Limits", "limit | term | from | law | status")
    assert [row[0].strip("`") for row in rows] == [*LIMITS]
    for name, term, *_, status in rows:
        (value,) = limits().limit[name.strip("`")]  # type: ignore[index]  # a name of the page
        assert term.removesuffix(" before the end") == value.term.text_en
        assert status == value.status


def test_every_rule_is_named_with_its_titles() -> None:
    rows = table("Reading and checking a log", "rule | preventable | title")
    book = feedback_rulebook()
    assert rows == [
        [rule.code, "yes" if rule.preventable else "no", f"{rule.title_en} · {rule.title_vi}"] for rule in book
    ]


def test_every_fact_is_explained_and_none_that_is_not_there() -> None:
    rows = table("Facts", "fact | meaning")
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row[0])) == sorted(FACTS.columns)


def test_every_figure_is_explained() -> None:
    rows = table("Figures", "figure | share of | as it should be | target")
    targets = {measure.code: "–" if measure.target is None else "100 %" for measure in MEASURES}
    assert {row[0]: row[3] for row in rows} == targets


@pytest.mark.parametrize("rule", [*feedback_rulebook()], ids=lambda rule: rule.code)
def test_every_rule_names_facts_that_there_are_and_speaks_both_languages(rule: Rule) -> None:
    assert [*expression_faults(rule, kinds_of(FACTS), "feedback.toml")] == []
    assert [*languages(rule, "feedback.toml")] == []
