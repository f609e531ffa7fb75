"""Databases of an office for the tests of commands, and the commands as `motcua` runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from dossier import Store
from dossier.stores.upgrading import upgrade
from rules.cli import app, main
from tests.dossier.office import FIELDS, Office

Refused = Callable[..., str]

# received on Monday 1 June 2026 with five working days, a dossier is due on Monday the 8th
FRIDAY, TUESDAY = "2026-06-05T07:30+07:00", "2026-06-09T08:00+07:00"


def run(*words: object) -> Result:
    """A command; what it raises is raised."""
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Runs a command that must be refused with exit code 2 and one sentence, and gives the sentence."""

    def refuse(*words: object) -> str:
        monkeypatch.setattr(sys, "argv", ["motcua", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (2, "")
        return said.err

    return refuse


@pytest.fixture(params=["sqlite", "postgresql"])
def any_db(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres_database")
        return address
    (tmp_path / "any.db").touch()
    return f"sqlite:///{tmp_path / 'any.db'}"


@pytest.fixture
def db(tmp_path: Path) -> str:
    """The address of an SQLite database with tables and nothing in them."""
    address = f"sqlite:///{tmp_path / 'office.db'}"
    with bound(address) as store:
        upgrade(store.connection)
    return address


@contextmanager
def bound(address: str) -> Iterator[Store]:
    """The store of a database, in a transaction that is kept."""
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        yield Store(connection)
    engine.dispose()


@contextmanager
def office_in(address: str) -> Iterator[Office]:
    """An office whose acts are kept."""
    with bound(address) as store:
        yield Office(store)


def answer(*words: object, exit_code: int = 0) -> Any:
    """The document that a command prints."""
    done = run(*words, "--json")
    assert done.exit_code == exit_code, done.output
    return json.loads(done.stdout)


def act(address: str, *commands: str, code: str = "A1") -> None:
    with office_in(address) as office:
        office.go(*commands, code=code)


def codes(document: dict[str, Any]) -> list[str]:
    return [line["dossier"] for line in document["lines"]]


@pytest.fixture
def full(db: str) -> str:
    """Three open dossiers, due on the 8th, the 4th and the 26th of June, and one that is decided."""
    with office_in(db) as office:
        for code, limit, officer in (
            ("B", "5", "NV-01"),
            ("A", "3", "NV-02"),
            ("C", "19", "NV-01"),
            ("D", "1", "NV-01"),
        ):
            given = {**FIELDS["receive"], "limit": f"{limit} ngày làm việc", "actor": officer, "office": "Một cửa"}
            office.desk.do(code, "receive", **given)  # type: ignore[arg-type]  # actor and office are texts
        office.desk.do("D", "complete", **FIELDS["complete"])
    return db
