"""What is known of each document, in a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from dossier.stores.documents import Filed
from dossier.stores.statements import INSERTS
from dossier.stores.tables import Tables

_MOMENTS = ("attached_at", "signed_at", "erased_at")


class SqlDocuments:
    """The documents of all dossiers; `Documents` says more."""

    def __init__(self, connected: Callable[[], sa.Connection], tables: Tables) -> None:
        self._connected, self._table = connected, tables.documents

    def file(self, filed: Filed) -> None:
        """Keep what is known of a document; the same one again changes nothing."""
        connection = self._connected()
        insert = INSERTS[connection.dialect.name](self._table).on_conflict_do_nothing()
        moments = {name: _text(getattr(filed, name)) for name in _MOMENTS}
        connection.execute(insert, filed._asdict() | moments | {"digitised": int(filed.digitised)})

    def find(self, dossier: str, document: str) -> Filed | None:
        """A document of a dossier, None where there is none with this id."""
        found = self._read(self._table.c.dossier == dossier, self._table.c.document == document)
        return found[0] if found else None

    def of(self, dossier: str) -> list[Filed]:
        """The documents of a dossier, by their ids."""
        return self._read(self._table.c.dossier == dossier)

    def _read(self, *where: sa.ColumnElement[bool]) -> list[Filed]:
        select = sa.select(self._table).where(*where).order_by(self._table.c.document)
        return [_filed(row) for row in self._connected().execute(select).mappings()]


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _filed(row: sa.RowMapping) -> Filed:
    moments = {name: None if row[name] is None else datetime.fromisoformat(row[name]) for name in _MOMENTS}
    return Filed(**{**row, **moments, "digitised": bool(row["digitised"])})
