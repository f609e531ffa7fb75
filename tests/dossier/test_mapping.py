import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from calendars import vietnam
from dossier.events import KINDS
from dossier.formats import EventLog, LogError, LogMapping, read_log, read_mapping
from dossier.formats.oddities import impossible_times, steps_after_end
from tests.dossier.logs import SHARED, column, same_story, utc

WABO = Path(__file__).parents[2] / "examples" / "wabo.toml"
COLUMNS = '[columns]\ndossier = "case"\nactivity = "step"\ntime = "when"\n'
RECEIVED = '[[events]]\nkind = "received"\nactivity = "in"\n'
HEAD = "case,step,when,start,end,due,by,way"


def mapped(folder: Path, mapping: str, *lines: str, head: str = HEAD) -> EventLog:
    """A foreign log of these lines, read with this mapping."""
    (folder / "m.toml").write_text(mapping, encoding="utf-8")
    (folder / "log.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    return read_log(folder / "log.csv", read_mapping(folder / "m.toml"))


def test_activities_become_events_and_others_stay_as_rows_without_kind(tmp_path: Path) -> None:
    log = mapped(tmp_path, COLUMNS + RECEIVED, "A,in,2024-03-05T10:00Z,,,,,", "A,look,2024-03-07T10:00Z,,,,,")
    assert column(log, "event") == ["received", None]
    assert column(log, "activity") == ["in", "look"]
    assert (log.rows, log.latest) == (2, utc("2024-03-07T10:00Z"))
    assert log.kinds == {"received"}
    assert log.columns == {"dossier", "event", "at"}
    assert any("1 rows hold activities that are not mapped to an event: 'look' (1)" in text for text in log.warnings)
    assert any("'start', 'end', 'due', 'by', 'way'" in text for text in log.warnings)


def test_the_first_activity_is_the_first_by_time_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    mapping = COLUMNS + RECEIVED + "first = true\n"
    lines = ["A,in,2024-03-07T10:00Z,,,,,", "A,in,2024-03-05T10:00Z,,,,,", "B,in,2024-03-06T10:00Z,,,,,"]
    log = mapped(tmp_path, mapping, *lines, "B,in,2024-03-06T17:00+07:00,,,,,")
    assert column(log, "event") == [None, "received", "received", None]


def test_every_such_activity_is_an_event_where_the_first_is_not_asked_for(tmp_path: Path) -> None:
    log = mapped(tmp_path, COLUMNS + RECEIVED, "A,in,2024-03-07T10:00Z,,,,,", "A,in,2024-03-05T10:00Z,,,,,")
    assert column(log, "event") == ["received", "received"]


def test_a_case_column_gives_one_event_per_dossier_on_its_first_row_and_none_where_it_is_empty(tmp_path: Path) -> None:
    mapping = (
        COLUMNS + '[[events]]\nkind = "submitted"\ncolumn = "start"\n[[events]]\nkind = "completed"\ncolumn = "end"\n'
    )
    lines = [
        "B,x,2024-03-05T10:00Z,2024-03-01T10:00Z,,,,",
        "A,x,2024-03-05T10:00Z,2024-03-02T10:00Z,2024-03-09T10:00Z,,,",
    ]
    log = mapped(tmp_path, mapping, *lines, lines[0])
    events = log.events.filter(pl.col("event").is_not_null()).select("dossier", "row", "event", "at").rows()
    assert events == [
        ("B", 1, "submitted", utc("2024-03-01T10:00Z")),
        ("A", 2, "submitted", utc("2024-03-02T10:00Z")),
        ("A", 2, "completed", utc("2024-03-09T10:00Z")),
    ]
    assert (log.rows, log.latest) == (3, utc("2024-03-09T10:00Z"))


def test_a_field_of_an_event_is_given_on_it_and_unknown_on_every_other(tmp_path: Path) -> None:
    mapping = COLUMNS + RECEIVED + 'promised = "due"\nslip = "by"\n[[events]]\nkind = "completed"\ncolumn = "end"\n'
    lines = [
        "A,in,2024-03-05T10:00Z,,2024-03-09T10:00Z,2024-03-08T10:00Z,P1,",
        "A,x,2024-03-06T10:00Z,,2024-03-09T10:00Z,,,",
    ]
    log = mapped(tmp_path, mapping, *lines)
    assert log.events.select("event", "promised_at", "promised_unknown", "slip").rows() == [
        ("completed", None, True, "?"),
        ("received", utc("2024-03-08T10:00Z"), False, "P1"),
        (None, None, True, "?"),
    ]
    assert log.columns == {"dossier", "event", "at", "promised", "slip"}


def test_columns_about_the_dossier_are_known_on_case_events_and_columns_about_a_step_are_not(tmp_path: Path) -> None:
    mapping = (
        COLUMNS + 'actor = "by"\nchannel = "way"\n' + RECEIVED + '[[events]]\nkind = "submitted"\ncolumn = "start"\n'
    )
    log = mapped(tmp_path, mapping, "A,in,2024-03-05T10:00Z,2024-03-01T10:00Z,,,Mai,online")
    assert log.events.select("event", "actor", "channel").rows() == [
        ("submitted", "?", "online"),
        ("received", "Mai", "online"),
    ]


def test_values_are_translated_and_those_without_a_code_are_empty_and_told(tmp_path: Path) -> None:
    mapping = COLUMNS + 'channel = "way"\n' + RECEIVED + '[values.channel]\nWeb = "online"\nFax = "?"\n'
    lines = [f"A,in,2024-03-05T10:00Z,,,,,{way}" for way in ("Web", "Fax", "e-mail", "", "?")]
    log = mapped(tmp_path, mapping, *lines)
    assert column(log, "channel") == ["online", "?", None, None, "?"]
    assert "values of 'channel' without a code were read as empty: 'e-mail' (1)" in log.warnings


def test_a_code_without_translation_must_be_one_of_the_log(tmp_path: Path) -> None:
    log = mapped(tmp_path, COLUMNS + 'channel = "way"\n' + RECEIVED, "A,in,2024-03-05T10:00Z,,,,,Web")
    assert [(fault.column, fault.value) for fault in log.unreadable] == [("way", "Web")]


def test_faults_are_told_by_the_names_of_the_file_and_once(tmp_path: Path) -> None:
    mapping = (
        COLUMNS + 'limit = "way"\n' + RECEIVED + 'promised = "due"\n[[events]]\nkind = "submitted"\ncolumn = "start"\n'
    )
    log = mapped(tmp_path, mapping, "A,in,2024-03-05,2024-03-32T10:00Z,,soon,,15", "B,in,2024-03-05T10:00Z,,,,,")
    assert {(fault.dossier, fault.row, fault.column, fault.value) for fault in log.unreadable} == {
        ("A", 1, "when", "2024-03-05"),
        ("A", 1, "start", "2024-03-32T10:00Z"),
        ("A", 1, "due", "soon"),
        ("A", 1, "way", "15"),
    }
    assert len(log.unreadable) == 4
    assert column(log, "dossier") == ["B"]


def test_an_empty_activity_or_dossier_is_a_fault_of_its_row(tmp_path: Path) -> None:
    log = mapped(tmp_path, COLUMNS + RECEIVED, "A,,2024-03-05T10:00Z,,,,,", ",in,2024-03-05T10:00Z,,,,,")
    assert [(fault.dossier, fault.row, fault.column) for fault in log.unreadable] == [
        ("A", 1, "step"),
        (None, 2, "case"),
    ]


def test_a_case_column_that_disagrees_with_itself_sets_the_dossier_aside(tmp_path: Path) -> None:
    mapping = COLUMNS + '[[events]]\nkind = "submitted"\ncolumn = "start"\n'
    lines = ["A,x,2024-03-05T10:00Z,2024-03-01T10:00Z,,,,", "A,x,2024-03-05T10:00Z,2024-03-02T10:00Z,,,,"]
    log = mapped(tmp_path, mapping, *lines)
    assert [(fault.dossier, fault.row, fault.column) for fault in log.unreadable] == [("A", 2, "start")]
    assert "another value" in log.unreadable[0].reason


def test_moments_without_offset_need_the_zone_of_the_mapping(tmp_path: Path) -> None:
    line = "A,in,2024-07-05 10:00:00,,,,,"
    assert "[time] zone" in mapped(tmp_path, COLUMNS + RECEIVED, line).unreadable[0].reason
    log = mapped(tmp_path, COLUMNS + RECEIVED + '[time]\nzone = "Europe/Amsterdam"\n', line)
    assert column(log, "at") == [datetime(2024, 7, 5, 8, tzinfo=UTC)]


def test_what_a_source_could_say_law_evidence_and_calendar_come_from_the_mapping(tmp_path: Path) -> None:
    top = 'can_say = ["rejected"]\nlaw_as_of = 2024-06-01\nevidence_from = {slip = 2024-03-06}\n'
    calendar = '[calendar]\ncountry = "NL"\nzone = "Europe/Amsterdam"\nsessions = ["08:00-17:00"]\n'
    mapping = top + COLUMNS + 'slip = "by"\n' + RECEIVED + calendar
    log = mapped(tmp_path, mapping, "A,in,2024-03-05T22:59Z,,,,P1,", "A,in,2024-03-05T23:00Z,,,,P2,")
    assert column(log, "slip") == ["?", "P2"]
    assert log.kinds == {"received", "rejected"}
    assert (log.law_as_of, log.evidence_from) == (date(2024, 6, 1), {"slip": date(2024, 3, 6)})
    assert (log.calendar.name, log.calendar.zone) == ("NL", ZoneInfo("Europe/Amsterdam"))


def test_a_mapping_without_columns_only_adds_to_an_event_log_what_it_cannot_say_of_itself(tmp_path: Path) -> None:
    kept = "document_at = 2024-03-06, signed = 2024-03-06, promised = 2024-03-06, notice = 2024-03-06"
    mapping = f'evidence_from = {{{kept}}}\n[time]\nzone = "Asia/Ho_Chi_Minh"\n'
    rest = "2024-03-01T10:00Z,true,2024-04-01"
    lines = [f"A,completed,2024-03-05T23:59,{rest}", f"A,completed,2024-03-06T00:00,{rest}"]
    log = mapped(tmp_path, mapping, *lines, head="dossier,event,at,document_at,signed,promised")
    assert log.kinds == set(KINDS)
    assert column(log, "document_at") == [None, utc("2024-03-01T10:00Z")]
    assert column(log, "signed") == [None, True]
    assert column(log, "promised_unknown") == [True, False]
    assert column(log, "promised_date") == [None, date(2024, 4, 1)]
    assert "evidence_from names 'notice', which this log does not have" in log.warnings
    assert log.calendar == vietnam()


def test_columns_of_the_file_may_have_any_name(tmp_path: Path) -> None:
    mapping = '[columns]\ndossier = "row"\nactivity = "*"\ntime = "^event$"\nslip = "rule"\n'
    mapping += '[[events]]\nkind = "received"\nactivity = "at"\n[[events]]\nkind = "submitted"\ncolumn = "at"\n'
    log = mapped(tmp_path, mapping, "A,at,2024-03-05T10:00Z,S,2024-03-01T10:00Z", head="row,*,^event$,rule,at")
    assert log.events.select("dossier", "row", "event", "slip").rows() == [
        ("A", 1, "submitted", "?"),
        ("A", 1, "received", "S"),
    ]


def test_a_column_that_the_file_lacks_is_refused_with_key_and_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"no column 'when', which \[columns\] time of .*nearest is 'wen'"):
        mapped(tmp_path, COLUMNS + RECEIVED, "A,in,x", head="case,step,wen")
    with pytest.raises(LogError, match=r"\[\[events\]\] received: promised"):
        mapped(tmp_path, COLUMNS + RECEIVED + 'promised = "deadline"\n', "A,in,x", head="case,step,when")


