from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from dossier.formats.errors import LogError
from rules.audit.acts import NO_OFFICE, acts_frame, dossiers_frame, read_frame
from rules.audit.frames import Frame, Unit
from rules.errors import MalformedFrame
from tests.rules.audit_samples import frame_of
from tests.rules.logs import at, hourly, log_of

COMPOSED, DECOMPOSED = "H-\u1ebf", "H-e\u0302\u0301"


def table(folder: Path, text: str) -> Path:
    path = folder / "frame.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_hash_is_that_of_json_lines_in_the_order_of_the_codes_as_bytes() -> None:
    units = [Unit("Đ-1", "Huế", ("R2", "R1")), Unit("a", 'say "x"'), Unit("B", "\t")]
    lines = [
        json.dumps([unit.id, unit.stratum, sorted(unit.flags)], ensure_ascii=False, separators=(",", ":")) + "\n"
        for unit in sorted(units, key=lambda unit: unit.id.encode())
    ]
    assert Frame(units).sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_order_of_the_rows_changes_nothing() -> None:
    units = list(frame_of(300, offices=7).units)
    random.Random(1).shuffle(units)
    assert Frame(units).sha256 == frame_of(300, offices=7).sha256


@pytest.mark.parametrize(
    "changed", [Unit("D-00003", "office 1"), Unit("D-00002", "office 9"), Unit("D-00002", "office 0", ("R1",))]
)
def test_a_unit_that_is_added_moved_or_flagged_changes_the_hash(changed: Unit) -> None:
    before = Frame([Unit("D-00001"), Unit("D-00002", "office 0")])
    assert Frame([Unit("D-00001"), changed]).sha256 != before.sha256


@pytest.mark.parametrize("twins", [("A", "A"), (COMPOSED, DECOMPOSED)])
def test_a_unit_that_stands_twice_is_refused_also_when_it_is_written_in_two_ways(twins: tuple[str, str]) -> None:
    with pytest.raises(MalformedFrame, match="stands twice"):
        Frame(Unit(name) for name in twins)


@pytest.mark.parametrize("name", ["", " ", " A", "A ", "A\nB", "A\u200bB", "A\x00", "\ud800"])
def test_a_code_that_a_shell_could_not_repeat_is_refused(name: str) -> None:
    with pytest.raises(MalformedFrame):
        Frame([Unit(name)])


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(MalformedFrame, match="no unit"):
        Frame([])


def test_a_table_is_read_with_its_strata_flags_and_facts(tmp_path: Path) -> None:
    frame = Frame.read_csv(table(tmp_path, "id,office,flags,note\nB,HN,R2 R1,x\nA,HCM,,y\n"), strata="office")
    assert frame.units == (Unit("A", "HCM", (), ("y",)), Unit("B", "HN", ("R1", "R2"), ("x",)))
    assert frame.sizes == {"HCM": 1, "HN": 1}
    assert frame.columns == ("note",)


def test_a_table_with_semicolons_and_a_mark_at_its_beginning_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    assert Frame.read_csv(table(tmp_path, "\ufeffid;stratum\r\nA;HN\r\n")).units == (Unit("A", "HN"),)


@pytest.mark.parametrize("head", ["dossier,x", "x,dossier", "unit_id,x", "code,x"])
def test_the_units_are_found_by_name_else_in_the_first_column(tmp_path: Path, head: str) -> None:
    row = "1,A" if head.startswith("x") else "A,1"
    assert [unit.id for unit in Frame.read_csv(table(tmp_path, f"{head}\n{row}\n")).units] == ["A"]


def test_a_frame_that_is_written_reads_the_same(tmp_path: Path) -> None:
    frame = Frame([Unit('=A,"1"', "a;b", ("R1", "R2"), ("multi\nline",)), Unit("B", "", (), ("",))], ["note"])
    frame.write_csv(tmp_path / "frame.csv")
    again = Frame.read_csv(tmp_path / "frame.csv")
    assert (again.units, again.sha256, again.columns) == (frame.units, frame.sha256, frame.columns)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(MalformedFrame, match=r"'region'.*id, office"):
        Frame.read_csv(table(tmp_path, "id,office\nA,HN\n"), strata="region")


def test_a_ragged_table_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="line 3"):
        Frame.read_csv(table(tmp_path, "id,office\nA,HN\nB\n"))


# -- acts

PAUSE = {"event": "paused", "reason": "chờ", "document": "VB1"}
RECEIVED = {"event": "received", "office": "Phòng Đất đai"}


