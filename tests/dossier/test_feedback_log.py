from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from dossier import UNCHECKED
from dossier.aio import AsyncDesk
from dossier.custody.erasing import erase
from dossier.errors import NotErasable
from dossier.feedback import FEEDBACK, Feedback
from dossier.formats.errors import MalformedMapping
from dossier.formats.kept import read_store
from dossier.formats.log import read_log, write_log
from dossier.formats.mapping import read_mapping
from dossier.stores.sql import Store
from dossier.stores.tables import Tables
from dossier.stores.upgrading import upgrade
from tests.dossier.feedback_office import FeedbackOffice

ROAD = ("submit", "receive", "forward", "request_supplement", "supplement", "extend", "answer", "copy", "publish")
TABLES = Tables(FEEDBACK.prefix)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_what_the_desk_did_is_written_and_read_back(tmp_path: Path, ending: str) -> None:
    office = FeedbackOffice()
    office.go(*ROAD)
    path = tmp_path / f"feedback.{ending}"
    write_log(office.store.export_rows(), path)
    log = read_log(path, lifecycle=FEEDBACK.lifecycle)
    kinds = [FEEDBACK.lifecycle.kind(command) for command in ROAD]
    assert (log.unreadable, log.events["event"].to_list()) == ((), kinds)
    assert log.kinds == set(FEEDBACK.lifecycle.classes)
    assert log.events["channel"].to_list() == ["online", *[None] * 7, "web"]


def test_a_log_of_feedback_is_no_log_of_dossiers(tmp_path: Path) -> None:
    path = tmp_path / "feedback.csv"
    path.write_text("dossier,event,at\nP1,copied,2026-06-01T09:00+07:00\n", encoding="utf-8")
    (fault,) = read_log(path).unreadable
    assert fault.value == "copied"
    path.write_text("dossier,event,at\nA1,delivered,2026-06-01T09:00+07:00\n", encoding="utf-8")
    (fault,) = read_log(path, lifecycle=FEEDBACK.lifecycle).unreadable
    assert fault.value == "delivered"


def test_a_channel_that_is_none_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "feedback.csv"
    path.write_text("dossier,event,at,channel\nP1,published,2026-06-01T09:00+07:00,radio\n", encoding="utf-8")
    (fault,) = read_log(path, lifecycle=FEEDBACK.lifecycle).unreadable
    assert "national_system" in fault.reason


MAPPING = """
[columns]
dossier = "so"
activity = "viec"
time = "luc"
channel = "noi"

[[events]]
kind = "received"
activity = "Tiếp nhận"

[[events]]
kind = "published"
activity = "Công khai"

[values.channel]
"Cổng quốc gia" = "national_system"
"""


def test_a_foreign_log_of_feedback_is_read_with_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    rows = "so,viec,luc,noi\n7,Tiếp nhận,2026-06-01T08:00+07:00,\n7,Công khai,2026-06-05T08:00+07:00,Cổng quốc gia\n"
    (tmp_path / "log.csv").write_text(rows, encoding="utf-8")
    log = read_log(tmp_path / "log.csv", read_mapping(tmp_path / "m.toml", FEEDBACK.lifecycle))
    assert not log.unreadable
    assert log.kinds == {"received", "published"}
    assert log.events["channel"].to_list() == [None, "national_system"]


def test_a_mapping_of_dossiers_cannot_name_a_channel_of_feedback(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, encoding="utf-8")
    with pytest.raises(MalformedMapping, match="national_system"):
        read_mapping(tmp_path / "m.toml")


def test_the_tables_of_feedback_are_read_as_a_log(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/office.db"
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        upgrade(connection, TABLES)
        FeedbackOffice(connection).go("receive", "answer", "publish")
    engine.dispose()
    log = read_store(address, tables=TABLES, lifecycle=FEEDBACK.lifecycle)
    assert (log.unreadable, log.events["event"].to_list()) == ((), ["received", "answered", "published"])


def test_what_names_the_sender_is_erased_once_feedback_is_decided() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        TABLES.metadata.create_all(connection)
        office = FeedbackOffice(connection)
        office.do("receive", applicant="ND-1")
        store = Store(connection, TABLES, FEEDBACK.lifecycle)
        with pytest.raises(NotErasable, match="đã tiếp nhận"):
            erase(store, ["P1"], basis="Theo đề nghị", actor="NV-01", now=office.now)
        office.do("answer")
        assert erase(store, ["P1"], basis="Theo đề nghị", actor="NV-01", now=office.now).dossiers == 1


def test_the_desk_for_asyncio_runs_feedback_over_its_own_tables() -> None:
    async def handled() -> tuple[object, str]:
        engine = create_async_engine("sqlite+aiosqlite://")
        async with engine.begin() as connection:
            await connection.run_sync(TABLES.metadata.create_all)
            desk = AsyncDesk(connection, roles=UNCHECKED, kind=FEEDBACK)
            await desk.do("P1", "receive", channel="phone")
            done = await desk.do("P1", "answer", document="TL-1", notice="TB-1")
        await engine.dispose()
        return type(done), done.state

    assert asyncio.run(handled()) == (Feedback, "answered")
