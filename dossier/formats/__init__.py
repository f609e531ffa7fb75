"""Logs in and out: files of events, this house's own and, through a mapping, anybody else's."""

from dossier.formats.errors import LogError, MalformedMapping
from dossier.formats.eventlog import EventLog, Unreadable
from dossier.formats.log import read_log
from dossier.formats.mapping import LogMapping, read_mapping
from dossier.formats.writing import write_log

__all__ = [
    "EventLog",
    "LogError",
    "LogMapping",
    "MalformedMapping",
    "Unreadable",
    "read_log",
    "read_mapping",
    "write_log",
]
