"""What became of the rows of a log: read, put right, set aside."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.formats import read_log, read_mapping
from dossier.formats.cells import BLANKS, NO_LIMIT
from tests.dossier.logs import HEADER, LINE, log_of


def test_rows_are_read_or_set_aside_and_the_dossiers_are_counted(tmp_path: Path) -> None:
    lines = [LINE, "H2,begun,2024-03-05T10:00Z,", "H2,paid,2024-03-06T10:00Z,", ",paid,2024-03-06T10:00Z,"]
    found = log_of(tmp_path, "\n".join([HEADER, *lines])).summary
    assert (found.rows, found.read, found.set_aside, found.dossiers_set_aside) == (4, 1, 3, 1)
    assert found.repaired == {}
    assert str(found) == "4 rows: 1 read, 3 set aside (1 dossiers); repaired: nothing"


def test_what_was_put_right_is_counted_by_what_was_done(tmp_path: Path) -> None:
    text = 'dossier,event,at,limit,reason\n H1 ,received,2024-03-05T10:00Z,Không có thông tin,"  "\n'
    found = log_of(tmp_path, text).summary
    assert found.repaired == {BLANKS: 2, NO_LIMIT: 1}
    assert found.to_dict()["repaired"] == {BLANKS: 2, NO_LIMIT: 1}


def test_values_without_a_code_are_counted(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[columns]\ndossier = "a"\nactivity = "b"\ntime = "c"\nchannel = "d"\n'
        '[[events]]\nkind = "received"\nactivity = "in"\n[values.channel]\nweb = "online"\n',
        encoding="utf-8",
    )
    (tmp_path / "log.csv").write_text("a,b,c,d\n" + "A,in,2024-03-05T10:00Z,fax\n" * 3, encoding="utf-8")
    found = read_log(tmp_path / "log.csv", read_mapping(tmp_path / "m.toml"))
    assert found.summary.repaired == {"values without a code read as empty": 3}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_fault_names_its_file(tmp_path: Path, ending: str) -> None:
    text = f"{HEADER}\nH2,begun,2024-03-05T10:00Z,\n"
    if ending == "jsonl":
        text = '{"dossier": "H2", "event": "begun", "at": "2024-03-05T10:00Z"}'
    [fault] = log_of(tmp_path, text, f"x.{ending}").unreadable
    assert (fault.file, fault.row, fault.column, fault.value) == (f"x.{ending}", 1, "event", "begun")


_cells = st.sampled_from(["H1", "H2", " H2 ", "", "?"])


@given(st.lists(st.tuples(_cells, st.sampled_from(["paid", "begun", ""])), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_what_is_read_is_what_stays_and_the_two_are_all_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    text = "dossier,event,at\n" + "".join(f"{code},{kind},2024-03-05T10:00Z\n" for code, kind in rows)
    found = log_of(tmp_path_factory.mktemp("rows"), text)
    assert found.summary.rows == len(rows)
    assert found.summary.read == found.events.height
    assert found.summary.read + found.summary.set_aside == len(rows)
