"""Columns of a log from text to type; a column is read by its distinct values, a fault is a value and a reason."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import get_args

import polars as pl

from calendars import NoTermGiven, Term, UnreadableTerm
from dossier.events import KINDS, LOG_COLUMNS, UNKNOWN, Channel, ClosingGround, Rating, Status
from dossier.formats.moments import Clock, Reasons, read_moments, read_promises
from dossier.lifecycle import LIFECYCLE, Lifecycle
from dossier.procedure_schema import GROUNDS

CHANNELS: tuple[str, ...] = get_args(Channel)
"""Codes of `channel`."""

ALL_GROUNDS: tuple[str, ...] = tuple(dict.fromkeys(GROUNDS + get_args(ClosingGround)))
"""Codes of `ground`: those of a pause, and those of a closing."""

STATUSES: tuple[str, ...] = get_args(Status)
"""Codes of `status`."""

RATINGS: tuple[str, ...] = get_args(Rating)
"""Codes of `rating`."""

Codes = Mapping[str, tuple[str, ...]]
"""Columns, each with the codes that it may hold."""


def codes_of(lifecycle: Lifecycle) -> Codes:
    """The codes of a log of one kind of case that are its own."""
    own = {"event": tuple(lifecycle.classes), "channel": lifecycle.codes("channel")}
    return {} if lifecycle is LIFECYCLE else own


FLAGS: Mapping[str, bool] = {"true": True, "1": True, "false": False, "0": False}
"""How `signed`, `digitised` and `reused` may be written, in any case."""

REQUIRED = ("dossier", "event", "at")
"""Columns that a log must have, and fill in every row."""

FIELDS = tuple(name for name in LOG_COLUMNS if name not in REQUIRED)
"""Columns that a log may have beside those."""

BLANKS = "blanks around a cell taken away"
NO_LIMIT = "limits that say that none is given read as empty"

PROMISED = ("promised_at", "promised_date", "promised_unknown")
"""The columns of `EventLog.events` that hold what `promised` says."""


@dataclass(frozen=True)
class Column:
    """A column as read: typed columns in its place, the reason for each text that could not be read, repairs."""

    series: tuple[pl.Series, ...]
    reasons: Reasons = field(default_factory=dict)
    repaired: Mapping[str, int] = field(default_factory=dict)


def clean(frame: pl.DataFrame) -> pl.DataFrame:
    """Strip every text; an empty one becomes null."""
    texts = pl.selectors.string().str.strip_chars()
    return frame.with_columns(texts).with_columns(
        pl.when(pl.selectors.string().str.len_bytes() > 0).then(pl.selectors.string())
    )


def stripped(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, int]:
    """How many cells `clean` took blanks from."""
    count = 0
    for name in (column for column, kind in before.schema.items() if kind == pl.String):
        had, has = (frame.get_column(name).alias("text") for frame in (before, after))  # a name may be a pattern
        if had.str.len_bytes().sum() != has.str.len_bytes().sum():
            count += int((had.fill_null("") != has.fill_null("")).sum())
    return {BLANKS: count} if count else {}


def read_column(
    name: str, texts: pl.Series, clock: Clock, *, required: bool = False, codes: Codes = MappingProxyType({})
) -> Column:
    """Read one column of the log; one that the log does not know stays text.

    Args:
        name: one of `LOG_COLUMNS`, or a name of the source's own.
        texts: stripped, null where empty.
        clock: how moments are read.
        required: whether an empty cell is a fault.
        codes: the codes that a column may hold, where they are not those of dossiers.

    """
    reader = partial(_codes, allowed=codes[name]) if name in codes else _READERS.get(name)
    column = reader(texts, clock) if reader else Column((texts,))
    extra = _must_not(texts, name) if required else {}
    return replace(column, reasons={**column.reasons, **extra})


def _must_not(texts: pl.Series, name: str) -> Reasons:
    """What a required column holds although it must not: nothing, or the mark for unknown."""
    reasons: dict[str | None, str] = {}
    if texts.null_count():
        reasons[None] = f"empty; every row needs {name!r}"
    if name in REQUIRED and texts.eq(UNKNOWN).any():
        reasons[UNKNOWN] = f"{name!r} cannot be unknown; write it, or leave the row out"
    return reasons


def _codes(texts: pl.Series, _clock: Clock, *, allowed: Sequence[str]) -> Column:
    found = texts.unique(maintain_order=True).drop_nulls()
    wrong = found.filter(~found.is_in([*allowed, UNKNOWN]))
    return Column((texts,), {text: unknown_code(text, allowed) for text in wrong})


def unknown_code(text: str, allowed: Sequence[str]) -> str:
    """The sentence for a code that is none of those allowed, with the nearest one.

    >>> unknown_code("on-line", ("online", "in_person"))
    "no known code; nearest is 'online'; allowed are online, in_person"
    """
    near = difflib.get_close_matches(text.lower(), allowed, 1, 0.5)
    return f"no known code; {f'nearest is {near[0]!r}; ' if near else ''}allowed are {', '.join(allowed)}"


def _flags(texts: pl.Series, _clock: Clock) -> Column:
    lower = texts.str.to_lowercase()
    values = lower.replace_strict(FLAGS, default=None, return_dtype=pl.Boolean).set(texts.is_null(), value=False)
    known = [*FLAGS, UNKNOWN]
    wrong = texts.filter(texts.is_not_null() & ~lower.is_in(known)).unique(maintain_order=True)
    return Column((values,), dict.fromkeys(wrong, "neither true nor false; write true, false (or 1, 0), or ?"))


def _limits(texts: pl.Series, _clock: Clock) -> Column:
    """Limits stay text; one that says that none is given becomes null."""
    none, reasons = [], {}
    for text in texts.unique(maintain_order=True).drop_nulls():
        try:
            _ = text == UNKNOWN or Term.parse(text)
        except NoTermGiven:
            none.append(text)
        except UnreadableTerm as error:
            reasons[text] = str(error)
    if not none:
        return Column((texts,), reasons)
    says = texts.is_in(none)
    return Column((texts.set(says, None),), reasons, {NO_LIMIT: int(says.sum())})


def _moments(texts: pl.Series, clock: Clock) -> Column:
    moments, reasons = read_moments(_known(texts), clock)
    return Column((moments,), reasons)


def _promises(texts: pl.Series, clock: Clock) -> Column:
    moments, dates, reasons = read_promises(_known(texts), clock)
    unknown = (texts == UNKNOWN).fill_null(value=False)
    named = zip((moments, dates, unknown), PROMISED, strict=True)
    return Column(tuple(series.alias(name) for series, name in named), reasons)


def _known(texts: pl.Series) -> pl.Series:
    return texts.set((texts == UNKNOWN).fill_null(value=False), None)


MOMENT_COLUMNS = ("at", "recorded_at", "document_at")
"""Columns that hold a moment."""

FLAG_COLUMNS = ("signed", "digitised", "reused")
"""Columns that hold true or false."""

_READERS: Mapping[str, Callable[[pl.Series, Clock], Column]] = {
    "event": partial(_codes, allowed=KINDS),
    "channel": partial(_codes, allowed=CHANNELS),
    "ground": partial(_codes, allowed=ALL_GROUNDS),
    "status": partial(_codes, allowed=STATUSES),
    "rating": partial(_codes, allowed=RATINGS),
    "limit": _limits,
    "promised": _promises,
    **dict.fromkeys(MOMENT_COLUMNS, _moments),
    **dict.fromkeys(FLAG_COLUMNS, _flags),
}
