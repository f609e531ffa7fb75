"""The register of forms in a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from dossier.errors import NumberTaken, SeriesTaken, UnknownNumber
from dossier.stores.cells import sortable
from dossier.stores.races import lost_race
from dossier.stores.register import Issued, Place, Series, checked, print_of, series_of, void_of
from dossier.stores.statements import INSERTS, Insert
from dossier.stores.tables import Tables

BATCH = 1_000
Select = sa.Select[Any]
_MOMENTS = ("issued_at", "printed_at", "voided_at", "erased_at")


class SqlRegister:
    """Numbers and forms of all offices; `Register` says more."""

    def __init__(self, connected: Callable[[], sa.Connection], tables: Tables) -> None:
        self._connected, self._tables, self._forms = connected, tables, tables.forms

    def next(self, office: str, year: int, kind: str) -> int:
        """Take the next number of a series, from 1; raises as `Register` says."""
        connection = self._connected()
        series = {"office": office, "year": year, "kind": kind}
        try:
            return int(connection.execute(_next(self._tables, connection.dialect.name), series).scalar_one())
        except OperationalError as error:
            if lost_race(error):
                raise SeriesTaken(office, year, kind) from error
            raise

    def keep(self, issued: Issued) -> None:
        """Keep a form; raises as `Register` says."""
        connection = self._connected()
        if not connection.execute(_keep(self._tables, connection.dialect.name), _columns(issued)).rowcount:
            raise NumberTaken(issued.place)

    def read(self, place: Place) -> Issued:
        """The form with its bytes, as they were issued; raises as `Register` says."""
        return checked(self._found(place, sa.select(self._forms)))

    def of(self, dossier: str) -> list[Issued]:
        """The forms of a dossier without their bytes, in the order of its events."""
        c = self._forms.c
        select = self._listed.where(c.dossier == dossier)
        found = self._connected().execute(select.order_by(c.version, c.office, c.year, c.kind, c.number))
        return list(map(_issued, found.mappings()))

    def printed(self, place: Place, sides: int, now: datetime) -> None:
        """Record that a form was printed on so many sides; raises as `Register` says."""
        self._change(place, print_of(self._held(place), sides, now), "printed_at")

    def unprinted(self, office: str | None = None, year: int | None = None) -> list[Issued]:
        """The forms with two sides of which nobody recorded that both were printed, by place."""
        c = self._forms.c
        select = self._listed.where(c.sides > 1, c.printed_at.is_(None), c.voided_at.is_(None))
        found = self._connected().execute(_within(select, self._forms, office, year))
        return list(map(_issued, found.mappings()))

    def void(self, place: Place, reason: str, actor: str, now: datetime) -> None:
        """Make a form void; raises as `Register` says."""
        self._change(place, void_of(self._held(place), reason, actor, now), "void_reason", "voided_at", "voided_by")

    def series(self, office: str | None = None, year: int | None = None) -> list[Series]:
        """Every series, by office, year and kind, with its gaps and its void numbers."""
        numbers, c = self._tables.numbers, self._forms.c
        given = self._connected().execute(_within(sa.select(numbers), numbers, office, year))
        last = {(row.office, row.year, row.kind): row.last for row in given}
        select = _within(sa.select(c.office, c.year, c.kind, c.number, c.voided_at), self._forms, office, year)
        kept = self._connected().execute(select, execution_options={"yield_per": BATCH})
        return series_of(
            last, ((Place(row.office, row.year, row.kind, row.number), row.voided_at is not None) for row in kept)
        )

    @property
    def _listed(self) -> Select:
        return sa.select(self._forms).with_only_columns(*(c for c in self._forms.columns if c.name != "content"))

    def _held(self, place: Place) -> Issued:
        """The form without its bytes, which nobody else changes until the transaction ends."""
        return self._found(place, self._listed.with_for_update())

    def _found(self, place: Place, select: Select) -> Issued:
        row = self._connected().execute(select.where(*self._at(place))).mappings().one_or_none()
        if row is None:
            raise UnknownNumber(place)
        return _issued(row)

    def _change(self, place: Place, issued: Issued, *names: str) -> None:
        written = _columns(issued)
        update = sa.update(self._forms).where(*self._at(place)).values({name: written[name] for name in names})
        self._connected().execute(update)

    def _at(self, place: Place) -> list[sa.ColumnElement[bool]]:
        return [self._forms.c[name] == value for name, value in place._asdict().items()]


def _within(select: Select, table: sa.Table, office: str | None, year: int | None) -> Select:
    for column, value in ((table.c.office, office), (table.c.year, year)):
        select = select if value is None else select.where(column == value)
    return select.order_by(*table.primary_key.columns)


@lru_cache(maxsize=64)
def _next(tables: Tables, dialect: str) -> sa.Executable:
    numbers = tables.numbers
    insert: Insert = INSERTS[dialect](numbers).values(last=1)
    counted = insert.on_conflict_do_update(
        index_elements=[column.name for column in numbers.primary_key], set_={"last": numbers.c.last + 1}
    )
    return counted.returning(numbers.c.last)


@lru_cache(maxsize=64)
def _keep(tables: Tables, dialect: str) -> sa.Executable:
    return INSERTS[dialect](tables.forms).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _columns(issued: Issued) -> dict[str, object]:
    found = issued._asdict()
    moments = {name: None if found[name] is None else sortable(found[name]) for name in _MOMENTS}
    return {**found.pop("place")._asdict(), **found, **moments}


def _issued(row: sa.RowMapping) -> Issued:
    moments = {name: None if row[name] is None else datetime.fromisoformat(row[name]) for name in _MOMENTS}
    kept: dict[str, Any] = {name: row.get(name) for name in Issued._fields if name != "place"}
    return Issued(Place(*(row[name] for name in Place._fields)), **kept | moments)