def test_a_semicolon_file_is_recognised_by_the_columns_that_the_mapping_names(tmp_path: Path) -> None:
    log = mapped(tmp_path, COLUMNS + RECEIVED, "A;in;2024-03-05T10:00Z", head="case;step;when")
    assert column(log, "event") == ["received"]


def test_the_settings_of_the_example_are_those_it_is_described_with() -> None:
    mapping = read_mapping(WABO)
    assert mapping.law_as_of == date(2024, 6, 1)
    assert mapping.kinds == {"submitted", "received", "completed"}
    assert mapping.calendar is not None
    assert mapping.calendar.zone == ZoneInfo("Europe/Amsterdam")
    assert mapping.calendar.sessions(date(2012, 4, 30)) == ()  # Queen's Day
    assert mapping.calendar.sessions(date(2012, 5, 1)) == ((480, 1020),)


@pytest.fixture(scope="module")
def wabo() -> EventLog:
    path = SHARED / "wabo_receipt.csv.gz"
    if not path.exists():
        pytest.skip(f"the WABO log is not at {path}")
    return read_log(path, read_mapping(WABO))


def test_wabo_is_read_whole(wabo: EventLog) -> None:
    assert (wabo.rows, wabo.unreadable) == (8577, ())
    assert wabo.events["dossier"].n_unique() == 1434
    steps = wabo.events.filter(~pl.col("activity").is_in(["case:startdate", "case:enddate"]))
    assert (steps.height, steps["activity"].n_unique()) == (8577, 27)


