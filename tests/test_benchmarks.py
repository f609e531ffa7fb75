from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import concurrent, deadlines, hours, row_by_row, rulebook, storing, wrong_dates
from benchmarks.__main__ import FULL, QUICK, measure
from benchmarks.columns import column_days, column_minutes
from benchmarks.command import MissingCommandError, run
from benchmarks.commands import LIFE, commands, replay
from benchmarks.days import OURS, RIVAL, counting, days_between, differing_days, working_days
from benchmarks.logs import STEPS, synthetic_log
from benchmarks.printing import document, machine, show
from benchmarks.reading import ENDINGS, reading
from benchmarks.rulebook import against_row_by_row
from benchmarks.timing import Measurement, MissingPeerError, built, goals, interleave, peer, seconds_per_call
from benchmarks.worklists import worklists
from benchmarks.wrong_dates import Engine, Limits, check_ours, compare, engines, read_limits
from calendars import Term, vietnam
from dossier.stores.sql import Store
from rules.rulebook import rulebook as shipped_rules

TIMES = Measurement("t", "", "s", {"peer": (9.0, 6.0, 60.0), "ours": (3.0, 1.0, 2.0)}, "ours")
RATES = Measurement("r", "", "a second", {"peer": (10.0,), "ours": (25.0,)}, "ours", higher_is_better=True)


@pytest.fixture
def server() -> None:
    """Only where PostgreSQL is installed; the measurement starts one of its own."""
    pytest.importorskip("pgserver")


def test_a_ratio_of_times_is_the_median_of_the_peer_over_ours() -> None:
    assert TIMES.times_faster("peer") == 4.5


def test_a_ratio_of_rates_is_ours_over_that_of_the_peer() -> None:
    assert RATES.times_faster("peer") == 2.5


def test_nobody_is_compared_with_himself_or_with_nobody() -> None:
    alone = Measurement("a", "", "s", {"somebody": (1.0,)})
    assert TIMES.times_faster("ours") is None
    assert alone.times_faster("somebody") is None


def test_the_contenders_take_their_rounds_in_turn() -> None:
    order: list[str] = []

    def turn(who: str) -> float:
        order.append(who)
        return len(order)

    taken = interleave({"peer": partial(turn, "peer"), "ours": partial(turn, "ours")}, 2)
    assert order == ["peer", "ours", "peer", "ours"]
    assert taken == {"peer": (1, 3), "ours": (2, 4)}


def test_the_time_of_a_call_is_taken_over_whole_passes() -> None:
    calls: list[int] = []
    assert seconds_per_call(calls.append, [1, 2, 3], at_least=0) > 0
    assert calls == [1, 2, 3]


def test_a_goal_is_asked_of_the_peers_that_were_measured() -> None:
    assert goals(TIMES, {"peer": 4, "absent": 10}) == {"at least 4 times faster than peer": True}
    assert goals(TIMES, {"peer": 5}) == {"at least 5 times faster than peer": False}


def test_a_peer_that_cannot_be_built_leaves_a_note() -> None:
    found, missing = built({"ours": lambda: 1, "theirs": lambda: peer("no_such_library")})
    assert found == {"ours": 1}
    assert ["no_such_library is not installed" in note for note in missing] == [True]


def test_every_library_counts_the_same_span_as_we_do_where_no_saturday_is_worked() -> None:
    found = counting(rounds=1, at_least=0, days=40)
    assert set(found.facts["spans with another count than ours, %"].values()) == {0}


def test_the_peers_that_know_hours_agree_where_no_saturday_is_worked() -> None:
    found = hours.working_hours(rounds=1, at_least=0, days=40)
    assert set(found.facts["moments with another answer than ours, %"].values()) <= {0}
    assert OURS in found.rounds


def test_the_tables_are_built_anew_for_every_round() -> None:
    assert len(hours.tables(rounds=2).rounds[OURS]) == 2


