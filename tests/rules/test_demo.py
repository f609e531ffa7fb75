import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from calendars import vietnam
from dossier import UNCHECKED, Desk, MemoryStore, Store
from dossier.formats.log import read_log, write_log
from dossier.procedures import Procedures
from rules.checks import check
from rules.demo import Demo, Files, ForeignFiles, run_demo
from rules.demo.breaches import BESIDE, BREACHES
from rules.demo.careless import careless
from rules.demo.lawful import COURSES, lawful
from rules.demo.office import Office, play
from rules.demo.quarter import BEGIN, END, Chance
from rules.quotas import quotas
from rules.rulebook import rulebook

SMALL = 60
DOCS = Path(__file__).parents[2] / "docs" / "demo.md"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(tmp_path_factory.mktemp("demo"), seed=2, dossiers=300)


def found_in(path: Path) -> set[tuple[str, str]]:
    return set(check(read_log(path), as_of=END).found.select("dossier", "rule").iter_rows())


def contents(directory: Path) -> dict[str, bytes]:
    names = ("desk.csv.gz", "careless.csv.gz", "planted.csv")
    return {name: (directory / name).read_bytes() for name in names}


# the desk


def test_all_dossiers_are_in_the_database_and_in_the_log_that_was_exported_from_it(demo: Demo) -> None:
    log = read_log(demo.files.desk_log)
    with sa.create_engine(f"sqlite:///{demo.files.database}").connect() as connection:
        kept = Counter(row["dossier"] for row in Store(connection).export_rows())
        states = Counter(line.state for line in Store(connection).overviews())
    assert kept == Counter(log.events["dossier"])
    assert (kept.total(), len(kept)) == (demo.acts, demo.dossiers) == (log.rows, 300)
    assert states == demo.states


def test_the_desk_refuses_every_unlawful_act_that_an_officer_tries(demo: Demo) -> None:
    assert demo.let_through == ()
    assert 0 < demo.refused <= sum(demo.reasons.values())
    tried = {"request_supplement.quota", "apologise.quota", "pause.document_at", "promise.late"}
    tried |= {"complete.result", "complete.signed", "state.paused", "state.ended"}
    assert tried <= demo.reasons.keys()


def test_the_log_of_the_desk_breaks_no_rule_that_the_desk_can_prevent(demo: Demo) -> None:
    checked = check(read_log(demo.files.desk_log), as_of=END)
    violated = {tally.rule.code for tally in checked.tallies if tally.violated and tally.rule.preventable}
    assert violated == set()
    assert demo.unprevented == 0


def test_the_log_of_the_desk_shows_the_lateness_that_nobody_can_prevent(demo: Demo) -> None:
    assert {"R13", "R15", "S02"} <= demo.desk_found.keys()


def test_the_desk_and_the_check_agree_on_every_due_date(demo: Demo) -> None:
    facts = check(read_log(demo.files.desk_log), as_of=END).facts
    columns = ("legal_due_on", "due_without_pauses_on", "overdue")
    with sa.create_engine(f"sqlite:///{demo.files.database}").connect() as connection:
        setting = {"procedures": Procedures.shipped(), "quotas": quotas().on, "now": lambda: END}
        desk = Desk(Store(connection), roles=UNCHECKED, **setting)
        for code, due, without, overdue in facts.filter("received").select("dossier", *columns).iter_rows():
            view = desk.dossier(code)
            assert view.legal_due is not None
            assert view.due_without_pauses is not None
            assert (view.legal_due.day, view.due_without_pauses.day) == (due, without), code
            if view.state not in {"withdrawn", "closed"}:
                assert view.overdue == overdue, code


def test_what_the_desk_records_is_entered_when_it_happens_or_later(demo: Demo) -> None:
    events = read_log(demo.files.desk_log).events
    late = events.filter(pl.col("recorded_at") > pl.col("at"))
    assert events.filter(pl.col("recorded_at") < pl.col("at")).is_empty()
    assert 0 < late.height < events.height / 20
    assert events["at"].min() >= BEGIN
    assert events["recorded_at"].max() <= END


