"""Facts: an event log as one row per dossier, in whole columns; NULL means that the source cannot say."""

from rules.facts.table import facts

__all__ = ["facts"]