def test_columns_are_measured_and_numpy_differs_only_by_worked_saturdays() -> None:
    found = column_days(rounds=1, rows=1_000)
    assert 0 < found.facts["rows with another answer than ours, %"] < 50
    assert all(figure > 0 for taken in column_minutes(rounds=1, rows=1_000).rounds.values() for figure in taken)


PRINTED = {"20 Ngày làm việc": 3, "15 Ngày": 1, "1 Tháng": 1}
LIMITS = Limits({Term.parse(text): rows for text, rows in PRINTED.items()}, {})
SPRING = days_between(date(2024, 4, 1), date(2024, 4, 30))


def test_a_weekmask_is_late_by_the_make_up_saturday_and_the_rows_are_weights() -> None:
    tally = compare(LIMITS, {"numpy": engines()[0]["numpy"]}, SPRING)["numpy"]
    assert tally.asked == {"working days": 3 * 30, "days, months": 2 * 30}
    # 2-5, 8-12, 15-17, 19, 22-26 April, 2-3 May: from 1 April on the twentieth is 3 May; later starts meet 4 May
    assert tally.wrong["working days"] == 3 * 29


def test_a_library_that_answers_as_we_do_is_never_wrong() -> None:
    ours = Engine(vietnam().add_working_days, vietnam().next_working_day)
    assert compare(LIMITS, {"ours": ours}, SPRING)["ours"].share("working days", "days, months") == 0


def test_our_own_due_dates_are_those_of_the_walk() -> None:
    checked = check_ours(LIMITS, days_between(date(2024, 1, 1), date(2026, 12, 31)), size=200)
    assert (checked.asked["all"], checked.wrong["all"], checked.days_off_by) == (200, 0, 0)


def test_the_published_limits_are_read_and_the_others_counted() -> None:
    if not wrong_dates.DATA.exists():
        pytest.skip(f"{wrong_dates.DATA.name} is not there: the catalogue is no part of this repository")
    limits = read_limits()
    assert sum(limits.terms.values()) + sum(limits.left_out.values()) == 3_263
    assert limits.terms[Term.parse("5 ngày làm việc")] == 422


def test_without_the_catalogue_the_command_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert wrong_dates.main([str(tmp_path / "no-such-file.csv.gz")]) == 0
    assert capsys.readouterr().out.startswith("skipped: no-such-file.csv.gz is not there")


def test_holidays_differs_from_us_on_no_day_but_the_two_known_ones() -> None:
    found = working_days(rounds=1, at_least=0, days=3)
    assert {RIVAL, OURS} <= found.rounds.keys()
    assert set(differing_days()) <= {date(2026, 1, 2), date(2026, 1, 10)}


def test_a_missing_peer_is_reported_and_the_others_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bizdays", None)
    found = working_days(rounds=1, at_least=0, days=3)
    assert any("bizdays is not installed" in note for note in found.notes)
    assert RIVAL in found.rounds


def test_without_the_rival_its_goal_is_not_asked_and_nothing_crashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    found = working_days(rounds=1, at_least=0, days=3)
    assert OURS in found.rounds
    assert not [goal for goal in found.goals if RIVAL in goal]


def test_a_measurement_without_its_command_or_peer_is_skipped_with_the_reason() -> None:
    def commandless() -> Measurement:
        raise MissingCommandError("no motcua here")

    found, skipped = measure({"a": commandless, "b": lambda: TIMES, "c": lambda: peer("no_such_library")})  # type: ignore[dict-item, return-value]
    assert found == [TIMES]
    assert skipped["a"] == "no motcua here"
    assert "no_such_library is not installed" in skipped["c"]


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(MissingCommandError, match="code 3: because"):
        run([sys.executable, "-c", "import sys; print('because', file=sys.stderr); sys.exit(3)"])


def test_deadlines_are_measured_for_every_unit_with_and_without_a_pause() -> None:
    found = deadlines.deadlines(rounds=1, at_least=0, size=3)
    assert len(found.rounds) == 2 * len(deadlines.LIMITS)
    assert all(rate > 0 for rates in found.rounds.values() for rate in rates)