def test_officers_work_on_the_make_up_saturday_and_not_on_the_swapped_monday_or_the_national_day(demo: Demo) -> None:
    events = read_log(demo.files.desk_log).events
    zone = vietnam().zone.key
    days = set(events.filter(pl.col("event") == "received")["at"].dt.convert_time_zone(zone).dt.date())
    assert date(2026, 8, 22) in days
    assert days.isdisjoint({date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2), date(2026, 8, 29)})


def test_applicants_hand_in_online_on_days_off_and_at_night_too(demo: Demo) -> None:
    events = read_log(demo.files.desk_log).events.filter(pl.col("event") == "submitted")
    moments = [at.astimezone(vietnam().zone) for at in events["at"]]
    assert any(not vietnam().is_working(at.date()) for at in moments)
    assert any(vietnam().is_working(at.date()) and not vietnam().is_open(at) for at in moments)


def test_the_quarter_has_dossiers_in_every_kind_of_standing(demo: Demo) -> None:
    assert {"delivered", "completed", "rejected", "withdrawn", "processing", "submitted"} <= demo.states.keys()
    events = set(read_log(demo.files.desk_log).events["event"])
    assert {"guided", "supplemented", "resumed", "paid", "answered", "apologised", "published", "rated"} <= events


def test_officers_act_in_order_of_time_until_the_quarter_ends() -> None:
    office, seen, closed = Office(MemoryStore()), [], []

    def course(name: str, *hours: int) -> Iterator[datetime]:
        for hour in hours:
            seen.append((name, office.now))
            yield BEGIN + timedelta(hours=hour)
        seen.append((name, office.now))

    last = (END - BEGIN) // timedelta(hours=1)
    courses = [(BEGIN, course("a", 30, last + 1)), (BEGIN + timedelta(hours=2), course("b", 3))]
    play(office, courses, lambda: closed.append(office.now.date()))
    assert [name for name, _ in seen] == ["a", "b", "b", "a"]
    assert [at for _, at in seen] == [BEGIN + timedelta(hours=n) for n in (0, 2, 3, 30)]
    assert closed == [BEGIN.date(), BEGIN.date() + timedelta(days=1)]


def test_an_unlawful_act_that_the_desk_lets_through_is_told() -> None:
    office = Office(MemoryStore())
    office.tries("A1", "receive", {"slip": "TN-1", "procedure": "1.012784"})
    assert office.let_through == ["A1 receive"]
    assert office.refused == 0


# the careless office


@pytest.mark.parametrize("seed", [1, 2, 3, 2026])
def test_the_check_finds_what_was_planted_and_nothing_else(seed: int, tmp_path: Path) -> None:
    kept = careless(seed, 400)
    write_log(kept.rows, log := tmp_path / "careless.csv.gz")
    assert found_in(log) == kept.pairs


def test_the_demo_finds_what_was_planted_and_nothing_else(demo: Demo) -> None:
    assert demo.found == demo.planted
    assert demo.as_expected
    with demo.files.planted.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert {(row["dossier"], row["rule"]) for row in listed} == demo.planted == found_in(demo.files.careless_log)
    assert all(row["deed"] for row in listed)


def test_every_rule_and_every_signal_is_planted_several_times() -> None:
    planted = Counter(rule for _, rule in careless(2026, 600).pairs)
    assert planted.keys() == {rule.code for rule in rulebook()} - BESIDE
    assert min(planted.values()) >= 5


def test_a_small_careless_office_still_does_every_deed_twice() -> None:
    planted = {one.dossier + one.deed: one.deed for one in careless(5, 300).planted}
    assert set(planted.values()) == {breach.words for breach in BREACHES}
    assert min(Counter(planted.values()).values()) >= 2


