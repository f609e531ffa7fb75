from __future__ import annotations

import doctest
import re
from dataclasses import fields
from pathlib import Path

from dossier.codes import GRAMMARS
from dossier.outbox.host import Host
from dossier.outbox.national import national_record
from dossier.outbox.notices import ALLOWED
from tests.dossier.outbox_cases import SETTING
from tests.dossier.test_outbox_national import ROAD, case

FILE = Path(__file__).parents[2] / "docs" / "outbox.md"
PAGE = FILE.read_text(encoding="utf-8")


def test_the_examples_of_the_page_run() -> None:
    found = doctest.testfile(str(FILE), module_relative=False)
    assert found.attempted > 20
    assert not found.failed


def test_every_field_of_a_national_record_is_on_the_page() -> None:
    record = national_record(case(*ROAD), SETTING, Host())
    steps = record["TienTrinhXuLy"]
    for name in {*record, *(name for step in steps for name in step)}:  # type: ignore[attr-defined]
        assert f"`{name}`" in PAGE, name


def test_every_look_up_and_every_option_of_the_host_is_on_the_page() -> None:
    for field in fields(Host):
        assert re.search(rf"`{field.name}`|Host\({field.name}=", PAGE), field.name


def test_every_grammar_and_every_fact_of_a_sentence_is_on_the_page() -> None:
    for name, grammar in GRAMMARS.items():
        assert f"| `{name}` | `{grammar.written}` |" in PAGE
    for fact in set().union(*ALLOWED.values()):
        assert f"`{{{fact}}}`" in PAGE