def test_the_batch_answers_as_the_function_does() -> None:
    found = deadlines.batch(rounds=1, size=40)
    assert found.facts["answers that equal calendars.deadline, %"] == 100


def test_every_format_is_read_and_none_loses_a_row() -> None:
    found = reading(rounds=1, rows=50)
    assert ENDINGS.keys() <= found.rounds.keys()
    assert found.facts["every row was read back"]


def test_the_synthetic_log_is_the_same_for_the_same_seed_and_has_every_dossier_together() -> None:
    log = synthetic_log(300)
    runs = log.events["dossier"].rle()
    assert log.events.equals(synthetic_log(300).events)
    assert set(runs.struct.field("len")) == {STEPS}
    assert len(runs) == 300


def test_the_judge_row_by_row_and_the_rules_in_columns_agree() -> None:
    found = against_row_by_row(rounds=1, dossiers=400)
    assert found.facts["dossiers on which the two differ about R13"] == 0
    log = synthetic_log(400)
    assert 0 < len(row_by_row.decided_late(log, row_by_row.rows(log))) < 400


def test_the_rulebook_is_measured_in_a_process_of_its_own() -> None:
    found = rulebook.whole(rounds=1, dossiers=100)
    assert f"All {len(list(shipped_rules()))} rules" in found.title
    assert found.facts["findings and signals"] > 0
    assert not found.goals


def test_the_peak_of_memory_holds_the_log() -> None:
    report = rulebook.report(100)
    assert report["peak_bytes"] >= report["log_bytes"] > 0


def test_commands_and_replayed_events_are_counted_in_memory() -> None:
    done = commands(rounds=1, lives=1, at_least=0)
    folded = replay(rounds=1, events=60, at_least=0)
    assert all(rate > 0 for found in (done, folded) for rates in found.rounds.values() for rate in rates)


def test_a_life_has_seven_steps_each_in_a_transaction_that_is_recorded(tmp_path: Path) -> None:
    with storing.opened(tmp_path / "a.db") as connection, storing.recorded(connection) as sent:
        storing.Counter(Store(connection)).live("A1")
        assert len(Store(connection).history("A1")) == len(LIFE) == 7
    texts = [one.sql for one in sent]
    assert [texts.count(word) for word in ("BEGIN IMMEDIATE", "COMMIT")] == [7, 7]


def test_the_raw_statements_write_the_same_rows_as_the_desk(tmp_path: Path) -> None:
    with storing.opened(tmp_path / "a.db") as ours, storing.recorded(ours) as sent:
        storing.Counter(Store(ours)).live("A1")
    with storing.opened(tmp_path / "b.db"), closing(storing.plain(tmp_path / "b.db")) as raw:
        storing.replayed(raw, sent)
    files = [sqlite3.connect(tmp_path / name) for name in ("a.db", "b.db")]
    for table, rows in {"events": 7, "texts": 1, "dossiers": 1, "timers": 0, "outbox": 16}.items():
        one, other = (file.execute(f"SELECT * FROM motcua_{table}").fetchall() for file in files)  # noqa: S608  # ours
        assert one == other, table
        assert len(one) == rows, table
    for file in files:
        file.close()