def test_wabo_has_the_published_kinds_and_channels(wabo: EventLog) -> None:
    counts = dict(wabo.events["event"].drop_nulls().value_counts().rows())
    assert counts == {"submitted": 1434, "received": 1434, "completed": 1329}
    submitted = wabo.events.filter(pl.col("event") == "submitted")
    assert dict(submitted["channel"].value_counts().rows()) == {
        "online": 1250,
        "in_person": 109,
        "postal": 53,
        None: 22,
    }


def test_377_wabo_cases_ended_after_their_deadline_as_published(wabo: EventLog) -> None:
    received = wabo.events.filter(pl.col("event") == "received").select("dossier", "promised_at")
    completed = wabo.events.filter(pl.col("event") == "completed").select("dossier", end="at")
    assert received.join(completed, on="dossier").filter(pl.col("end") > pl.col("promised_at")).height == 377


def test_wabo_oddities_are_told(wabo: EventLog) -> None:
    assert (steps_after_end(wabo.events), impossible_times(wabo.events)) == (145, 4)
    assert any(text.startswith("145 dossiers have activities after") for text in wabo.warnings)
    assert any(text.startswith("4 dossiers have impossible times") for text in wabo.warnings)
    assert any("and 21 more" in text for text in wabo.warnings)


def test_wabo_shuffled_and_in_another_format_tells_the_same(wabo: EventLog, tmp_path: Path) -> None:
    raw = pl.read_csv(SHARED / "wabo_receipt.csv.gz", infer_schema=False)
    raw.write_ndjson(tmp_path / "wabo.jsonl")
    raw.write_parquet(tmp_path / "wabo.parquet")
    mapping = read_mapping(WABO)
    assert same_story(wabo, read_log(tmp_path / "wabo.jsonl", mapping))
    assert same_story(wabo, read_log(tmp_path / "wabo.parquet", mapping))
    raw.sample(fraction=1, shuffle=True, seed=1).write_csv(tmp_path / "shuffled.csv")
    order = ["dossier", "at", "event", "activity"]
    shuffled = read_log(tmp_path / "shuffled.csv", mapping)
    assert shuffled.events.drop("row").sort(order).equals(wabo.events.drop("row").sort(order))


def test_unmapped_activities_are_not_written_as_events(wabo: EventLog, tmp_path: Path) -> None:
    from dossier.formats import write_log

    write_log(wabo, tmp_path / "wabo.csv.gz")
    assert gzip.decompress((tmp_path / "wabo.csv.gz").read_bytes()).startswith(b"dossier,event,at,channel,promised\n")
    again = read_log(tmp_path / "wabo.csv.gz")
    assert again.rows == 1434 + 1434 + 1329
    assert not again.unreadable


def test_an_empty_mapping_reads_as_none_does(tmp_path: Path) -> None:
    log = mapped(tmp_path, "# nothing\n", "A,received,2024-03-05T10:00Z", head="dossier,event,at")
    assert same_story(log, read_log(tmp_path / "log.csv", LogMapping("")))
