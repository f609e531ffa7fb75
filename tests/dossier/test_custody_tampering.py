"""Any history, any tampering: it is found where it was done, and no other dossier is blamed."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st

from dossier.custody import Finding, seal, verify
from dossier.stores.chain import link
from dossier.stores.sql import Store
from tests.dossier.office import at
from tests.dossier.registers import COLUMNS, Intruder, register, write

Places = set[tuple[str, int | None]]


class Tampering:
    """One way to tamper: what it needs, what it does, and where it must be found."""

    def __init__(self, store: Store, code: str, events: int, draw: Callable[..., object], *, seals: bool) -> None:
        self.intruder, self.code, self.events, self.seals = Intruder(store), code, events, seals
        self.version = int(str(draw(st.integers(1, events))))
        self.draw = draw

    def column(self) -> Places:
        column = str(self.draw(st.sampled_from(COLUMNS)))
        value = "adopted" if column == "source" else self.draw(st.sampled_from([None, "", "?", "khác", "2026-01-01"]))
        if column in {"event", "at"}:
            assume(value is not None)
        assume(self.intruder.rows(self.code)[self.version - 1][column] != value)
        self.intruder.update(self.code, self.version, {column: value})
        return {("altered", self.version)}

    def hash(self) -> Places:
        self.intruder.update(self.code, self.version, {"hash": str(self.draw(st.sampled_from(["", "ab", "0" * 64])))})
        return {("altered", self.version)}

    def delete(self) -> Places:
        self.intruder.delete(self.code, self.version)
        return {("missing", self.version)}

    def renumber(self) -> Places:
        assume(self.version < self.events - 1)
        self.intruder.delete(self.code, self.version)
        self.intruder.delete(self.code, self.version, "texts")
        self.intruder.shift(self.code, self.version, -1)
        return {("missing", self.version)}

    def swap(self) -> Places:
        other = int(str(self.draw(st.integers(1, self.events))))
        assume(other != self.version)
        self.intruder.swap(self.code, self.version, other)
        return {("reordered", self.version), ("reordered", other)}

    def forge(self) -> Places:
        rows = self.intruder.rows(self.code)
        assume(self.version < self.events or self.seals)
        previous = str(rows[self.version - 2]["hash"]) if self.version > 1 else ""
        forged = rows[self.version - 1] | {"office": "Phòng khác", "actor": "CV99"}
        forged["hash"] = link(previous, forged) if self.draw(st.booleans()) else "f" * 64
        self.intruder.shift(self.code, self.version - 1, 1)
        self.intruder.insert(forged)
        return {("inserted", self.version)}

    def cut(self) -> Places:
        for version in range(self.version, self.events + 1):
            self.intruder.delete(self.code, version)
        return {("missing", self.version)}

    def whole(self) -> Places:
        assume(self.seals)
        for table in ("events", "texts", "dossiers"):
            self.intruder.delete(self.code, table=table)
        return {("missing", self.events)}

    def text(self) -> Places:
        assume(self.intruder.update(self.code, self.version, {"applicant": "Nguyễn Văn X"}, "texts"))
        return {("altered", self.version)}

    def no_text(self) -> Places:
        assume(self.intruder.delete(self.code, self.version, "texts"))
        return {("missing", self.version)}

    def rewritten(self) -> Places:
        assume(self.seals)
        rows, previous = self.intruder.rows(self.code), ""
        rows[self.version - 1]["document"] = "VB-giả"
        for row in rows:
            row["hash"] = previous = link(previous, row)
            self.intruder.update(self.code, int(str(row["version"])), row)
        return {("rewritten", self.events)}


WAYS = [name for name in vars(Tampering) if not name.startswith("_")]


def kept(store: Store) -> list[set[tuple[object, ...]]]:
    """Everything that the register holds."""
    tables = (store.tables.events, store.tables.texts, store.tables.dossiers)
    return [{tuple(row) for row in store.connection.execute(sa.select(table))} for table in tables]


def tampered(data: st.DataObject, times: int) -> tuple[str, Places, list[Finding]]:
    """A random register, tampered with in one of its dossiers: where it should be found, and what is found."""
    lengths = data.draw(st.lists(st.integers(1, 7), min_size=2, max_size=4))
    seals = data.draw(st.booleans())
    with register() as store:
        for number, events in enumerate(lengths):
            write(store, f"A{number}", events)
        if seals:
            seal(store, at("01 00:00").date(), at("01 18:00"))
        expected: Places = set()
        victim = data.draw(st.integers(0, len(lengths) - 1))
        before = kept(store)
        for _ in range(times):
            tampering = Tampering(store, f"A{victim}", lengths[victim], data.draw, seals=seals)
            expected |= getattr(tampering, data.draw(st.sampled_from(WAYS)))()
        assume(kept(store) != before)  # one tampering may undo another
        return f"A{victim}", expected, list(verify(store))


@given(st.data())
def test_any_tampering_is_found_where_it_was_done(data: st.DataObject) -> None:
    code, expected, found = tampered(data, 1)
    assert {finding.dossier for finding in found} == {code}
    assert expected <= {(finding.kind, finding.version) for finding in found}


@given(st.data())
def test_several_tamperings_are_found_and_nobody_else_is_blamed(data: st.DataObject) -> None:
    try:
        code, _, found = tampered(data, 3)
    except (sa.exc.IntegrityError, IndexError):
        assume(False)  # noqa: FBT003  # a step that the one before it made impossible
        raise
    assert {finding.dossier for finding in found} == {code}
