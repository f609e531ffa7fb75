"""The page about the reports runs, and names every report and every choice."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
import typer

from rules.cli.report import app
from rules.figures.attribution import ATTRIBUTIONS
from rules.figures.officers import DENOMINATORS
from rules.figures.placing import CONVENTIONS
from rules.figures.portal import COLUMNS
from rules.figures.tasks import COLUMNS as TASKS

WHERE = {"06a": "## Biểu II.06a", "indicators": "(indicators.md)", "officers": "## Officers"}
PAGE = Path(__file__).parents[3] / "docs" / "figures.md"


def test_the_examples_on_the_page_run() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 5
    assert found.failed == 0


@pytest.mark.parametrize("name", sorted(typer.main.get_command(app).commands))  # type: ignore[attr-defined]
def test_every_report_is_on_the_page(name: str) -> None:
    assert WHERE.get(name, f"`motcua report {name}") in PAGE.read_text(encoding="utf-8")


def test_every_choice_and_every_column_that_is_needed_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*ATTRIBUTIONS, *DENOMINATORS, *TASKS, COLUMNS["dossier"].names[0], COLUMNS["end_on"].names[0]):
        assert f"`{name}`" in text, name
    for name in CONVENTIONS:
        assert f"**{name}**" in text, name
