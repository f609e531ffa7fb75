"""Logs into a database and out of it, in one transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from dossier.events import LOG_COLUMNS, UNKNOWN, Cell
from dossier.formats.errors import DatabaseError
from dossier.formats.eventlog import EventLog
from dossier.formats.writing import write_log
from dossier.sql import Store, metadata

_FLAGS = ("signed", "digitised")


def import_log(log: EventLog, address: str) -> int:
    """Keep the histories of a log as read, all or none; how many events there were.

    Args:
        log: what was read; activities that are not mapped are no events and are left out.
        address: of the database, as SQLAlchemy writes it: ``sqlite:///office.db``.

    Raises:
        DatabaseError: the database cannot be opened or written.
        Conflict: a dossier is there already; nothing is kept.

    """
    with _opened(address) as connection:
        metadata.create_all(connection)
        return Store(connection).import_rows(_rows(log), log.columns & set(LOG_COLUMNS))


def export_log(address: str, path: Path) -> int:
    """Write every event of a database as a log; how many events there were.

    Raises:
        DatabaseError: no such database, or no tables of motcua in it.
        LogError: the file cannot be written.

    """
    url = sa.make_url(address) if "://" in address else None
    if url is not None and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DatabaseError(address, "there is no such file", "check the path, or import a log first")
    with _opened(address) as connection:
        if not sa.inspect(connection).has_table("motcua_events"):
            raise DatabaseError(address, "it has no table motcua_events", "import a log first, or let a desk write one")
        rows = list(Store(connection).export_rows())
    write_log(rows, path)
    return len(rows)


@contextmanager
def _opened(address: str) -> Iterator[sa.Connection]:
    """A transaction on a database; it is undone when anything fails."""
    try:
        with sa.create_engine(address).begin() as connection:
            yield connection
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        raise DatabaseError(address, str(error), "write for example sqlite:///office.db") from None
    except sa.exc.DBAPIError as error:
        raise DatabaseError(address, str(error.orig), "check the address and the right to write there") from None


def _rows(log: EventLog) -> Iterator[dict[str, Cell]]:
    events = log.events.filter(pl.col("event").is_not_null())
    unsaid = [
        pl.when(pl.col(name).is_null()).then(pl.lit(UNKNOWN)).alias(f"{name}?")
        for name in _FLAGS
        if name in log.columns
    ]
    for row in events.with_columns(unsaid).iter_rows(named=True):
        cells = {name: row.get(f"{name}?") or row.get(name) for name in LOG_COLUMNS}
        if "promised" in log.columns:
            cells["promised"] = UNKNOWN if row["promised_unknown"] else row["promised_at"] or row["promised_date"]
        yield cells
