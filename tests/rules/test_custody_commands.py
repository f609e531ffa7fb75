"""The commands of custody, as an officer meets them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner, Result

from dossier.custody import seal
from dossier.errors import DossierError, NotErasable, UnsealableDay, UnusableDigest
from dossier.evidence import DirectoryStorage
from dossier.stores.sql import Store
from dossier.stores.upgrading import upgrade
from rules.cli import custody
from tests.dossier.office import at
from tests.dossier.registers import Intruder, write

app = typer.Typer()
custody.register(app)


@pytest.fixture
def db(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'office.db'}"
    with opened(address) as connection:
        upgrade(connection)
        write(Store(connection), "A", 6)
        write(Store(connection), "B", 2)
    return address


def opened(address: str) -> object:
    return sa.create_engine(address, poolclass=sa.NullPool).begin()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_seal_prints_the_digest_alone_on_stdout(db: str) -> None:
    done = run("seal", "--db", db, "--day", "2026-06-01")
    assert (done.exit_code, len(done.stdout.strip())) == (0, 64)
    assert "2026-06-01 sealed: 8 new events of 2 dossiers" in done.stderr
    again = run("seal", "--db", db, "--day", "2026-06-01")
    assert again.stdout == done.stdout
    assert "was sealed already" in again.stderr


def test_verify_says_what_it_looked_at_and_exits_0(db: str) -> None:
    done = run("verify", "--db", db)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "8 events of 2 dossiers, 0 sealings: 0 findings" in done.stderr
    assert "2 dossiers have events that are not sealed yet" in done.stderr


def test_verify_names_what_it_finds_and_exits_1(db: str) -> None:
    with opened(db) as connection:
        Intruder(Store(connection)).update("A", 2, {"office": "Phòng khác"})
    done = run("verify", "--db", db)
    assert done.exit_code == 1
    assert done.stdout.startswith("ALTERED  dossier A: version 2 was altered")


def test_verify_prints_one_json_document(db: str) -> None:
    with opened(db) as connection:
        Intruder(Store(connection)).delete("B", 2)
    done = run("verify", "--db", db, "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["holds"], found["counts"]["events"]) == (1, False, 7)
    assert [(f["kind"], f["dossier"], f["version"]) for f in found["findings"]] == [("missing", "B", 2)]


def test_bytes_that_are_no_text_are_found_and_do_not_end_the_examination(db: str) -> None:
    with opened(db) as connection:
        Intruder(Store(connection)).update("A", 2, {"office": sa.text("CAST(x'ff' AS TEXT)")})
        Intruder(Store(connection)).update("B", 1, {"applicant": sa.text("CAST(x'ff' AS TEXT)")}, "texts")
    done = run("verify", "--db", db)
    assert done.exit_code == 1
    assert "dossier A: version 2 was altered" in done.stdout
    assert "dossier B: the text `applicant` of version 1 was altered" in done.stdout


def test_a_digest_from_outside_is_confirmed_or_denied(db: str) -> None:
    digest = run("seal", "--db", db, "--day", "2026-06-01").stdout.strip()
    assert (
        "that of 2026-06-01: up to that sealing nothing was rewritten"
        in run("verify", "--db", db, "--digest", digest).stderr
    )
    denied = run("verify", "--db", db, "--digest", "0" * 64)
    assert (denied.exit_code, denied.stdout.startswith("REWRITTEN  no sealing has the digest 000")) == (1, True)


def test_erase_by_code_leaves_a_register_that_verifies(db: str, tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path / "documents")
    with opened(db) as connection:
        row = {"dossier": "A", "document": "D1", "sha256": storage.keep(b"x"), "kind": "other", "digitised": 1}
        row |= {"media_type": "text/plain", "attached_at": "2026-06-01T02:00:00Z", "size": 1}
        connection.execute(sa.insert(Store(connection).tables.documents), row)
    common = ("--db", db, "--basis", "Theo yêu cầu", "--actor", "QT01")
    done = run("erase", "A", *common)
    assert "1 dossiers: texts of 4 events, 0 forms, 1 documents erased" in done.stderr
    assert "run again with --documents" in done.stderr
    assert (
        "the bytes of 1 documents erased"
        in run("erase", "A", *common, "--documents", str(tmp_path / "documents")).stderr
    )
    verified = run("verify", "--db", db)
    assert (verified.exit_code, "texts of 4 events were erased" in verified.stderr) == (0, True)


def test_erase_by_an_expired_period(db: str) -> None:
    common = ("--db", db, "--basis", "Hết thời hạn", "--actor", "QT01")
    assert "0 dossiers" in run("erase", *common, "--decided-before", "2026-06-01").stderr
    assert "2 dossiers" in run("erase", *common, "--decided-before", "2026-06-02").stderr


def test_archive_and_prune(db: str, tmp_path: Path) -> None:
    with opened(db) as connection:
        seal(Store(connection), date(2026, 6, 1), at("01 18:00"))
    common = ("archive", "2026", "--db", db, "--to", str(tmp_path / "kho"), "--actor", "QT01")
    done = run(*common)
    assert "kho/2026: 2 dossiers, 8 events, written, read back and equal\n" in done.stderr
    assert "was there already and is equal, and pruned" in run(*common, "--prune").stderr
    verified = run("verify", "--db", db, "--archives", str(tmp_path / "kho"))
    assert (verified.exit_code, "2 dossiers lie in archives" in verified.stderr) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["seal", "--day", "2999-01-01"], UnsealableDay),
        (["verify", "--digest", "abc"], UnusableDigest),
        (["erase", "X", "--basis", "b", "--actor", "a"], NotErasable),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(db: str, arguments: list[str], error: type[Exception]) -> None:
    assert isinstance(run(*arguments, "--db", db).exception, error)


@pytest.mark.parametrize(
    "arguments",
    [
        ["seal", "--day", "yesterday"],
        ["erase", "--basis", "b", "--actor", "a"],
        ["erase", "A", "--decided-before", "2026-06-01", "--basis", "b", "--actor", "a"],
        ["erase", "--decided-before", "June", "--basis", "b", "--actor", "a"],
    ],
)
def test_arguments_that_make_no_sense_are_usage_errors(db: str, arguments: list[str]) -> None:
    assert run(*arguments, "--db", db).exit_code == 2


@pytest.mark.parametrize("command", [["seal"], ["verify"], ["archive", "2026", "--to", "kho", "--actor", "a"]])
def test_a_database_that_is_none_is_said_and_not_made(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("no database at all, but a text of some length " * 20)
    for address in ("nonsense", "sqlite:///none.db", f"sqlite:///{tmp_path}/empty.db", f"sqlite:///{tmp_path}/text.db"):
        done = run(*command, "--db", address)
        assert isinstance(done.exception, DossierError), (address, done.exception)
    assert not Path("none.db").exists()
    assert not Path("kho").exists()
