"""A store from whatever the host has."""

from __future__ import annotations

from typing import cast

from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.stores.records import EventStore


def opened(store: object, prefix: str, lifecycle: Lifecycle = LIFECYCLE) -> EventStore:
    """The store itself, or one over the host's connection or session.

    Args:
        store: either.
        prefix: of the tables that a connection or session has.
        lifecycle: of the cases that they keep.

    Raises:
        UnsupportedDatabase: what was given is neither.

    """
    if hasattr(store, "history"):
        return cast("EventStore", store)
    from dossier.stores.sql import Store
    from dossier.stores.tables import tables_of

    return Store(store, tables_of(prefix), lifecycle)
