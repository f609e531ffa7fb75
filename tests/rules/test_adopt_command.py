"""`motcua adopt`, `import` and `export` as an operator calls them on the day of the cut-over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dossier import UNCHECKED, Desk
from dossier.stores.tables import TABLES
from tests.rules.databases import Refused, any_db, bound, db, refused, run

__all__ = ["any_db", "db", "refused"]

HEAD = "dossier,event,at,limit,actor,office"
RUNNING = [
    "R,received,2026-08-20T10:00:00+07:00,5 ngày làm việc,NV-01,Một cửa",
    "R,forwarded,2026-08-20T14:00:00+07:00,,NV-01,Phòng Đất đai",
]
ENDED = [
    "E,received,2026-08-20T10:00:00+07:00,5 ngày làm việc,NV-01,Một cửa",
    "E,completed,2026-08-27T10:00:00+07:00,,LD-01,",
    "E,delivered,2026-08-28T10:00:00+07:00,,NV-01,Một cửa",
]
TWICE_PAUSED = [
    "P,received,2026-08-20T10:00:00+07:00,5 ngày làm việc,NV-01,Một cửa",
    "P,paused,2026-08-21T10:00:00+07:00,,NV-02,",
    "P,paused,2026-08-22T10:00:00+07:00,,NV-02,",
]
NAIVE = "N,received,2026-08-20T10:00:00,5 ngày làm việc,NV-01,Một cửa"


def log_of(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return log_of(tmp_path / "old.csv", *ENDED, *TWICE_PAUSED, *RUNNING)


def adopted(*words: object, exit_code: int = 0) -> dict[str, Any]:
    done = run("adopt", *words, "--json")
    assert done.exit_code == exit_code
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def journal(address: str) -> list[tuple[object, ...]]:
    j = TABLES.journal.c
    with bound(address) as store:
        return [tuple(row) for row in store.connection.execute(sa.select(j.act, j.actor, j.dossier, j.detail))]


def test_the_counts_tell_running_from_ended_and_each_state(log: Path, db: str) -> None:
    told = adopted(log, "--db", db)
    assert (told["dossiers"], told["events"], told["running"], told["ended"]) == (3, 8, 2, 1)
    assert told["states"] == {"processing": 1, "paused": 1, "delivered": 1}


def test_a_running_dossier_goes_on_at_the_desk(log: Path, db: str) -> None:
    adopted(log, "--db", db)
    with bound(db) as store:
        done = Desk(store, roles=UNCHECKED).do("R", "complete", document="KQ-1", signed=True)
        assert (done.state, [record.source for record in done.history]) == (
            "completed",
            ["adopted", "adopted", "desk"],
        )


def test_the_first_impossible_step_is_named_and_not_refused(log: Path, db: str) -> None:
    assert adopted(log, "--db", db)["imperfect"] == [
        {"dossier": "P", "state": "paused", "events": 3, "step": 3, "kind": "paused", "after": "paused"}
    ]
    with bound(db) as store:
        assert len(store.history("P")) == 3


def test_the_past_is_judged_as_check_judges_it(log: Path, db: str) -> None:
    checked = json.loads(run("check", log, "--json").stdout)
    assert adopted(log, "--db", db)["check"] == checked
    # five working days from 20 August 2026, the 22nd being a make-up Saturday, end on the 26th
    assert {"R13", "R15"} <= {one["rule"] for one in checked["findings"] if one["dossier"] == "E"}


def test_a_dossier_with_an_unreadable_row_is_set_aside_and_the_others_are_taken_over(tmp_path: Path, db: str) -> None:
    log = log_of(tmp_path / "old.csv", NAIVE, *RUNNING)
    done = run("adopt", log, "--db", db)
    assert done.exit_code == 2
    assert "row 1, column at: '2026-08-20T10:00:00'" in done.stderr
    assert "1 hồ sơ không đọc được" in done.stdout
    with bound(db) as store:
        assert (len(store.history("R")), store.history("N")) == (2, ())


def test_a_dossier_that_is_there_already_lets_nothing_in(tmp_path: Path, log: Path, db: str, refused: Refused) -> None:
    adopted(log_of(tmp_path / "first.csv", *ENDED), "--db", db)
    assert "dossier 'E' already has version 1" in refused("adopt", log, "--db", db)
    with bound(db) as store:
        assert [line.dossier for line in store.overviews()] == ["E"]


def test_a_column_that_the_old_system_lacks_is_one_of_which_it_cannot_say(log: Path, db: str) -> None:
    adopted(log, "--db", db)
    with bound(db) as store:
        row = store.history("R")[1].row
    assert (row["slip"], row["signed"], row["limit"], row["office"]) == ("?", "?", None, "Phòng Đất đai")


def test_reminders_are_armed_and_nothing_of_the_past_is_sent(log: Path, db: str) -> None:
    adopted(log, "--db", db, "--now", "2026-08-24T09:00+07:00")
    with bound(db) as store:
        assert store.outbox.counts() == {}
    swept = json.loads(run("sweep", "--db", db, "--now", "2026-08-27T00:00+07:00", "--json").stdout)
    assert swept["fired"]["overdue"] == 1  # R, due on 26 August; P is paused


def test_twenty_imperfect_pasts_are_listed_and_the_rest_is_counted(tmp_path: Path, db: str) -> None:
    rows = [row.replace("P,", f"P{number:02},", 1) for number in range(23) for row in TWICE_PAUSED]
    printed = run("adopt", log_of(tmp_path / "old.csv", *rows), "--db", db).stdout
    assert sum(f"P{number:02}" in printed for number in range(23)) == 20
    assert "23 hồ sơ có bước không khớp" in printed
    assert "and 3 more" in printed


def test_twenty_unreadable_cells_are_listed_and_the_rest_is_counted(tmp_path: Path, db: str) -> None:
    rows = [NAIVE.replace("N,", f"N{number},", 1) for number in range(23)]
    done = run("adopt", log_of(tmp_path / "old.csv", *rows), "--db", db)
    assert done.stderr.count("column at") == 20
    assert "… and 3 more cells" in done.stderr


def test_a_code_that_would_play_with_the_terminal_is_spelled_out(tmp_path: Path, db: str) -> None:
    rows = [row.replace("P,", "[red]P\x1b[31m\u202e,", 1) for row in TWICE_PAUSED]
    printed = run("adopt", log_of(tmp_path / "old.csv", *rows), "--db", db).stdout
    assert "[red]P⟨U+001B⟩[31m⟨U+202E⟩" in printed
    assert "\x1b" not in printed


def test_a_foreign_log_is_read_with_its_mapping(tmp_path: Path, db: str) -> None:
    log = log_of(
        tmp_path / "old.csv",
        "H1,TN,2026-08-20T10:00,5 ngày làm việc",
        "H1,??,2026-08-20T11:00,",
        head="ma,viec,luc,han",
    )
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    assert adopted(log, "--db", db, "--mapping", mapping)["states"] == {"received": 1}


MAPPING = """
[columns]
dossier = "ma"
activity = "viec"
time = "luc"
limit = "han"

