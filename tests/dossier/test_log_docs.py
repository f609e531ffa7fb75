import doctest
import re
from pathlib import Path

import pytest

from dossier.events import KINDS, LOG_COLUMNS
from dossier.formats import mapping, national, read_mapping
from dossier.formats.cells import ALL_GROUNDS, CHANNELS, FLAGS
from dossier.formats.source import ENDINGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "event-log.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_every_column_kind_code_ending_and_key_is_on_the_page() -> None:
    keys = {
        key
        for table in (mapping._TOP, mapping._EVENT, mapping._CALENDAR, mapping._TIME, mapping._NATIONAL)
        for key in table
    }
    keys -= {"columns", "events", "values", "time", "calendar", "national"}
    for word in (*LOG_COLUMNS, *KINDS, *ALL_GROUNDS, *CHANNELS, *FLAGS, *ENDINGS, *keys, *mapping._COLUMNS):
        assert f"`{word}`" in PAGE, word
    for name in (*national.TEXTS, *national.TIMES, *national.STEP_FIELDS, national.DOSSIERS, national.STEPS):
        assert f"`{name}`" in PAGE, name
    for name in mapping.CODES:
        assert f"`[values.{name}]`" in PAGE


def test_columns_stand_on_the_page_in_the_order_in_which_they_are_written() -> None:
    table = PAGE[PAGE.index("## Columns") : PAGE.index("## Kinds")]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == LOG_COLUMNS


def test_the_examples_of_the_page_run_on_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(blocks("csv")[0], encoding="utf-8")
    found = doctest.testfile(str(ROOT / "docs" / "event-log.md"), module_relative=False)
    assert found.attempted > 5
    assert not found.failed


def test_the_mappings_of_the_page_are_read_and_the_first_is_the_example_file(tmp_path: Path) -> None:
    for text in blocks("toml"):
        (tmp_path / "m.toml").write_text(text, encoding="utf-8")
        read_mapping(tmp_path / "m.toml")
    example = (ROOT / "examples" / "wabo.toml").read_text(encoding="utf-8")
    assert example.endswith(blocks("toml")[0])
