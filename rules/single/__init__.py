"""One dossier at a time: the facts of docs/facts.md told a second time, in plain Python over one history."""

from rules.single.adviser import Adviser, check_one
from rules.single.table import ACROSS

__all__ = ["ACROSS", "Adviser", "check_one"]