def test_some_dossiers_are_wrong_in_several_ways_and_some_in_none() -> None:
    kept = careless(2026, 600)
    ways = Counter(dossier for dossier, _ in kept.pairs)
    assert max(ways.values()) >= 3
    assert len(kept.dossiers) - len(ways) >= 200


def test_deeds_in_one_dossier_touch_nothing_in_common() -> None:
    words = {breach.words: breach for breach in BREACHES}
    assert len(words) == len(BREACHES)
    deeds: dict[str, set[str]] = {}
    for one in careless(2026, 600).planted:
        deeds.setdefault(one.dossier, set()).add(one.deed)
    for done in deeds.values():
        touched = Counter(part for deed in done for part in words[deed].touches)
        assert set(touched.values()) == {1}


@pytest.mark.parametrize("course", COURSES)
def test_a_history_to_which_nothing_was_done_breaks_no_rule(course: str, tmp_path: Path) -> None:
    histories = [lawful(f"C-{number}", course, Chance("lawful", number)) for number in range(40)]
    write_log([row for history in histories for row in history.rows()], log := tmp_path / "lawful.csv")
    assert found_in(log) == set()


# the files


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 11), ("b", 11), ("c", 12)):
        run_demo(tmp_path / name, seed=seed, dossiers=SMALL)
    first, again, other = (contents(tmp_path / name) for name in "abc")
    assert first == again
    assert all(first[name] != other[name] for name in first)


def test_a_new_demo_replaces_the_files_of_the_old_one_and_leaves_others_alone(tmp_path: Path) -> None:
    run_demo(tmp_path, seed=1, dossiers=SMALL)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    again = run_demo(tmp_path, seed=2, dossiers=SMALL)
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", *(path.name for path in again.files)}
    assert read_log(again.files.desk_log).rows == again.acts
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_demo_that_fails_leaves_the_old_files_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_demo(tmp_path, seed=1, dossiers=SMALL)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("rules.demo.run.write_report", fail)
    with pytest.raises(OSError, match="disk full"):
        run_demo(tmp_path, seed=2, dossiers=SMALL)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_database_that_no_demo_wrote_is_never_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "desk.sqlite"
    mine.write_text("a real office", encoding="utf-8")
    with pytest.raises(ForeignFiles, match=r"desk\.sqlite.*another directory"):
        run_demo(tmp_path, dossiers=SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["desk.sqlite"]
    assert mine.read_text(encoding="utf-8") == "a real office"


def test_a_directory_that_is_not_there_is_made(tmp_path: Path) -> None:
    done = run_demo(tmp_path / "a" / "b", dossiers=SMALL)
    assert done.files.report.is_file()


# what it says


def test_the_report_shows_both_offices(demo: Demo) -> None:
    page = demo.files.report.read_text(encoding="utf-8")
    assert "Trung tâm Hành chính công" in page
    assert "Chi nhánh đất đai số 9 (sổ giấy)" in page
    assert "DEMO.B-2607-" in page


def test_ten_lines_tell_what_was_done_and_where_to_look(demo: Demo) -> None:
    lines = demo.lines()
    text = "\n".join(lines)
    assert len(lines) == 10
    assert f"{demo.acts:,} events" in text
    assert f"refused {demo.refused:,} acts" in text
    assert f"all {len(demo.planted):,} of them" in text
    assert str(demo.files.report) in lines[-1]
    assert "UNEXPECTED" not in text


def test_the_lines_say_when_something_is_not_as_expected(demo: Demo) -> None:
    pair = next(iter(demo.planted))
    for wrong in (
        replace(demo, found=demo.found - {pair}),
        replace(demo, found=demo.found | {("X", "R01")}),
        replace(demo, desk_found={"R04": 1}),
        replace(demo, let_through=("A1 pause",)),
    ):
        assert not wrong.as_expected
        assert "UNEXPECTED" in "\n".join(wrong.lines())
        assert wrong.to_dict()["as_expected"] is False


def test_the_document_names_every_file(tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [path.name for path in Files(tmp_path) if f"`{path.name}`" not in text] == []
