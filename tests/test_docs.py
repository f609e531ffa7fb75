"""Documents that cannot rot: what exists is documented, what is documented runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from dossier.lifecycle import LIFECYCLE, STATES
from rules.cli import app
from rules.rulebook import rulebook

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted((ROOT / "docs").glob("*.md"))


def _commands() -> list[str]:
    return sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_readme_example_prints_what_the_readme_says(tmp_path: Path) -> None:
    code, printed = re.findall(r"```python\n(.*?)```.*?```\n(.*?)```", README, re.DOTALL)[0]
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == printed


def test_the_readme_fits_150_lines() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("command", _commands())
def test_every_command_has_its_section(command: str) -> None:
    assert f"## motcua {command}\n" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", [rule.code for rule in rulebook()])
def test_every_rule_has_its_section(rule: str) -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.search(rf"^##+ {rule}\b", text, re.MULTILINE)
    assert rulebook()[rule].title_vi in text
    assert rulebook()[rule].title_en in text


@pytest.mark.parametrize("name", [*STATES, *LIFECYCLE.commands])
def test_every_state_and_every_command_of_the_desk_is_explained(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_document_is_listed_in_the_readme() -> None:
    assert [page.name for page in PAGES if f"docs/{page.name}" not in README] == []


def test_the_arrows_between_the_floors_never_point_up() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout
