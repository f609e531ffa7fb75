"""A store from whatever the host has."""

from __future__ import annotations

from typing import cast

from dossier.stores.records import EventStore


def opened(store: object) -> EventStore:
    """The store itself, or one over the host's connection or session.

    Raises:
        UnsupportedDatabase: what was given is neither.

    """
    if hasattr(store, "history"):
        return cast("EventStore", store)
    from dossier.stores.sql import Store

    return Store(store)
