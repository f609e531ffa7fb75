from datetime import date
from pathlib import Path

import pytest

from calendars import MalformedCalendar
from calendars.refresh import Entry, build, changed, differences, read, write

CULTURE = {date(2026, 11, 24): Entry("off", "Ngày Văn hóa Việt Nam")}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    write(build(), path)
    assert read(path) == build()
    assert path.read_text(encoding="utf-8").startswith("date,kind,name\n1970-01-01,off,Tết Dương lịch\n")


def test_the_shipped_snapshot_is_what_would_be_written(tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    write(read(), path)
    shipped = Path(__file__).parents[2] / "calendars" / "data" / "vietnam_base.csv"
    assert path.read_bytes() == shipped.read_bytes()


def test_a_write_that_fails_leaves_the_old_snapshot_and_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    write(CULTURE, path)
    with pytest.raises(TypeError):
        write({date(2026, 1, 1): Entry("off", "x"), date(2026, 1, 2): None}, path)  # type: ignore[dict-item]
    assert read(path) == CULTURE
    assert list(tmp_path.iterdir()) == [path]


def test_a_change_says_what_a_date_was_and_is() -> None:
    renamed = {date(2026, 11, 24): Entry("off", "Ngày Văn hóa")}
    (change,) = changed(CULTURE, renamed)
    assert (change.was, change.now) == (CULTURE[change.date], renamed[change.date])
    assert list(differences(CULTURE, {})) == ["2026-11-24: off (Ngày Văn hóa Việt Nam) -> ordinary"]
    assert list(changed(CULTURE, CULTURE)) == []


def test_a_snapshot_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path / "none.csv") == {}


@pytest.mark.parametrize("row", ["24/11/2026,off,x", "2026-11-24,closed,x", "2026-11-24", ""], ids=repr)
def test_a_line_that_is_no_date_kind_and_name_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "base.csv"
    path.write_text(f"date,kind,name\n2026-01-01,off,x\n{row or ',,'}\n", encoding="utf-8")
    with pytest.raises(MalformedCalendar, match=r"base\.csv, line 3.*2025-04-26,worked"):
        read(path)