def test_both_sides_of_the_file_are_as_durable(tmp_path: Path) -> None:
    with storing.opened(tmp_path / "a.db") as ours, closing(storing.plain(tmp_path / "a.db")) as raw:
        full = 2
        for ask in (ours.exec_driver_sql, raw.execute):
            assert ask("PRAGMA synchronous").fetchone()[0] == full
            assert ask("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_the_desk_in_a_file_is_compared_with_the_raw_statements() -> None:
    found = storing.on_sqlite(rounds=1, lives=1)
    assert found.rounds.keys() == {storing.OURS, storing.RAW}
    assert found.facts["share of the raw statements"] > 0


def test_pgbench_is_handed_a_text_that_it_does_not_take_for_a_variable() -> None:
    assert concurrent.literal("Chờ: '12:30' \\", {}) == "E'Chờ\\x3A ''12\\x3A30'' \\\\'"
    assert concurrent.literal("A1:7:notice", {"A1": "CAST(:code AS text)"}) == (
        "(CAST(:code AS text) || E'\\x3A7\\x3Anotice')"
    )
    assert [concurrent.literal(value, {}) for value in (None, True, 3)] == ["NULL", "True", "3"]


@pytest.mark.usefixtures("server")
def test_the_desk_on_postgresql_is_compared_with_pgbench() -> None:
    found = concurrent.on_postgres(rounds=1, lives=2)
    assert all(rate > 0 for rates in found.rounds.values() for rate in rates)
    assert found.facts["share of pgbench"].keys() == {"prepared", "simple"}


@pytest.mark.usefixtures("server")
def test_two_desks_at_once_are_compared_with_two_clients() -> None:
    found = concurrent.on_postgres_at_once(rounds=1, lives=2, desks=2)
    assert len(found.rounds) == 4
    assert all(rate > 0 for rates in found.rounds.values() for rate in rates)


def test_without_a_driver_postgresql_is_skipped_and_sqlite_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingPeerError, match="psycopg is not installed"):
        concurrent.on_postgres(rounds=1, lives=1)
    found = worklists(rounds=1, dossiers=300, at_least=0)
    assert {who.split(",")[0] for who in found.rounds} == {"SQLite"}
    assert ["psycopg is not installed" in note for note in found.notes] == [True]


def test_without_a_server_postgresql_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.postgres.find_spec", lambda _name: None)
    found, skipped = measure({"postgres": partial(concurrent.on_postgres, rounds=1, lives=1)})
    assert (found, "pgserver is not installed" in skipped["postgres"]) == ([], True)


@pytest.mark.usefixtures("server")
def test_the_worklist_is_measured_on_both_databases() -> None:
    found = worklists(rounds=1, dossiers=1_000, at_least=0)
    assert {who.split(",")[0] for who in found.rounds} == {"SQLite", "PostgreSQL"}


def test_both_plans_measure_the_same_things() -> None:
    assert list(QUICK) == list(FULL)


def test_the_json_document_gives_medians_and_ratios() -> None:
    printed = json.loads(json.dumps(document(machine(), [TIMES], {"start": "no command"})))
    assert printed["measurements"][0]["entries"]["peer"] == {
        "median": 9.0,
        "rounds": [9.0, 6.0, 60.0],
        "ours_is_times_faster": 4.5,
    }
    assert printed["skipped"] == {"start": "no command"}
    assert printed["machine"]["cores"] >= 1


def test_the_table_shows_ratios_and_says_what_was_missed_and_skipped() -> None:
    out = StringIO()
    missed = Measurement("m", "Walk", "s", {"ours": (2.0,)}, goals={"under 1 s": False})
    show(machine(), [TIMES, missed], {"start": "no command"}, Console(file=out, width=120))
    assert "4.5 ×" in out.getvalue()
    assert "MISSED: under 1 s" in out.getvalue()
    assert "start: skipped. no command" in out.getvalue()


def test_a_peer_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(MissingPeerError, match=r"pip install '\.\[bench\]'"):
        peer("no_such_library")


def test_the_ground_floor_is_imported_without_the_heavy_libraries() -> None:
    code = "import sys, calendars; calendars.vietnam(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # ours
    assert not {"numpy", "pandas", "holidays", "polars", "pydantic"} & set(done.stdout.split())


@pytest.mark.parametrize("code", list(FULL))
def test_every_measurement_is_explained_on_the_page(code: str) -> None:
    page = Path(__file__).parents[1] / "docs" / "benchmarks.md"
    assert f"| `{code}` |" in page.read_text(encoding="utf-8")
