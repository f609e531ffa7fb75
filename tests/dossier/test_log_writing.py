import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from calendars import for_country
from dossier.events import LOG_COLUMNS, Forwarded, Received, Row
from dossier.formats import LogError, log, read_log, write_log
from tests.dossier.logs import rows, same_story, utc

NAMES = ["log.csv", "log.csv.gz", "log.jsonl", "log.ndjson.gz", "log.parquet"]
AT = datetime.fromisoformat("2024-03-05T10:00+07:00")


def received(**changes: object) -> Row:
    """A row as the desk hands it over."""
    event = Received(dossier="H1", at=AT, recorded_at=AT, slip="PH1", procedure="1.004227", promised=date(2024, 5, 3))
    return {**event.to_row(), **changes}  # type: ignore[dict-item]


@given(rows)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_reads_back_as_the_same_log_in_every_format(tmp_path: Path, rows: list[Row]) -> None:
    write_log(rows, tmp_path / "first.jsonl")
    first = read_log(tmp_path / "first.jsonl")
    assert not first.unreadable
    assert first.rows == len(rows)
    previous = first
    for name in NAMES:
        write_log(previous, tmp_path / name)
        previous = read_log(tmp_path / name)
        assert same_story(first, previous)


@given(rows)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_of_the_desk_read_back_cell_by_cell(tmp_path: Path, rows: list[Row]) -> None:
    write_log(rows, tmp_path / "log.csv")
    events = read_log(tmp_path / "log.csv").events
    for number, row in enumerate(rows):
        found = events.row(number, named=True)
        assert (found["dossier"], found["event"], found["at"]) == (row["dossier"], row["event"], row["at"])
        for name in ("channel", "ground", "reason", "slip"):
            assert found.get(name) == (row.get(name) or None)


def test_rows_are_written_in_the_order_of_the_log_with_moments_in_the_zone_of_the_calendar(tmp_path: Path) -> None:
    write_log([received(at=utc("2024-03-05T10:00+07:00"), note="n")], tmp_path / "log.csv")
    header, line = (tmp_path / "log.csv").read_text(encoding="utf-8").splitlines()
    assert header.split(",") == [*LOG_COLUMNS, "note"]
    moment = "2024-03-05T10:00:00+07:00"
    assert line == f"H1,,received,{moment},{moment},,,,1.004227,,,,2024-05-03,,,,,,PH1,,false,false,,,n"


def test_another_calendar_writes_moments_in_its_zone(tmp_path: Path) -> None:
    dutch = for_country("NL", zone="Europe/Amsterdam", sessions=["08:00-17:00"])
    write_log([received()], tmp_path / "log.jsonl", calendar=dutch)
    line = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert line["at"] == "2024-03-05T04:00:00+01:00"
    assert line["reason"] is None


def test_parquet_holds_moments_as_timestamps_of_the_zone(tmp_path: Path) -> None:
    write_log([received(promised="?")], tmp_path / "log.parquet")
    frame = pl.read_parquet(tmp_path / "log.parquet")
    assert frame.schema["at"] == pl.Datetime("us", "Asia/Ho_Chi_Minh")
    assert frame["promised"].to_list() == ["?"]


def test_a_column_that_says_nothing_is_still_a_column(tmp_path: Path) -> None:
    for name in NAMES:
        write_log([received()], tmp_path / name)
        assert read_log(tmp_path / name).columns == set(LOG_COLUMNS)


def test_events_of_the_desk_can_be_written_by_their_rows(tmp_path: Path) -> None:
    event = Forwarded(dossier="H1", at=AT, recorded_at=AT, office="Phòng Đất đai")
    write_log((event.to_row() for _ in range(2)), tmp_path / "log.csv")
    assert read_log(tmp_path / "log.csv").events["office"].to_list() == ["Phòng Đất đai"] * 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dossier": None}, "row 1, column 'dossier': an empty cell"),
        ({"event": None}, "row 1, column 'event': an empty cell"),
        ({"at": datetime(2024, 3, 5)}, "without offset"),  # noqa: DTZ001  # meant
        ({"reason": "a\0b"}, "row 1, column 'reason': a NUL character"),
        ({"reason": "\ud800"}, "row 1, column 'reason': half a Unicode character"),
        ({"reason": "x" * 1_100_000}, "a line longer than 1048576 bytes"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text("what stood here", encoding="utf-8")
    with pytest.raises(LogError, match=r"correct it|line break") as refused:
        write_log([received(**changes)], path)
    assert says in str(refused.value)
    assert [file.name for file in tmp_path.iterdir()] == ["log.csv"]
    assert path.read_text(encoding="utf-8") == "what stood here"


def test_a_text_that_is_no_moment_is_not_written_as_a_timestamp(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="row 1, column 'recorded_at': 'yesterday'"):
        write_log([received(recorded_at="yesterday")], tmp_path / "log.parquet")
    assert not list(tmp_path.iterdir())


def test_nothing_half_written_stays_when_the_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(LogError, match="no space left on device"):
        write_log([received()], tmp_path / "log.csv")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_and_an_unknown_ending_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be written: no such file"):
        write_log([received()], tmp_path / "nowhere" / "log.csv")
    with pytest.raises(LogError, match=r"ends in '\.txt'"):
        write_log([received()], tmp_path / "log.txt")


def test_no_event_at_all_is_a_header_in_csv_and_refused_in_json_lines(tmp_path: Path) -> None:
    write_log([], tmp_path / "log.csv")
    assert read_log(tmp_path / "log.csv").rows == 0
    with pytest.raises(LogError, match="no event"):
        write_log([], tmp_path / "log.jsonl")


def test_the_same_events_give_the_same_packed_bytes(tmp_path: Path) -> None:
    write_log([received()], tmp_path / "a.csv.gz")
    write_log([received()], tmp_path / "b.csv.gz")
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()).startswith(b"dossier,parent,event")


def test_unknown_truth_stays_unknown_and_a_fraction_of_a_second_stays(tmp_path: Path) -> None:
    moment = datetime(2024, 3, 5, 3, 0, 0, 1, UTC)
    write_log([received(signed="?", at=moment)], tmp_path / "log.csv")
    events = log.read_log(tmp_path / "log.csv").events
    assert events.select("signed", "digitised", "at").rows() == [(None, False, moment)]
