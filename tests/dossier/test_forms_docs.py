import re
from pathlib import Path

import pytest

from dossier.forms import Forms, OfficeProfile, Version
from dossier.forms.office import LABELS

PAGE = (Path(__file__).parents[2] / "docs" / "forms.md").read_text(encoding="utf-8")
VERSIONS = [version for versions in Forms.shipped().kinds.values() for version in versions]


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables under a heading."""
    section = re.split(r"\n##+ ", PAGE.split(f"# {heading}\n", 1)[1], maxsplit=1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.kind}-{version.number}")
def test_the_page_lists_every_field_with_label_type_and_whether_it_is_mandatory(version: Version) -> None:
    fields = [
        [f"`{name}`", spec.vi, spec.type, "mandatory" if name in version.mandatory else ""]
        for name, spec in version.fields.items()
    ]
    assert rows(f"`{version.kind}`") == fields


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version.kind}-{version.number}")
def test_the_page_shows_number_and_title_of_every_form(version: Version) -> None:
    (line,) = [row for row in rows("Which form, by circular") if row[0] == f"`{version.kind}`"]
    assert version.title in "".join(line)
    column = 3 if version.in_force_from.year == 2025 else 2
    assert line[column].startswith(version.number or "no circular")


@pytest.mark.parametrize("kind", Forms.shipped().kinds)
def test_the_page_names_the_acts_that_issue_a_form(kind: str) -> None:
    (line,) = [row for row in rows("Which form, by circular") if row[0] == f"`{kind}`"]
    named = re.findall(r"`([a-z_]+)`", line[1])
    assert [command for command in named if Forms.shipped().issued_by(command) != kind] == []
    assert bool(named) == (kind not in {"control_sheet", "register"})


def test_the_page_lists_every_key_of_an_office() -> None:
    listed = {row[0].strip("`"): row[1:] for row in rows("The office")}
    assert {key: row[0] for key, row in listed.items()} == LABELS
    mandatory = {key for key, field in OfficeProfile.model_fields.items() if field.is_required()}
    assert {key for key, row in listed.items() if row[1] == "mandatory"} == mandatory