def test_every_pause_is_a_unit_of_its_own_under_the_office_of_the_receipt() -> None:
    log = log_of(hourly(at("2026-06-01 09:00"), [RECEIVED, PAUSE, {"event": "resumed"}, PAUSE]))
    frame = acts_frame(log, "pauses")
    assert [(unit.id, unit.stratum) for unit in frame.units] == [
        ("A1#paused#1", "Phòng Đất đai"),
        ("A1#paused#2", "Phòng Đất đai"),
    ]
    assert frame.unit == "pauses"
    facts = dict(zip(frame.columns, frame.units[0].facts, strict=True))
    assert (facts["dossier"], facts["at"], facts["reason"]) == ("A1", "2026-06-01 10:00:00", "chờ")


def test_an_act_with_an_office_of_its_own_stands_there_and_without_any_it_is_said() -> None:
    own = log_of(hourly(at("2026-06-01 09:00"), [RECEIVED, PAUSE | {"office": "Chi cục Biển"}]))
    none = log_of(hourly(at("2026-06-01 09:00"), [{"event": "received"}, PAUSE]))
    unknown = log_of(hourly(at("2026-06-01 09:00"), [RECEIVED, PAUSE]), without=["office"])
    assert [next(iter(acts_frame(log, "pauses").sizes)) for log in (own, none, unknown)] == [
        "Chi cục Biển", NO_OFFICE, NO_OFFICE,
    ]  # fmt: skip


def test_a_rejection_before_receipt_cancels_nothing_one_after_it_does() -> None:
    before = [{"event": "submitted"}, {"event": "rejected"}]
    after = [RECEIVED | {"dossier": "B"}, {"event": "rejected", "dossier": "B"}]
    log = log_of([*hourly(at("2026-06-01 09:00"), before), *hourly(at("2026-06-01 09:00"), after)])
    assert [unit.id for unit in acts_frame(log, "cancellations").units] == ["B#rejected#1"]


def test_closed_and_withdrawn_dossiers_are_cancellations_too() -> None:
    rows = [{"event": kind, "dossier": kind, "at": at("2026-06-01 09:00")} for kind in ("closed", "withdrawn")]
    frame = acts_frame(log_of(rows), "cancellations")
    assert [unit.id for unit in frame.units] == ["closed#closed#1", "withdrawn#withdrawn#1"]


def test_guidance_before_receipt_is_no_supplement_request() -> None:
    log = log_of(hourly(at("2026-06-01 09:00"), [{"event": "guided"}, RECEIVED, {"event": "supplement_requested"}]))
    assert [unit.id for unit in acts_frame(log, "supplements").units] == ["A1#supplement_requested#1"]


def test_a_month_is_that_of_the_clock_in_the_office_and_the_numbers_count_the_whole_history() -> None:
    steps = [
        {"event": "paused", "at": at("2026-06-30 23:59")},
        {"event": "resumed", "at": at("2026-07-01 00:00")},
        {"event": "paused", "at": at("2026-07-01 00:01")},  # in UTC still June
    ]
    frame = acts_frame(log_of(steps), "pauses", month="2026-07")
    assert [unit.id for unit in frame.units] == ["A1#paused#2"]


@pytest.mark.parametrize("month", ["2026-13", "2026-7", "July", ""])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(MalformedFrame, match="no month"):
        acts_frame(log_of([{"event": "paused", "at": at("2026-06-01 09:00")}]), "pauses", month=month)


def test_a_month_without_the_act_says_so() -> None:
    with pytest.raises(MalformedFrame, match="no such act in 2026-08"):
        acts_frame(log_of([{"event": "paused", "at": at("2026-06-01 09:00")}]), "pauses", month="2026-08")


def test_flags_of_a_dossier_stand_on_its_acts_and_dossiers_are_a_frame_too() -> None:
    log = log_of(hourly(at("2026-06-01 09:00"), [RECEIVED, PAUSE]))
    assert acts_frame(log, "pauses", flags={"A1": ("R7",)}).units[0].flags == ("R7",)
    assert dossiers_frame(log, flags={"A1": ("R7",)}).units[0][:3] == ("A1", "Phòng Đất đai", ("R7",))


def test_a_frame_of_acts_is_known_by_its_column(tmp_path: Path) -> None:
    acts_frame(log_of(hourly(at("2026-06-01 09:00"), [RECEIVED, PAUSE])), "pauses").write_csv(tmp_path / "f.csv")
    assert read_frame(tmp_path / "f.csv").unit == "pauses"