[[events]]
kind = "received"
activity = "TN"

[time]
zone = "Asia/Ho_Chi_Minh"
"""


def test_an_empty_log_takes_over_nothing(tmp_path: Path, db: str) -> None:
    assert adopted(log_of(tmp_path / "old.csv"), "--db", db)["dossiers"] == 0


def test_without_tables_the_next_step_is_named_and_nothing_is_made(log: Path, tmp_path: Path, refused: Refused) -> None:
    assert "motcua db upgrade" in refused("adopt", log, "--db", f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "empty.db").touch()
    assert "run: motcua db upgrade --db URL" in refused("adopt", log, "--db", f"sqlite:///{tmp_path / 'empty.db'}")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("office.db", "this is no address of a database"),
        ("postgresql://anna:geheim@localhost:1/office", "check the address, that the server runs"),
        ("mysql://anna:geheim@host/office", "use one of sqlite, postgresql"),
    ],
)
@pytest.mark.parametrize("command", ["adopt", "import", "export"])
def test_a_bad_address_gets_a_sentence_without_its_password(
    log: Path, refused: Refused, command: str, address: str, message: str
) -> None:
    said = refused(command, log, "--db", address)
    assert message in said
    assert "geheim" not in said


# import and export


def test_an_import_makes_the_tables_that_the_desk_works_with(log: Path, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'new.db'}"
    assert run("import", log, "--db", address, "--prefix", "hcc_").exit_code == 0
    assert run("db", "status", "--db", address, "--prefix", "hcc_").exit_code == 0


def test_an_import_that_is_refused_leaves_no_tables_behind(tmp_path: Path, refused: Refused) -> None:
    address = f"sqlite:///{tmp_path / 'new.db'}"
    bad = log_of(tmp_path / "bad.csv", *RUNNING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dossier.stores.sql.Store.import_rows", lambda *_: (_ for _ in ()).throw(OSError("full")))
        assert "full" in refused("import", bad, "--db", address)
    assert "no tables" in run("db", "status", "--db", address).stdout


def test_every_export_stands_in_the_journal_without_the_folder(log: Path, tmp_path: Path, db: str) -> None:
    adopted(log, "--db", db)
    assert run("export", tmp_path / "out.csv", "--db", db, "--actor", "KT-01").exit_code == 0
    assert run("export", tmp_path / "again.csv", "--db", db).exit_code == 0
    assert journal(db) == [("exported", "KT-01", None, "out.csv"), ("exported", None, None, "again.csv")]


def test_an_export_that_cannot_be_written_is_not_in_the_journal(tmp_path: Path, db: str, refused: Refused) -> None:
    assert "it cannot be written" in refused("export", tmp_path / "no" / "out.csv", "--db", db)
    assert journal(db) == []


def test_a_cut_over_on_each_database(log: Path, tmp_path: Path, any_db: str) -> None:
    assert run("db", "upgrade", "--db", any_db).exit_code == 0
    assert adopted(log, "--db", any_db)["dossiers"] == 3
    assert run("export", tmp_path / "out.csv", "--db", any_db, "--actor", "KT-01").exit_code == 0
    before, after = (json.loads(run("check", path, "--json").stdout) for path in (log, tmp_path / "out.csv"))
    assert before["findings"] == after["findings"]
    assert journal(any_db) == [("exported", "KT-01", None, "out.csv")]


def test_check_judges_the_tables_under_the_prefix_it_is_given(log: Path, tmp_path: Path, refused: Refused) -> None:
    address = f"sqlite:///{tmp_path / 'other.db'}"
    assert run("db", "upgrade", "--db", address, "--prefix", "branch_").exit_code == 0
    adopted(log, "--db", address, "--prefix", "branch_")
    judged = json.loads(run("check", "--db", address, "--prefix", "branch_", "--json").stdout)
    assert judged["dossiers"] == json.loads(run("check", log, "--json").stdout)["dossiers"]
    assert "there are no tables motcua_" in refused("check", "--db", address)
